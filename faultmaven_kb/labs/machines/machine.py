"""A throw-away machine: a writable layer in memory over an image, with its own systemd, network and process ids.

It is isolation for reviewed content, not a security boundary: the kernel is the host's. Everything lives in
one mount namespace that vanishes with its processes, and those are in separate control groups: what a kill -9 of
ours leaves is found by its recorded state and ended at the next start (`leftovers`). Nothing ever runs on the host.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from faultmaven_kb.errors import ConfigurationError, FaultmavenError
from faultmaven_kb.labs.machines.cgroups import create_groups, entrances
from faultmaven_kb.labs.machines.images import Tree, lower_folders
from faultmaven_kb.labs.machines.leftovers import claim, forget, record
from faultmaven_kb.labs.machines.sandboxes import SANDBOXES, Sandbox, lacking

__all__ = ["Machine", "MachineError", "Output", "byte_count", "obstacle", "wait_for"]

OUTPUT_LIMIT = 200_000  # bytes of a command's output that are kept, chosen
_TOOLS = ("systemd-nspawn", "nsenter", "unshare", "setpriv")
_ROOT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PROCESSES = 2000  # chosen: a limit against fork bombs
_START = """
set -e
work=$1 tree=$2 size=$3 inodes=$4 name=$5 dropped=$6
shift 6
for group; do echo $$ > "$group/cgroup.procs"; done
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
mount -t tmpfs -o "size=$size,nr_inodes=$inodes,mode=755" tmpfs "$work/rw"
mkdir "$work/rw/upper" "$work/rw/work"
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$work/rw/upper,workdir=$work/rw/work" "$work/root"
exec systemd-nspawn --quiet --directory="$work/root" --machine="$name" --private-network --boot --register=no \\
  --keep-unit --resolv-conf=off --timezone=off --link-journal=no --console=pipe \\
  --drop-capability="$dropped" --capability=CAP_NET_ADMIN,CAP_SYSLOG
"""
_JOIN = 'set -e; for group in $1; do echo $$ > "$group/cgroup.procs"; done; shift; exec "$@"'


class MachineError(FaultmavenError):
    """The machine could not be started, or ended by itself."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a command printed (both streams, at most 200 kB), its exit code (None: stopped), seconds it took."""

    text: str
    code: int | None
    seconds: float


def obstacle() -> str | None:
    """Why machines cannot run on this system, None when they can."""
    if sys.platform != "linux":
        return "labs run on Linux only"
    if os.geteuid() != 0:
        return "labs need root"
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        return f"labs need {', '.join(missing)}: apt-get install systemd-container mmdebstrap util-linux"
    return None


