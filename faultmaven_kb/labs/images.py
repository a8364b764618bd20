"""Images: hermetic Debian trees, made once with mmdebstrap, from which throw-away machines start.

`labs/images.yaml` lists them. A tree's folder is named by the hash of its recipe, so a changed recipe is a new image
and an image is never half-made: it is built beside its place and renamed. All packages are baked in, which is why a
run needs no network. This stage knows no lab and no runbook.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from faultmaven_kb.decoding import read_bytes
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.source import Source
from faultmaven_kb.yaml_values import read_yaml

__all__ = ["Image", "ensure_image", "installed_versions", "read_images"]

_BASE = (
    *("systemd", "systemd-sysv", "dbus", "sudo", "procps", "psmisc", "iproute2", "nftables", "netbase", "util-linux"),
    *("ca-certificates", "curl", "less", "cron", "logrotate", "python3"),
)
_PREPARE = """
set -e
rm -f "$1"/etc/systemd/system/*.target.wants/* "$1"/usr/sbin/policy-rc.d "$1"/etc/resolv.conf
: > "$1/etc/machine-id"
echo lab > "$1/etc/hostname"
printf '127.0.0.1 localhost lab\\n::1 localhost\\n' > "$1/etc/hosts"
printf 'oncall ALL=(ALL) NOPASSWD: ALL\\n' > "$1/etc/sudoers.d/oncall"
chmod 440 "$1/etc/sudoers.d/oncall"
chroot "$1" useradd --create-home --shell /bin/bash oncall
printf '[Journal]\\nStorage=volatile\\n' > "$1/etc/systemd/journald.conf.d/lab.conf"
chroot "$1" systemctl mask systemd-networkd.service systemd-timesyncd.service apt-daily.timer apt-daily-upgrade.timer \
  e2scrub_all.timer fstrim.timer dpkg-db-backup.timer logrotate.timer man-db.timer getty.target console-getty.service
"""


class _Recipe(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str
    mirror: str = "http://deb.debian.org/debian"
    packages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """One image: its name, its release, where the packages come from and which they are."""

    name: str
    suite: str
    mirror: str
    packages: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Changes with everything that goes into the image."""
        text = json.dumps([self.suite, self.mirror, sorted({*_BASE, *self.packages}), _PREPARE])
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def folder(self, state: Path) -> Path:
        """Where the tree stands below the labs' state folder."""
        return state / "images" / f"{self.name}-{self.fingerprint}"


def read_images(path: Path) -> dict[str, Image]:
    """The images of an `images.yaml` by name. Raises `ConfigurationError` with the place of a fault."""
    source = Source(read_bytes(path).decode("utf-8", "replace"), path.as_posix())
    values = read_yaml(source, 0, len(source.text))
    try:
        recipes = dict(values.data) if isinstance(values.data, dict) and not values.diagnostics else {}
        if not recipes:
            raise ConfigurationError(f"{path.as_posix()}: expected a mapping from image name to suite and packages")
        return {
            name: Image(name, recipe.suite, recipe.mirror, recipe.packages)
            for name, recipe in ((name, _Recipe.model_validate(value)) for name, value in recipes.items())
        }
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path.as_posix()}: {where}: {first['msg'].lower()}") from None


def ensure_image(image: Image, state: Path, *, say: Callable[[str], None]) -> Path:
    """The tree of an image, built now if it does not exist; `say` hears about that, it takes a minute.

    Raises `ConfigurationError` when mmdebstrap is missing or fails.
    """
    folder = image.folder(state)
    if folder.is_dir():
        return folder
    if shutil.which("mmdebstrap") is None:
        raise ConfigurationError("labs need mmdebstrap to build an image: apt-get install mmdebstrap")
    say(f"building image {image.name} ({image.suite}), once, about a minute")
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{image.name}-", dir=folder.parent))
    try:
        _build(image, work / "tree")
        (work / "tree").replace(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def _build(image: Image, tree: Path) -> None:
    packages = ",".join(sorted({*_BASE, *image.packages}))
    command = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={packages}", "--format=directory"]
    _run([*command, image.suite, str(tree), image.mirror])
    (tree / "etc/systemd/journald.conf.d").mkdir(parents=True, exist_ok=True)
    _run(["sh", "-c", _PREPARE, "sh", str(tree)])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise ConfigurationError(f"{command[0]} failed with exit code {done.returncode}:\n{last}")


def installed_versions(tree: Path, packages: tuple[str, ...]) -> dict[str, str]:
    """The upstream-and-Debian version of each package in an image; a package that is missing is left out."""
    status = (tree / "var/lib/dpkg/status").read_text(encoding="utf-8", errors="replace")
    found = {}
    for paragraph in status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.split("\n") if ": " in line and line[0] != " ")
        if any(fnmatchcase(fields.get("Package", ""), name) for name in packages) and " installed" in fields.get(
            "Status", ""
        ):
            found[fields["Package"]] = fields["Version"]
    return dict(sorted(found.items()))
