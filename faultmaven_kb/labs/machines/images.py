"""Images: hermetic Debian trees from which throw-away machines start, a base for each release and layers over it.

`labs/images.yaml` lists them. An image is a base that mmdebstrap makes, or a layer over another image: packages, a
build, files, a script. A layer contains only what it adds, so images of one release share the rest, and a package more
in one layer changes no other. A folder is named by the hash of its recipe and of what lies below it; it is built beside
its place and renamed, so an image is never half-made. All packages are baked in, which is why a run needs no network.
This stage knows no lab and no runbook.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.labs.machines.builds import (
    BOUND,
    Build,
    ensure_packages,
    made_once,
    packages_folder,
    run_inside,
    run_tool,
)
from faultmaven_kb.labs.machines.sandboxes import SANDBOXES, Sandbox, sandbox_called
from faultmaven_kb.source import Source
from faultmaven_kb.text.characters.decoding import read_bytes
from faultmaven_kb.text.values.expectations import expectation
from faultmaven_kb.text.values.yaml_values import read_yaml

__all__ = [
    "Image",
    "Tree",
    "ensure_image",
    "ensure_images",
    "installed_versions",
    "lower_folders",
    "read_images",
    "unused_folders",
]

Tree = tuple[Path, ...]
"""The folders of an image that lie over one another, the upper one first."""

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


_MOST_LAYERS = 20  # chosen: an overlay file system takes a few hundred, the labs use three
_BUILDERS = 2  # chosen (docs/reference/labs.md)
_SECURED = re.compile(r"https?://deb\.debian\.org/debian/?")
_UNSECURED = ("sid", "unstable", "experimental")
_INSTALL = """
set -e
lower=$1 upper=$2 work=$3 root=$4
shift 4
mkdir -p "$work" "$root"
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$upper,workdir=$work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
printf '#!/bin/sh\\nexit 101\\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
rm -f "$root/etc/resolv.conf"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
enter() {
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
enter apt-get update -qq
enter apt-get install -qq --yes --no-install-recommends -- "$@"
enter apt-get clean
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/log/apt "$root"/var/log/dpkg.log
rm -f "$root"/etc/systemd/system/*.target.wants/* "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
: > "$root/etc/machine-id"
umount -l "$root/dev"
umount "$root/proc"
umount "$root"
rm -rf "$work"
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

    suite: Annotated[str, Field(pattern=r"^[a-z][a-z0-9.-]*$", max_length=60)] | None = None
    base: Annotated[str, Field(pattern=_NAME.pattern, max_length=61)] | None = None
    mirror: Annotated[
        str, Field(pattern=r"^https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$", max_length=200)
    ] = "http://deb.debian.org/debian"
    packages: tuple[_Package, ...] = ()
    sandbox: Annotated[Sandbox, BeforeValidator(sandbox_called)] = SANDBOXES[0]
    build: _BuildRecipe | None = None
    files: _Path | None = None
    prepare: _Path | None = None


_Recipes = TypeAdapter(dict[str, _Recipe])


@dataclass(frozen=True, slots=True)
class Image:
    """One image: its name, its release, where the packages come from and which they are, what its machines may do.

    `build` makes further packages, `files` is a folder that is laid over the tree, `prepare` a script that runs in it.
    A layer has a `base`; without one the image is a base itself.
    """

    name: str
    suite: str
    mirror: str
    packages: tuple[str, ...]
    sandbox: Sandbox = SANDBOXES[0]
    build: Build | None = None
    files: Path | None = None
    prepare: Path | None = None
    base: "Image | None" = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Where packages come from, for mmdebstrap: the archive and, for a stable release, its security updates."""
        security = f"deb {self.mirror.rstrip('/')}-security {self.suite}-security main"
        secured = _SECURED.fullmatch(self.mirror) and self.suite not in _UNSECURED
        return (f"deb {self.mirror} {self.suite} main", *((security,) if secured else ()))

    @property
    def fingerprint(self) -> str:
        """Changes with everything that goes into the image. Raises `PathError` when a file of it cannot be read."""
        below: list[object] = (
            [self.base.fingerprint, _INSTALL] if self.base else [*self.sources, sorted(_BASE), _PREPARE]
        )
        recipe: list[object] = [*below, sorted(self.packages)]
        if self.build:
            recipe.append(self.build.fingerprint(suite=self.suite, mirror=self.mirror))
        for path in (*_files_below(self.files), *((self.prepare,) if self.prepare else ())):
            where = path.relative_to(self.files).as_posix() if self.files and path != self.prepare else "prepare"
            recipe.append([where, _executable(path), hashlib.sha256(read_bytes(path)).hexdigest()])
        return hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:12]

    def folder(self, state: Path) -> Path:
        """Where the tree, or what the layer adds, is below the labs' state folder."""
        return state / "images" / f"{self.name}-{self.fingerprint}"

    def tree(self, state: Path) -> Tree:
        """Its folders, the upper one first."""
        return (self.folder(state), *(self.base.tree(state) if self.base else ()))


def read_images(path: Path) -> dict[str, Image]:
    """The images of an `images.yaml` by name. Raises `ConfigurationError` with the place of a fault."""
    source = Source(read_bytes(path).decode("utf-8", "replace"), path.as_posix())
    values = read_yaml(source, 0, len(source.text))
    if values.diagnostics:
        fault = values.diagnostics[0]
        words = fault.message.replace("the front matter", "the list of images").replace(
            "front matter", "a list of images"
        )
        raise ConfigurationError(f"{path.as_posix()}:{fault.span.line}: {words}")
    try:
        recipes = dict(values.data) if isinstance(values.data, dict) else {}
        if not recipes:
            raise ConfigurationError(f"{path.as_posix()}: expected a mapping from image name to suite and packages")
        for name in recipes:
            if not (isinstance(name, str) and _NAME.fullmatch(name)):
                message = f'image is called "{str(name)[:100]}", expected lower case letters, digits and hyphens'
                raise ConfigurationError(f"{path.as_posix()}: {message}")
        validated = _Recipes.validate_python(recipes)
        return {name: _image(name, validated, path) for name in validated}
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        where = ".".join(str(part)[:100] for part in first["loc"])
        what = {"missing": " is missing", "extra_forbidden": " is not a field"}.get(first["type"])
        raise ConfigurationError(f"{path.as_posix()}: {where}{what or f': {expectation(first)}'}") from None


def _image(name: str, recipes: Mapping[str, _Recipe], path: Path, above: tuple[str, ...] = ()) -> Image:
    """The image of a recipe, with those below it. Paths of a recipe start at the folder of the file."""
    recipe, folder = recipes[name], path.parent
    if (recipe.suite is None) == (recipe.base is None):
        which = "both suite and" if recipe.suite else "neither suite nor"
        raise ConfigurationError(f"{path.as_posix()}: {name} has {which} base, expected one of them")
    if recipe.base and (recipe.base not in recipes or recipe.base in (*above, name)):
        others = ", ".join(other for other in recipes if other not in (*above, name))
        raise ConfigurationError(f'{path.as_posix()}: {name}: base is "{recipe.base}", expected one of {others}')
    if len(above) >= _MOST_LAYERS:
        raise ConfigurationError(f"{path.as_posix()}: {name} is below more than {_MOST_LAYERS} images, expected fewer")
    base = _image(recipe.base, recipes, path, (*above, name)) if recipe.base else None
    build = recipe.build
    return Image(
        name,
        base.suite if base else str(recipe.suite),
        base.mirror if base else recipe.mirror,
        recipe.packages,
        recipe.sandbox,
        Build(build.source, build.packages, _inside(folder, build.script)) if build else None,
        _inside(folder, recipe.files) if recipe.files else None,
        _inside(folder, recipe.prepare) if recipe.prepare else None,
        base,
    )


def _inside(folder: Path, relative: str) -> Path:
    """A path of a recipe, which starts at the folder. Raises `ConfigurationError` when it leads out, or a link does."""
    path = folder / relative
    if ".." in relative.split("/") or not _real(path).is_relative_to(folder.resolve()):
        raise ConfigurationError(f"{folder.as_posix()}/images.yaml: {relative!r} leads out of its folder")
    if path.is_dir():
        for entry in path.rglob("*"):
            if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
                raise ConfigurationError(f"{entry.as_posix()}: expected a plain file, it is laid over an image")
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


def ensure_images(images: Iterable[Image], state: Path, *, say: Callable[[str], None]) -> dict[str, Tree]:
    """The trees of images by name, those that do not exist built now, two at a time.

    Raises `ConfigurationError` when mmdebstrap is missing or fails.
    """
    by_name = {image.name: image for image in images}
    with ThreadPoolExecutor(_BUILDERS) as pool:
        return dict(
            zip(by_name, pool.map(lambda image: ensure_image(image, state, say=say), by_name.values()), strict=True)
        )


def ensure_image(image: Image, state: Path, *, say: Callable[[str], None]) -> Tree:
    """The tree of an image, built now if it does not exist; `say` hears about that, it takes a minute.

    Raises `ConfigurationError` when mmdebstrap is missing or fails.
    """
    below = ensure_image(image.base, state, say=say) if image.base else ()

    def make(work: Path) -> None:
        build, suite, mirror = image.build, image.suite, image.mirror
        folder = ensure_packages(build, state, suite=suite, mirror=mirror, say=say) if build else None
        say(f"building image {image.name} ({image.suite}), once, about a minute")
        if below:
            _add_packages(image, work, below)
        else:
            _make_base(image, work)
        _finish(image, work, folder, below)

    return (made_once(image.folder(state), make), *below)


def _make_base(image: Image, work: Path) -> None:
    tree = work / "tree"
    packages = ",".join(sorted({*_BASE, *image.packages}))
    command = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={packages}", "--format=directory"]
    run_tool([*command, "--", image.suite, str(tree), *image.sources])
    (tree / "etc/systemd/journald.conf.d").mkdir(parents=True, exist_ok=True)
    run_tool(["sh", "-c", _PREPARE, "sh", str(tree)])


def _add_packages(image: Image, work: Path, below: Tree) -> None:
    """Install the layer's packages over the image below it; only what they add is kept."""
    (work / "tree").mkdir()
    if image.packages:
        places = [lower_folders(below), str(work / "tree"), str(work / "overlay"), str(work / "root")]
        run_tool(["sh", "-c", _INSTALL, "sh", *places, *sorted(image.packages)])


def _finish(image: Image, work: Path, packages: Path | None, below: Tree) -> None:
    """Add what the recipe brings. It is run and unpacked in a container over the tree: a link in there would lead into
    the host for anybody who follows it from outside.
    """
    tree, bound = work / "tree", work / "bound"
    bound.mkdir()
    for package in sorted(packages.glob("*.deb")) if packages else ():
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
        command = ["bash", "-euc", _FINISH]
        run_inside(tree, command, bound=bound, name=name, sandbox=image.sandbox, below=lower_folders(below))


def lower_folders(tree: Tree) -> str:
    """The folders of an image as overlayfs takes them in `lowerdir=`."""
    return ":".join(re.sub(r"([\\\\:,])", r"\\\1", str(folder)) for folder in tree)


def unused_folders(images: Iterable[Image], state: Path) -> tuple[Path, ...]:
    """Trees and builds below the state folder that none of the images asks for, in order."""
    images = tuple(images)
    in_use = {folder for image in images for folder in image.tree(state)}
    in_use |= {
        packages_folder(image.build, state, suite=image.suite, mirror=image.mirror) for image in images if image.build
    }
    folders = (folder for kind in ("images", "builds") for folder in (state / kind).glob("[!.]*") if folder.is_dir())
    return tuple(sorted(folder for folder in folders if folder not in in_use))


def installed_versions(tree: Tree, packages: tuple[str, ...]) -> dict[str, str]:
    """The upstream-and-Debian version of each package in an image; a package that is missing is left out."""
    files = (folder / "var/lib/dpkg/status" for folder in tree)
    status = next(file for file in files if file.is_file()).read_text(encoding="utf-8", errors="replace")
    versions = {}
    for paragraph in status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.split("\n") if ": " in line and line[0] != " ")
        if any(fnmatchcase(fields.get("Package", ""), name) for name in packages) and " installed" in fields.get(
            "Status", ""
        ):
            versions[fields["Package"]] = fields["Version"]
    return dict(sorted(versions.items()))
