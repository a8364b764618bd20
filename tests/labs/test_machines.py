"""Trials in real machines. They need root, systemd-container and mmdebstrap, and say so when they are skipped."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb.cli.lab import command
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.labs import leftovers, runner
from faultmaven_kb.labs.audit import audit
from faultmaven_kb.labs.cgroups import create_groups, entrances, remove_groups
from faultmaven_kb.labs.images import ensure_image, installed_versions
from faultmaven_kb.labs.leftovers import sweep
from faultmaven_kb.labs.machine import Machine, MachineError, byte_count, obstacle, wait_for
from faultmaven_kb.labs.phases import Trial
from faultmaven_kb.labs.restarts import PendingRestarts
from faultmaven_kb.labs.runner import jobs_for, run_jobs
from faultmaven_kb.labs.session import Session
from faultmaven_kb.labs.transcript import failure_lines
from tests.labs.parts import IMAGES, ROOT, demo, loaded, needs_machine

STATE = Path(os.environ.get("FMKB_LABS_DIR", "/var/lib/fmkb-labs"))

_RECOVERED = "    recovered: {{run: cat /srv/shop/{}, expect: welcome, within: 1}}\n"


def tree() -> Path:
    return ensure_image(IMAGES["bookworm"], STATE, say=print)


def prove(folder: Path, solution: str = "solution-1") -> Trial:
    jobs = [job for job in jobs_for([loaded(folder)], IMAGES) if job.solution.section == solution]
    return run_jobs(jobs, state=STATE)[0]


def verdict(trial: Trial) -> str:
    return f"{trial.failed.name}: {trial.failed.fault}" if trial.failed else "proven"


def left() -> list[str]:
    groups = [str(path) for path in Path("/sys/fs/cgroup").glob("*/fmkb-lab-*")]
    return groups + [str(path) for path in (STATE / "machines").glob("*")]


@needs_machine
def test_the_demonstration_is_proven_and_nothing_is_left_behind(tmp_path: Path) -> None:
    before = set(left())
    trials = run_jobs(jobs_for([loaded(demo(tmp_path))], IMAGES), state=STATE, workers=3)
    assert [verdict(trial) for trial in trials] == ["proven"] * 3
    assert [phase.name for phase in trials[2].phases] == [
        *("healthy", "broken", "diagnosis", "control", "solution", "recovered", "permanent"),
    ]
    assert not set(left()) - before or all(_foreign(path) for path in set(left()) - before)


def _foreign(path: str) -> bool:
    """Whether another process makes machines at the same time."""
    state = Path(path) / "state.json"
    return not path.startswith(str(STATE)) or (state.exists() and str(os.getpid()) not in state.read_text("utf-8"))


@needs_machine
@pytest.mark.parametrize(
    ("solution", "runbook", "lab", "expected"),
    [
        (
            "solution-1",
            ('sudo cp "$folder/stock"', 'sudo cp "$folder/stok"'),
            ("", ""),
            "solution: solution-1/fence-1/command-2 ended with exit code 1",
        ),
        (
            "solution-1",
            ('   sudo cp "$folder/stock" "$folder/<page-name>"\n', ""),
            ("", ""),
            'recovered: the recovery was not seen within 1 s, expected "welcome"',
        ),
        (
            "solution-1",
            ('ls "$folder"', 'echo "ERROR:  out of stock"'),
            ("", ""),
            'solution: solution-1/fence-1/command-3 printed "ERROR:  out of stock"',
        ),
        ("solution-1", ('ls "$folder"', "exit 0"), ("", ""), "solution: solution-1/fence-1/command-3 did not end"),
        (
            "solution-1",
            ('ls "$folder"', "sleep 60"),
            ("section: solution-1\n", "section: solution-1\n    timeout: 0.5\n"),
            "solution: solution-1/fence-1/command-3 did not end in time",
        ),
        ("solution-1", ("grep -c welcome", "greb -c welcome"), ("", ""), "diagnosis: step-1/fence-1/command-2 ended"),
        ("solution-1", ("ls /srv/shop\n", "echo stopped\n"), ("", ""), 'diagnosis: step-1 does not show "stock"'),
        (
            "solution-1",
            ("", ""),
            (
                f"{_RECOVERED.format('page')}  - section: solution-2",
                f"{_RECOVERED.format('stock')}  - section: solution-2",
            ),
            "control: the recovery is seen although no command of the solution has run",
        ),
        (
            "solution-1",
            ("", ""),
            ("break: rm /srv/shop/page", "break: ls"),
            'broken: the symptom was not seen within 1 s, expected "cat: /srv/shop/page: No such file or directory"',
        ),
        (
            "solution-1",
            ("", ""),
            ("break: rm /srv", "break: rm /srw"),
            "broken: the lab's break ended with exit code 1",
        ),
        (
            "solution-1",
            ("", ""),
            ("cp -p /srv/shop/stock /srv/shop/page", "true"),
            'healthy: the symptom "cat: /srv/shop/page: No such file or directory" is seen on the healthy machine',
        ),
        (
            "solution-1",
            ("", ""),
            ("{run: echo page}", "{run: 'true'}"),
            'broken: the value of "page-name" could not be found out',
        ),
        (
            "solution-2",
            ("RemainAfterExit=yes", "RemainAfterExit=no"),
            ("permanent: rm /srv/shop/page; systemctl restart shop", "permanent: rm /srv/shop/page"),
            'permanent: the recovery did not outlast a restart within 1 s, expected "welcome"',
        ),
    ],
)
def test_what_is_wrong_comes_out_not_proven_with_its_phase(
    tmp_path: Path, solution: str, runbook: tuple[str, str], lab: tuple[str, str], expected: str
) -> None:
    trial = prove(demo(tmp_path, runbook=runbook, lab=lab), solution)
    assert verdict(trial).startswith(expected)
    assert failure_lines(trial)


def restarting(folder: Path, *, pause: int, starts: str) -> Path:
    """The demonstration with a service that writes the page; its break kills it, and systemd restarts it."""
    unit = f"[Service]\\nExecStart=/bin/sh -c '{starts}'\\nRestart=always\\nRestartSec={pause}"
    start = f'  printf "{unit}" > /etc/systemd/system/page.service\n  systemctl start page\n'
    wait = "  until test -e /srv/shop/page; do sleep 0.05; done\n"
    demo(folder, lab=("  cp -p /srv/shop/stock /srv/shop/page\n", start + wait))
    file = folder / "shop-page-missing.lab.yaml"
    kill = ("break: rm /srv/shop/page", "break: rm /srv/shop/page; systemctl kill -s KILL page")
    file.write_text(file.read_text("utf-8").replace(*kill), encoding="utf-8")
    return folder


@needs_machine
def test_a_service_that_systemd_restarts_by_itself_is_no_recovery(tmp_path: Path) -> None:
    works = "cp /srv/shop/stock /srv/shop/page; exec sleep 60"
    trial = prove(restarting(tmp_path, pause=4, starts=works))
    assert verdict(trial).startswith("control: the recovery is seen although"), "`hold` is 0.1 s, the restart 4 s away"


@needs_machine
def test_a_service_that_fails_again_at_each_restart_may_be_mended(tmp_path: Path) -> None:
    once = "test -e /srv/seen || { cp /srv/shop/stock /srv/shop/page; touch /srv/seen; exec sleep 60; }; exit 1"
    assert verdict(prove(restarting(tmp_path, pause=1, starts=once))) == "proven"


def test_a_restart_is_waited_for_once_and_only_where_one_is_due() -> None:
    def shown(*units: tuple[str, str, int]) -> str:
        return "\n\n".join(f"Id={name}\nSubState={state}\nNRestarts={count}" for name, state, count in units)

    outputs = [
        shown(("a", "auto-restart", 0), ("b", "running", 3), ("c", "auto-restart", 1), ("d", "auto-restart", 0)),
        shown(("a", "auto-restart", 0), ("b", "running", 4), ("c", "start", 2), ("d", "dead", 0)),
        shown(("a", "running", 1), ("b", "running", 4), ("c", "auto-restart", 2), ("d", "dead", 0)),
        "",
    ]
    pending = PendingRestarts(lambda _: outputs.pop(0))
    seen = [(pending.look(), pending.waiting) for _ in range(4)]
    assert seen == [((), ("a", "c", "d")), (("c",), ("a",)), (("a",), ()), ((), ())]


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
    assert (tree() / "var/lib/dpkg/status").exists()
    assert not machine.folder.exists()


@needs_machine
def test_a_machine_that_does_not_start_says_so(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    with pytest.raises(MachineError, match="did not start"), Machine(tmp_path / "tree", tmp_path / "state"):
        pass
    assert list((tmp_path / "state" / "machines").iterdir()) == []
    lab = loaded(demo(tmp_path / "demo"))
    case = lab.lab.cases[0]
    from faultmaven_kb.labs.phases import prove as prove_one

    trial = prove_one(lab, case, case.solutions[0], image="bookworm", tree=tmp_path / "tree", state=tmp_path / "state")
    assert verdict(trial).startswith("machine: the machine did not start")


@needs_machine
def test_what_a_killed_run_leaves_is_cleaned_up_by_the_next(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from faultmaven_kb.labs.machine import Machine\n"
        "with Machine(Path(sys.argv[1]), Path(sys.argv[2])) as m: print(m.leader, flush=True); time.sleep(60)"
    )
    arguments = [sys.executable, "-c", script, str(tree()), str(tmp_path)]
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
    monkeypatch.setattr("faultmaven_kb.labs.machine.obstacle", lambda: "labs need root")
    with pytest.raises(ConfigurationError), Machine(tmp_path, tmp_path):
        pass


def test_an_image_without_its_tool_is_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
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
    assert installed_versions(tmp_path, ("a", "[bc]-[0-9]*")) == {"a": "1-1", "c-15": "3"}


@needs_machine
def test_an_audit_runs_each_fence_and_names_what_it_cannot(tmp_path: Path) -> None:
    lab = loaded(demo(tmp_path))
    found = audit(lab.fences, tree=tree(), state=STATE, lab=lab.lab)
    assert {each.id: each.verdict for each in found} == {
        "quick-fix/fence-1/command-1": "ok",
        "step-1/fence-1/command-1": "ok",
        "step-1/fence-1/command-2": "failed",
        "solution-1/fence-1/command-1": "ok",
        "solution-1/fence-1/command-2": "ok",
        "solution-1/fence-1/command-3": "ok",
        "solution-2/fence-1/command-1": "ok",
        "solution-2/fence-2/command-1": "ok",
        "solution-2/fence-2/command-2": "failed",
        "solution-2/fence-3": "not run",
    }
    bare = audit(lab.fences[1:2], tree=tree(), state=STATE, timeout=1)
    assert [(each.verdict, each.detail) for each in bare] == [
        ("failed", "exit code 2"),
        ("not run", "<page-name> has no value"),
    ]


def invoke(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)
    return result.exit_code, result.output


def test_lint_list_and_dry_run_need_no_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faultmaven_kb.cli.lab.obstacle", lambda: "labs need root")
    folder = demo(tmp_path)
    where = ("--labs", folder, "--runbooks", folder)
    assert invoke("lint", *where) == (0, "1 labs checked, 0 findings\n")
    assert invoke("list", *where) == (0, "shop-page-missing\tdefault\t1\t3\tnot proven yet\n")
    code, text = invoke("run", *where, "--dry-run")
    assert code == 0
    assert f"{folder}/shop-page-missing.md:61: solution-1/fence-1/command-2" in text
    with pytest.raises(ConfigurationError, match="dry-run` work everywhere"):
        invoke("run", *where)
    with pytest.raises(ConfigurationError, match="labs need root"):
        invoke("audit", *where, folder / "shop-page-missing.md")
    assert (
        'no lab is for "shop-page-mising" (did you mean "shop-page-missing"?)'
        in invoke("lint", *where, "shop-page-mising")[1]
    )


def test_a_lab_with_faults_is_printed_and_not_run(tmp_path: Path) -> None:
    folder = demo(tmp_path, lab=("runbook: shop-page-missing", "runbook: shop-page-mising"))
    where = ("--labs", folder, "--runbooks", folder)
    code, text = invoke("run", *where)
    assert code == 1
    assert 'LB102] no runbook has the id "shop-page-mising" (did you mean "shop-page-missing"?)' in text
    assert "declaration has errors" in invoke("list", *where)[1]
    folder = demo(tmp_path, lab=("lab: 1", "lab: 2"))
    assert invoke("lint", "--labs", folder, "--runbooks", folder)[0] == 1
    assert invoke("audit", "--labs", folder, "--runbooks", folder, "--image", "sid", folder / "x.md")[0] == 2
    (folder / "empty.md").write_text("", encoding="utf-8")
    assert invoke("audit", "--labs", folder, "--runbooks", folder, folder / "empty.md")[0] == 2
    (tmp_path / "nothing").mkdir()
    assert invoke("lint", "--labs", tmp_path / "nothing")[0] == 2


@needs_machine
def test_a_run_writes_transcripts_results_and_proofs(tmp_path: Path) -> None:
    folder = demo(tmp_path / "demo")
    where = ("--labs", folder, "--runbooks", folder)
    results = ("--json", tmp_path / "r.json", "--junit", tmp_path / "r.xml", "--keep", tmp_path / "keep", "--save")
    code, text = invoke("run", *where, *results, "shop-page-missing")
    assert code == 0
    assert "[3/3] proven shop-page-missing bookworm page removed" in text
    assert 'verified_by: "lab bookworm coreutils 9.1"' in text
    assert len(json.loads((tmp_path / "r.json").read_text("utf-8"))["trials"]) == 3
    assert (tmp_path / "r.xml").read_text("utf-8").startswith("<?xml")
    assert len(list((tmp_path / "keep").iterdir())) == 3
    (row,) = json.loads(invoke("list", *where, "--json")[1])
    assert (row["proven"], row["state"]) == (True, "lab bookworm coreutils 9.1")
    code, text = invoke("audit", *where, folder / "shop-page-missing.md", "--json")
    assert code == 1
    assert '"verdict": "not run"' in text
    assert "failed step-1/fence-1/command-2: exit code" in invoke("audit", *where, folder / "shop-page-missing.md")[1]


@needs_machine
def test_mutants_of_a_good_lab_are_noticed(tmp_path: Path) -> None:
    folder = demo(tmp_path)
    code, text = invoke("run", "--labs", folder, "--runbooks", folder, "--mutate", "-j", 4)
    assert code == 0, text
    assert "not needed: shop-page-missing bookworm page removed: solution-1: solution-1/fence-1/command-3" in text
    assert "of 14 mutants turned the proof red" in text


def test_labs_are_tests_too(tmp_path: Path) -> None:
    folder = demo(tmp_path)
    plugin = ["-p", "faultmaven_kb.labs.pytest_plugin", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    arguments = [sys.executable, "-m", "pytest", "-q", "-rs", *plugin, "--lab-runbooks", str(folder), str(folder)]
    script = folder / "conftest.py"
    script.write_text("import faultmaven_kb.labs.pytest_plugin as p\np.obstacle = lambda: 'labs need root'\n", "utf-8")
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, check=False)
    assert "3 skipped" in done.stdout, done.stdout
    assert "labs need root" in done.stdout
    required = subprocess.run(
        arguments, capture_output=True, text=True, cwd=ROOT, check=False, env={**os.environ, "FMKB_LABS": "require"}
    )
    assert "3 failed" in required.stdout
    demo(tmp_path, lab=("expect: stock", "expect: nothing"))
    broken = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, check=False)
    assert "LB106" in broken.stdout
    if obstacle() is None:
        script.unlink()
        demo(tmp_path, runbook=("echo welcome", "echo goodbye"))
        real = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, check=False)
        assert "1 failed, 2 passed" in real.stdout, real.stdout
        assert "recovered: the recovery was not seen" in real.stdout


@needs_machine
def test_an_interrupt_ends_what_runs_and_starts_nothing_more(tmp_path: Path) -> None:
    started: list[str] = []

    def interrupt(job: runner.Job, trial: Trial) -> None:
        started.append(trial.section)
        raise KeyboardInterrupt

    said: list[str] = []
    (tmp_path / "machines" / "m-gone").mkdir(parents=True)
    (tmp_path / "images").symlink_to(tree().parent)
    jobs = jobs_for([loaded(demo(tmp_path / "demo"))], IMAGES)
    with pytest.raises(KeyboardInterrupt):
        run_jobs(jobs, state=tmp_path, workers=1, say=said.append, ended=interrupt)
    assert started == ["quick-fix"]
    assert said == ["cleaned up 1 machine that an earlier run left behind"]
    assert list((tmp_path / "machines").iterdir()) == []


@needs_machine
def test_what_the_prose_asks_for_runs_around_the_commands(tmp_path: Path) -> None:
    extra = (
        "section: solution-1\n    times: 2\n    before: touch /srv/shop/before\n    after: test -e /srv/shop/before\n"
    )
    assert verdict(prove(demo(tmp_path, lab=("section: solution-1\n", extra)))) == "proven"
    failing = extra.replace("after: test -e /srv/shop/before", "after: test -e /srv/shop/never")
    trial = prove(demo(tmp_path, lab=("section: solution-1\n", failing)))
    assert verdict(trial) == "solution: the lab's part after the commands ended with exit code 1"
