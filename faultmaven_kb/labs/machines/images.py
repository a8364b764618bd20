"""Images: hermetic Debian trees, made once with mmdebstrap, from which throw-away machines start.

`labs/images.yaml` lists them. A tree's folder is named by the hash of its recipe, so a changed recipe is a new image
and an image is never half-made: it is built beside its place and renamed. All packages are baked in, which is why a
run needs no network. An image may add a build (packages made from source), files that are laid over the tree, and a
script that runs in the finished tree. This stage knows no lab and no runbook.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.labs.machines.builds import BOUND, Build, ensure_packages, made_once, run_inside, run_tool
from faultmaven_kb.labs.machines.sandboxes import SANDBOXES, Sandbox, sandbox_called
from faultmaven_kb.source import Source
from faultmaven_kb.text.decoding import read_bytes
from faultmaven_kb.text.expectations import expectation
from faultmaven_kb.text.yaml_values import read_yaml

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


_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_Package = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+.-]+(=[A-Za-z0-9.+~:-]+)?$", max_length=200)]
_Path = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./+-]*$", max_length=200)]

_FINISH = f"""
shopt -s nullglob
for package in {BOUND}/*.deb; do dpkg --install "$package"; done
if [ -d {BOUND}/files ]; then
  cd {BOUND}/files
  find . -type f -print0 | tar --create --no-recursion --null --files-from=- --owner=0 --group=0 |
    tar --extract --keep-directory-symlink --directory=/
  cd /
fi
if [ -f {BOUND}/prepare ]; then bash {BOUND}/prepare; fi
"""


class _BuildRecipe(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: _Package
    packages: tuple[_Package, ...]
    script: _Path


class _Recipe(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: Annotated[str, Field(pattern=r"^[a-z][a-z0-9.-]*$", max_length=60)]
    mirror: Annotated[
        str, Field(pattern=r"^https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$", max_length=200)
    ] = "http://deb.debian.org/debian"
    packages: tuple[_Package, ...]
    sandbox: Annotated[Sandbox, BeforeValidator(sandbox_called)] = SANDBOXES[0]
    build: _BuildRecipe | None = None
    files: _Path | None = None
    prepare: _Path | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """One image: its name, its release, where the packages come from and which they are, what its machines may do.

    `build` makes further packages, `files` is a folder that is laid over the tree, `prepare` a script that runs in it.
    """

    name: str
    suite: str
    mirror: str
    packages: tuple[str, ...]
    sandbox: Sandbox = SANDBOXES[0]
    build: Build | None = None
    files: Path | None = None
    prepare: Path | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with everything that goes into the image. Raises `PathError` when a file of it cannot be read."""
        recipe: list[object] = [self.suite, self.mirror, sorted({*_BASE, *self.packages}), _PREPARE]
        if self.build:
            recipe.append(self.build.fingerprint(suite=self.suite, mirror=self.mirror))
        for path in (*_files_below(self.files), *((self.prepare,) if self.prepare else ())):
            where = path.relative_to(self.files).as_posix() if self.files and path != self.prepare else "prepare"
            recipe.append([where, _executable(path), hashlib.sha256(read_bytes(path)).hexdigest()])
        return hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:12]

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
        for name in recipes:
            if not (isinstance(name, str) and _NAME.fullmatch(name)):
                message = f'image is called "{str(name)[:100]}", expected lower case letters, digits and hyphens'
                raise ConfigurationError(f"{path.as_posix()}: {message}")
        return {name: _image(name, _Recipe.model_validate(value), path.parent) for name, value in recipes.items()}
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        what = {"missing": " is missing", "extra_forbidden": " is not a field"}.get(first["type"])
        raise ConfigurationError(f"{path.as_posix()}: {where}{what or f': {expectation(first)}'}") from None


def _image(name: str, recipe: _Recipe, folder: Path) -> Image:
    """The image of a recipe whose paths start at `folder`."""
    build = recipe.build
    return Image(
        name,
        recipe.suite,
        recipe.mirror,
        recipe.packages,
        recipe.sandbox,
        Build(build.source, build.packages, _inside(folder, build.script)) if build else None,
        _inside(folder, recipe.files) if recipe.files else None,
        _inside(folder, recipe.prepare) if recipe.prepare else None,
    )


def _inside(folder: Path, relative: str) -> Path:
    """A path of a recipe, which starts at the folder. Raises `ConfigurationError` when it leads out, or a link does."""
    path = folder / relative
    if ".." in relative.split("/") or not _real(path).is_relative_to(folder.resolve()):
        raise ConfigurationError(f"{folder.as_posix()}/images.yaml: {relative!r} leads out of its folder")
    if path.is_dir():
        for each in path.rglob("*"):
            if each.is_symlink() or not (each.is_dir() or each.is_file()):
                raise ConfigurationError(f"{each.as_posix()}: expected a plain file, it is laid over an image")
    elif path.exists() and not path.is_file():
        raise ConfigurationError(f"{path.as_posix()}: expected a plain file")
    return path


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise ConfigurationError(f"cannot read {path.as_posix()!r}: {error}") from error


def _files_below(folder: Path | None) -> tuple[Path, ...]:
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file())) if folder else ()


def _executable(path: Path) -> bool:
    return path.stat().st_mode & 0o111 != 0


def ensure_image(image: Image, state: Path, *, say: Callable[[str], None]) -> Path:
    """The tree of an image, built now if it does not exist; `say` hears about that, it takes a minute.

    Raises `ConfigurationError` when mmdebstrap is missing or fails.
    """

    def make(work: Path) -> None:
        build, suite, mirror = image.build, image.suite, image.mirror
        folder = ensure_packages(build, state, suite=suite, mirror=mirror, say=say) if build else None
        say(f"building image {image.name} ({image.suite}), once, about a minute")
        _build(image, work, folder)

    return made_once(image.folder(state), make)


def _build(image: Image, work: Path, built: Path | None) -> None:
    """Make the tree in a work folder. What comes from the recipe is run and unpacked in a container over the tree: a
    link in there would lead into the host for anybody who follows it from outside.
    """
    tree, bound = work / "tree", work / "bound"
    packages = ",".join(sorted({*_BASE, *image.packages}))
    command = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={packages}", "--format=directory"]
    run_tool([*command, "--", image.suite, str(tree), image.mirror])
    (tree / "etc/systemd/journald.conf.d").mkdir(parents=True, exist_ok=True)
    run_tool(["sh", "-c", _PREPARE, "sh", str(tree)])
    bound.mkdir()
    for package in sorted(built.glob("*.deb")) if built else ():
        shutil.copyfile(package, bound / package.name)
    for path in _files_below(image.files):
        assert image.files is not None
        target = bound / "files" / path.relative_to(image.files)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        target.chmod(0o755 if _executable(path) else 0o644)
    if image.prepare:
        shutil.copyfile(image.prepare, bound / "prepare")
    if any(bound.iterdir()):
        name = f"fmkb-{image.name}-{image.fingerprint}"
        run_inside(tree, ["bash", "-euc", _FINISH], bound=bound, name=name, sandbox=image.sandbox)


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
