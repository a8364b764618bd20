"""Builds: Debian packages that a lab needs and Debian ships only as source, made once in a throw-away build root.

The root is its own tree with the compilers; the source package comes from the archive, checked by apt's
signatures; then the script runs in a container without network and leaves `*.deb` files. What came out is kept in a
folder named by the hash of everything that went in, so it is made again only when that changes. Nothing is compiled by
the host or installed on it. This stage knows no image.
"""

import hashlib
import json
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.labs.machines.cgroups import create_groups, end_members, remove_groups
from faultmaven_kb.labs.machines.locks import locked
from faultmaven_kb.labs.machines.sandboxes import SANDBOXES, Sandbox
from faultmaven_kb.programs import program
from faultmaven_kb.text.characters.decoding import read_bytes

__all__ = [
    "BOUND",
    "Build",
    "ensure_packages",
    "made_once",
    "packages_folder",
    "remove_folder",
    "run_inside",
    "run_tool",
]

BOUND = "/mnt"
"""Where a container finds the files that it is given."""

_WORK = ".work-"
_MEMORY = 8 << 30  # bytes, chosen: enough to compile Kubernetes
_PROCESSES = 4000  # chosen: twice those of a machine
_FETCH = """
set -e
echo "deb-src $2 $3 main" > "$1/etc/apt/sources.list.d/source.list"
mkdir -p "$1/build/source"
chmod 777 "$1/build/source"
chroot "$1" apt-get update -qq
chroot "$1" sh -c 'cd /build/source && exec apt-get source -qq --download-only "$1"' sh "$4"
"""
_INSIDE = """
set -e
root=$1 dropped=$2 bound=$3 below=$4
shift 4
while [ "$1" != -- ]; do
  echo $$ > "$1/cgroup.procs"
  shift
done
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
if [ -n "$below" ]; then
  mkdir -p "$root.work" "$root.whole"
  mount -t overlay overlay -o "lowerdir=$below,upperdir=$root,workdir=$root.work" "$root.whole"
  root=$root.whole
fi
exec systemd-nspawn --quiet --directory="$root" --machine=fmkb-build --private-network --register=no --keep-unit \\
  --resolv-conf=off --timezone=off --link-journal=no --console=pipe --drop-capability="$dropped" --bind-ro="$bound" "$@"
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
        text = json.dumps([suite, mirror, self.source, sorted(self.packages), script])
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def packages_folder(build: Build, state: Path, *, suite: str, mirror: str) -> Path:
    """Where the packages of a build are kept."""
    return state / "builds" / f"{build.source.partition('=')[0]}-{build.fingerprint(suite=suite, mirror=mirror)}"


def ensure_packages(build: Build, state: Path, *, suite: str, mirror: str, say: Callable[[str], None]) -> Path:
    """The folder with the packages of a build, made now if it does not exist; `say` hears about that.

    Raises `ConfigurationError` when a tool is missing or fails.
    """
    name = build.source.partition("=")[0]
    folder = packages_folder(build, state, suite=suite, mirror=mirror)

    def make(work: Path) -> None:
        say(f"building {name} from Debian's source package, once, several minutes")
        root = work / "root"
        packages = ",".join(sorted(build.packages))
        words = ["sh", str(_written(work / "fetch.sh", _FETCH))], [mirror, suite, build.source]
        fetch = f'{shlex.join(words[0])} "$1" {shlex.join(words[1])}'
        debootstrap = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={packages}", "--format=directory"]
        run_tool([*debootstrap, f"--customize-hook={fetch}", "--", suite, str(root), mirror])
        (work / "bound").mkdir()
        shutil.copyfile(build.script, work / "bound" / "build.sh")
        run_inside(root, ["bash", f"{BOUND}/build.sh"], bound=work / "bound", name=f"fmkb-{folder.name}")
        debs = _packages(root)
        if not debs:
            raise ConfigurationError(f"{build.script.as_posix()} did not leave any *.deb in /build/packages")
        (work / "tree").mkdir()
        for package in debs:
            shutil.move(package, work / "tree" / package.name)

    return made_once(folder, make)


def _packages(root: Path) -> list[Path]:
    """What the script left. It ran as root of its tree, so a link may be anything's: none is followed."""
    folders = (root / "build", root / "build" / "packages")
    if any(folder.is_symlink() for folder in folders):
        return []
    return sorted(file for file in folders[1].glob("*.deb") if file.is_file() and not file.is_symlink())


def run_inside(
    root: Path, command: list[str], *, bound: Path, name: str, sandbox: Sandbox = SANDBOXES[0], below: str = ""
) -> None:
    """Run a command in a container over `root`, as a trial's machine is: own network, limits, fewer capabilities.

    The folder `bound` can be read there at `BOUND`. With `below`, folders as overlayfs takes them, `root` is a layer
    over those, and contains afterwards what the command changed. `name` names its control groups, which a killed
    attempt may have left. Raises `ConfigurationError` when the command fails.
    """
    groups = create_groups(
        name, memory=_MEMORY, pids=_PROCESSES, controllers=sandbox.controllers, devices=sandbox.devices
    )
    end_members(groups)
    where = str(bound).replace("\\", "\\\\").replace(":", "\\:")
    arguments = [str(root), ",".join(sandbox.dropped), f"{where}:{BOUND}", below, *map(str, groups)]
    try:
        run_tool(["sh", "-c", _INSIDE, "sh", *arguments, "--", *command])
    finally:
        end_members(groups)
        remove_groups(groups)


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, made now if it does not exist: `make` gets a work folder and leaves its content there in `tree`.

    Other processes that want the same folder wait. What killed attempts left behind is removed.
    """
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(folder.parent)
    with locked(folder.parent / f".{folder.name}.lock"):
        if folder.is_dir():
            return folder
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}{_WORK}", dir=folder.parent))
        try:
            make(work)
            (work / "tree").replace(folder)
        finally:
            remove_folder(work)
    return folder


def _remove_abandoned(parent: Path) -> None:
    """Remove the work folders that are not in use: their lock is free."""
    for work in parent.glob(f".*{_WORK}*"):
        with locked(parent / f"{work.name.partition(_WORK)[0]}.lock", wait=False) as acquired:
            if acquired:
                remove_folder(work)


def remove_folder(work: Path) -> None:
    """Remove a folder, unless something is mounted below it, which might be the host's."""
    mounts = Path("/proc/self/mounts")
    if not (mounts.exists() and f" {work.resolve().as_posix()}/" in mounts.read_text(encoding="utf-8")):
        shutil.rmtree(work, ignore_errors=True)


def run_tool(command: list[str]) -> None:
    """Run a tool of the host. Raises `ConfigurationError` with its last lines when it fails.

    It has its own mounts and process ids, so that everything it started ends with this process, even after kill -9.
    """
    tools = {}
    for tool in (command[0], "setpriv", "unshare"):
        path = program(tool)
        if path is None:
            raise ConfigurationError(f"labs need {tool} to build an image: apt-get install mmdebstrap util-linux")
        tools[tool] = str(path)
    isolated = [tools["setpriv"], "--pdeathsig=KILL", tools["unshare"], "--mount", "--propagation=private"]
    isolated += ["--pid", "--fork", "--kill-child", "--mount-proc"]
    process = subprocess.run(  # noqa: S603
        [*isolated, tools[command[0]], *command[1:]],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if process.returncode:
        last = "\n".join((process.stderr or process.stdout).strip().splitlines()[-5:])
        raise ConfigurationError(f"{command[0]} failed with exit code {process.returncode}:\n{last}")


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
