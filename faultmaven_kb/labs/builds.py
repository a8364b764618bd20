"""Builds: Debian packages that a lab needs and Debian ships only as source, made once in a throw-away build root.

The root is a tree of its own with the compilers; the source package comes from the archive, checked by apt's
signatures; then the script runs in a container without network and leaves `*.deb` files. What came out is kept in a
folder named by the hash of everything that went in, so it is made again only when that changes. Nothing is compiled by
the host or installed on it. This stage knows no image.
"""

import contextlib
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.decoding import read_bytes
from faultmaven_kb.errors import ConfigurationError

__all__ = ["Build", "ensure_packages", "made_once", "run_tool"]

_FETCH = """
set -e
echo "deb-src $2 $3 main" > "$1/etc/apt/sources.list.d/source.list"
mkdir -p "$1/build/source"
chmod 777 "$1/build/source"
chroot "$1" apt-get update -qq
chroot "$1" sh -c 'cd /build/source && exec apt-get source -qq --download-only "$1"' sh "$4"
"""
_COMPILE = """
set -e
mount -t tmpfs tmpfs /run/systemd
exec systemd-nspawn --quiet --directory="$1" --machine="$2" --private-network --register=no --keep-unit \\
  --resolv-conf=off --timezone=off --link-journal=no --console=pipe bash /build/build.sh
"""


@dataclass(frozen=True, slots=True)
class Build:
    """A source package (`kubernetes`, or with its version `kubernetes=1.20`), what compiling takes, and the script."""

    source: str
    packages: tuple[str, ...]
    script: Path

    def fingerprint(self, *, suite: str, mirror: str) -> str:
        """Changes with everything that goes into the build. Raises `PathError` when the script cannot be read."""
        script = hashlib.sha256(read_bytes(self.script)).hexdigest()
        text = json.dumps([suite, mirror, self.source, sorted(self.packages), script, _FETCH, _COMPILE])
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def ensure_packages(build: Build, state: Path, *, suite: str, mirror: str, say: Callable[[str], None]) -> Path:
    """The folder with the packages of a build, made now if it does not exist; `say` hears about that.

    Raises `ConfigurationError` when a tool is missing or fails.
    """
    name = build.source.partition("=")[0]
    folder = state / "builds" / f"{name}-{build.fingerprint(suite=suite, mirror=mirror)}"

    def make(work: Path) -> None:
        say(f"building {name} from Debian's source package, once, several minutes")
        root = work / "root"
        packages = ",".join(sorted(build.packages))
        fetch = f"sh {_written(work / 'fetch.sh', _FETCH)} \"$1\" {mirror} {suite} '{build.source}'"
        debootstrap = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={packages}", "--format=directory"]
        run_tool([*debootstrap, f"--customize-hook={fetch}", suite, str(root), mirror])
        shutil.copyfile(build.script, root / "build" / "build.sh")
        container = ["unshare", "--mount", "--propagation=private", "sh", "-c", _COMPILE, "sh"]
        run_tool([*container, str(root), f"fmkb-build-{work.name.rpartition('-')[2]}".replace("_", "x")])
        made = sorted((root / "build" / "packages").glob("*.deb"))
        if not made:
            raise ConfigurationError(f"{build.script.as_posix()} left no *.deb in /build/packages")
        (work / "tree").mkdir()
        for package in made:
            shutil.move(package, work / "tree" / package.name)

    return made_once(folder, make)


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, made now if it does not exist: `make` gets a work folder and leaves its content there in `tree`.

    Others who want the same folder meanwhile wait. What a killed attempt left behind is removed first.
    """
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.parent / f".{folder.name}.lock"):
        if folder.is_dir():
            return folder
        for left in folder.parent.glob(f".{folder.name}-*"):
            shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            make(work)
            (work / "tree").replace(folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return folder


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that the kernel gives back when this process ends, however it ends."""
    with path.open("w") as file:
        if sys.platform != "win32":
            import fcntl  # noqa: PLC0415 - not on Windows, where labs can be read

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_tool(command: list[str]) -> None:
    """Run a tool of the host, which ends with us. Raises `ConfigurationError` with its last lines when it fails."""
    if shutil.which(command[0]) is None:
        raise ConfigurationError(f"labs need {command[0]} to build an image: apt-get install mmdebstrap util-linux")
    ended_with_us = ["setpriv", "--pdeathsig=KILL"]
    done = subprocess.run(  # noqa: S603
        [*ended_with_us, *command], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise ConfigurationError(f"{command[0]} failed with exit code {done.returncode}:\n{last}")


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
