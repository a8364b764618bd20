"""Machines, their control groups and images, real ones where they can run."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.labs.machines import leftovers
from faultmaven_kb.labs.machines import machine as machine_module
from faultmaven_kb.labs.machines.cgroups import create_groups, entrances, remove_groups
from faultmaven_kb.labs.machines.images import ensure_image, installed_versions
from faultmaven_kb.labs.machines.leftovers import sweep
from faultmaven_kb.labs.machines.machine import Machine, MachineError, byte_count, obstacle, wait_for
from faultmaven_kb.labs.machines.session import Session
from faultmaven_kb.labs.proving import runner
from faultmaven_kb.labs.proving.phases import prove
from faultmaven_kb.labs.proving.runner import run_jobs
from tests.labs.parts import IMAGES, STATE, demo, loaded, needs_machine, tree, verdict


@needs_machine
def test_a_machine_is_apart_from_the_host(tmp_path: Path) -> None:
    with Machine(tree(), STATE) as machine:
        assert machine.run("ls /root /home").text.split() == ["/home:", "oncall", "/root:"]
        assert "lo" in machine.run("ls /sys/class/net").text.split()[0]
        limits = machine.run("grep CapBnd /proc/self/status /proc/1/status").text.split()
        assert limits[1] == limits[3], "who enters has more rights than the machine: it could set the host's clock"
        assert not int(limits[1], 16) >> 25 & 1, "CAP_SYS_TIME"
        machine.run("echo poison > /etc/poison; rm -rf /var/lib/dpkg")
        assert machine.run("sleep 9", timeout=0.2).code is None
        with Session(machine) as session:
            assert session.run("whoami; export X=1; cd /tmp", timeout=5).text == "oncall\n"
            assert session.run('echo "$X $PWD"; false | true', timeout=5).code == 1
            assert session.run("sleep 60", timeout=5, background=True).code == 0
            session.run("ln -s /etc/shadow /run/lab/secret", timeout=5)
            assert session._read("/run/lab/secret") == ""
    assert not Path("/etc/poison").exists()
    assert (tree()[0] / "var/lib/dpkg/status").exists()
    assert not machine.folder.exists()


@needs_machine
def test_a_machine_that_does_not_start_says_so(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    with pytest.raises(MachineError, match="did not start"), Machine((tmp_path / "tree",), tmp_path / "state"):
        pass
    assert list((tmp_path / "state" / "machines").iterdir()) == []
    lab = loaded(demo(tmp_path / "demo"))
    case = lab.lab.cases[0]
    trial = prove(lab, case, case.solutions[0], image="bookworm", tree=(tmp_path / "tree",), state=tmp_path / "state")
    assert verdict(trial).startswith("machine: the machine did not start")


@needs_machine
def test_what_a_killed_run_leaves_is_cleaned_up_by_the_next(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from faultmaven_kb.labs.machines.machine import Machine\n"
        "with Machine((Path(sys.argv[1]),), Path(sys.argv[2])) as m: print(m.leader, flush=True); time.sleep(60)"
    )
    arguments = [sys.executable, "-c", script, str(tree()[0]), str(tmp_path)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    leader = int(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()
    (folder,) = (tmp_path / "machines").iterdir()
    groups = json.loads((folder / "state.json").read_text("utf-8"))["groups"]
    assert sweep(tmp_path / "machines") == 1
    assert not folder.exists()
    assert wait_for(lambda: not Path(f"/proc/{leader}").exists(), seconds=10)
    assert not any(Path(group).exists() for group in groups)


def test_a_machine_whose_owner_lives_is_left_alone(tmp_path: Path) -> None:
    for name in ("mine", "dead", "unreadable"):
        (tmp_path / name).mkdir()
    leftovers.record(tmp_path / "mine", pid=None, groups=())
    sleeper = subprocess.Popen(["sleep", "60"])
    leftovers.record(tmp_path / "dead", pid=sleeper.pid, groups=(tmp_path / "group",))
    state = json.loads((tmp_path / "dead" / "state.json").read_text("utf-8"))
    state["owner"]["started"] = "1"
    (tmp_path / "dead" / "state.json").write_text(json.dumps(state), encoding="utf-8")
    if sys.platform == "linux":
        assert sweep(tmp_path) == 2
        assert [path.name for path in tmp_path.iterdir()] == ["mine"]
        assert sleeper.wait() == -signal.SIGKILL
    sleeper.kill()
    sleeper.wait()
    assert sweep(tmp_path / "none") == 0


def test_a_machine_that_is_being_made_is_not_taken_for_dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_module, "obstacle", lambda: None)
    monkeypatch.setattr(machine_module, "lacking", lambda _: None)

    def start(machine: Machine) -> None:
        assert sweep(tmp_path / "machines") == 0
        assert machine.folder.is_dir()

    monkeypatch.setattr(Machine, "_start", start)
    with Machine((tmp_path,), tmp_path):
        pass
    assert list((tmp_path / "machines").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="machines do not run on Windows")
def test_a_sweep_waits_for_a_folder_that_has_no_owner_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note, swept = leftovers.record, list[int]()
    sweeping = threading.Thread(target=lambda: swept.append(sweep(tmp_path / "machines")))

    def record_while_another_run_sweeps(folder: Path, **values: Any) -> None:
        sweeping.start()
        sweeping.join(0.2)
        note(folder, **values)

    monkeypatch.setattr(leftovers, "record", record_while_another_run_sweeps)
    folder = leftovers.claim(tmp_path / "machines")
    sweeping.join()
    assert (folder.is_dir(), swept) == (True, [0])


def test_groups_are_made_and_removed_with_all_below_them(tmp_path: Path) -> None:
    for name in ("memory", "pids", "systemd"):
        (tmp_path / name).mkdir()
    groups = create_groups("m", memory=1, pids=2, root=tmp_path)
    assert [group.relative_to(tmp_path).as_posix() for group in groups] == ["memory/m", "pids/m", "systemd/m"]
    (groups[0] / "payload" / "deep").mkdir(parents=True)
    remove_groups(groups)
    assert not any(group.exists() for group in groups)
    (tmp_path / "cgroup.controllers").touch()
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "memory.max").touch()
    assert create_groups("m", memory=7, pids=2, root=tmp_path) == (tmp_path / "m",)
    assert (tmp_path / "m" / "memory.max").read_text("ascii") == "7"
    remove_groups((tmp_path / "m",), patience=0.05)
    assert (tmp_path / "m").exists()


def test_who_enters_a_group_of_version_2_gets_a_leaf(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "two" / "cgroup.controllers").touch()
    expected = (tmp_path / "one", tmp_path / "two" / "entered")
    assert entrances((tmp_path / "one", tmp_path / "two")) == expected
    assert entrances((tmp_path / "one", tmp_path / "two")) == expected, "the second to enter finds the leaf there"
    assert expected[1].is_dir()


def test_sizes_are_read_in_binary_units() -> None:
    assert (byte_count("64m"), byte_count("2g")) == (64 << 20, 2 << 30)


def test_the_obstacle_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert obstacle() == "labs run on Linux only"
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    assert obstacle() == "labs need root"
    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert (obstacle() or "").startswith("labs need systemd-nspawn, nsenter")


def test_nothing_runs_where_machines_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "obstacle", lambda: "labs need root")
    with pytest.raises(ConfigurationError, match="labs need root"):
        run_jobs([], state=tmp_path)
    monkeypatch.setattr("faultmaven_kb.labs.machines.machine.obstacle", lambda: "labs need root")
    with pytest.raises(ConfigurationError), Machine((tmp_path,), tmp_path):
        pass


def test_an_image_without_its_tool_is_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="apt-get install mmdebstrap"):
        ensure_image(IMAGES["bookworm"], tmp_path, say=print)
    assert list((tmp_path / "images").iterdir()) == []


@needs_machine
def test_an_image_that_cannot_be_built_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "mmdebstrap").write_text("#!/bin/sh\necho 'no mirror' >&2; exit 1\n", encoding="utf-8")
    (tmp_path / "bin" / "mmdebstrap").chmod(0o755)
    said: list[str] = []
    with pytest.raises(ConfigurationError, match="no mirror"):
        ensure_image(IMAGES["bookworm"], tmp_path, say=said.append)
    assert said == ["building image bookworm (bookworm), once, about a minute"]
    assert list((tmp_path / "images").iterdir()) == []


def test_versions_are_read_from_the_tree(tmp_path: Path) -> None:
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    status = (
        "Package: a\nStatus: install ok installed\nVersion: 1-1\nDescription: x\n y: z\n\n"
        "Package: b-15\nStatus: deinstall ok config-files\nVersion: 2\n\nPackage: c-15\n"
        "Status: install ok installed\nVersion: 3\n"
    )
    (tmp_path / "var/lib/dpkg/status").write_text(status, encoding="utf-8")
    assert installed_versions((tmp_path / "layer", tmp_path), ("a", "[bc]-[0-9]*")) == {"a": "1-1", "c-15": "3"}