def wait_for(condition: Callable[[], bool], *, seconds: float, pause: float = 0.02) -> bool:
    """Poll until the condition is true or the seconds are over; returns whether it became true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
    return True


def byte_count(text: str) -> int:
    """`512m` or `1g` in bytes."""
    return int(text[:-1]) << (30 if text.endswith("g") else 20)


@dataclass(eq=False)
class Machine:
    """A running machine; use it in a `with` statement. Raises `MachineError` when it does not come up."""

    tree: Tree
    state: Path
    size: str = "512m"
    memory: str = "1g"
    inodes: int = 0
    sandbox: Sandbox = SANDBOXES[0]
    folder: Path = field(init=False)
    leader: int = field(init=False, default=0)
    groups: tuple[Path, ...] = field(init=False, default=())
    _process: "subprocess.Popen[bytes] | None" = field(init=False, default=None)

    def __enter__(self) -> Self:
        reason = obstacle() or lacking(self.sandbox)
        if reason:
            raise ConfigurationError(reason)
        self.folder = claim(self.state / "machines")
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The machine's name, unique on this host."""
        return f"fmkb-lab-{self.folder.name[2:].replace('_', 'x')}"

    def _start(self) -> None:
        for name in ("rw", "root"):
            (self.folder / name).mkdir()
        sandbox = self.sandbox
        self.groups = create_groups(
            self.name,
            memory=byte_count(self.memory),
            pids=_PROCESSES,
            controllers=sandbox.controllers,
            devices=sandbox.devices,
        )
        record(self.folder, pid=None, groups=self.groups)
        arguments = [str(self.folder), lower_folders(self.tree), self.size, str(self.inodes), self.name]
        arguments += [",".join(sandbox.dropped), *map(str, self.groups)]
        unshare = ["setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--propagation=private"]
        with (self.folder / "console").open("wb") as console:
            self._process = subprocess.Popen(  # noqa: S603
                [*unshare, "sh", "-c", _START, "sh", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                env={"PATH": _ROOT_PATH, "SYSTEMD_LOG_LEVEL": "warning"},
                start_new_session=True,
            )
        record(self.folder, pid=self._process.pid, groups=self.groups)
        if not wait_for(self._find_leader, seconds=20) or not wait_for(self._booted, seconds=30, pause=0.05):
            console_text = (self.folder / "console").read_text(encoding="utf-8", errors="replace")
            raise MachineError(f"the machine did not start: {console_text.strip()[-500:] or 'no message'}")

    def _find_leader(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            return True
        for pid in _children(self._process.pid):
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "systemd":
                    self.leader = pid
                    return True
        return False

    def _booted(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            return False
        state = self.run("systemctl is-system-running 2>/dev/null; systemctl is-active multi-user.target").text
        return "\nactive" in state and any(word in state for word in ("running", "degraded"))

    def command(self, script: list[str], *, on: str = "") -> list[str]:
        """The host's command line that runs `script` inside, within the machine's limits."""
        enter = ["nsenter", "-t", str(self.leader), "-m", "-p", "-u", "-i", "-n", "-r", "-w"]
        where = ["ip", "netns", "exec", on] if on else []
        capabilities = ["setpriv", f"--bounding-set={_dropped(self.leader)}", "--inh-caps=-all"]
        return [
            "sh",
            "-c",
            _JOIN,
            "sh",
            " ".join(map(str, entrances(self.groups))),
            *capabilities,
            *enter,
            *where,
            *script,
        ]

    def run(self, script: str, *, on: str = "", timeout: float = 15.0) -> Output:
        """Run a script of the lab as root inside; bash, its output in a file, stopped after `timeout` seconds."""
        begin = time.monotonic()
        environment = ["env", "-i", f"PATH={_ROOT_PATH}", "HOME=/root", "LANG=C.UTF-8", "TERM=dumb"]
        with tempfile.TemporaryFile(dir=self.folder) as out:
            process = subprocess.Popen(  # noqa: S603
                self.command([*environment, "bash", "-c", script], on=on),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={"PATH": _ROOT_PATH},
                start_new_session=True,
            )
            try:
                code: int | None = process.wait(timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                code = None
            out.seek(0)
            text = out.read(OUTPUT_LIMIT).decode("utf-8", "replace")
        return Output(text, code, time.monotonic() - begin)

    def enter(self, user: str) -> int:
        """A login shell of a user for the person at the terminal; its exit code."""
        shell = ["env", "-i", f"TERM={os.environ.get('TERM', 'dumb')}", "LANG=C.UTF-8", "su", "--login", user]
        return subprocess.run(self.command(shell), check=False, env={"PATH": _ROOT_PATH}).returncode  # noqa: S603

    def close(self) -> None:
        """End everything in the machine and remove what belongs to it; may be called twice."""
        process = self._process
        if process is not None and process.poll() is None:
            for pid in (self.leader, process.pid):
                if pid:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
        if process is not None:
            process.wait()
        forget(self.folder, self.groups)


def _dropped(leader: int) -> str:
    """The capabilities that the machine's own init does not have, for setpriv: who enters must not have more.

    A process that joins namespaces keeps the host's capabilities; it could set the host's clock.
    """
    status = Path(f"/proc/{leader}/status").read_text(encoding="ascii", errors="replace")
    bounds = next(int(line.split()[1], 16) for line in status.split("\n") if line.startswith("CapBnd:"))
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text(encoding="ascii"))
    return ",".join(f"-cap_{number}" for number in range(last + 1) if not bounds >> number & 1)


def _children(pid: int) -> tuple[int, ...]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return ()
    return tuple(int(word) for word in text.split())
