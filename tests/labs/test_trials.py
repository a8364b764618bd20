"""Trials in real machines, from healthy to recovered. They say so when they are skipped."""

import os
from pathlib import Path

import pytest

from faultmaven_kb.labs.declarations.declaration import Check
from faultmaven_kb.labs.proving import runner
from faultmaven_kb.labs.proving.phases import Trial
from faultmaven_kb.labs.proving.preservation import Preservation
from faultmaven_kb.labs.proving.restarts import PendingRestarts
from faultmaven_kb.labs.proving.runner import jobs_for, run_jobs
from faultmaven_kb.labs.proving.transcript import failure_lines
from tests.labs.parts import IMAGES, STATE, demo, loaded, needs_machine, tree, verdict

_RECOVERED = "    recovered: {{run: cat /srv/shop/{}, expect: welcome, within: 1}}\n"


def prove(folder: Path, solution: str = "solution-1") -> Trial:
    jobs = [job for job in jobs_for([loaded(folder)], IMAGES) if job.solution.section == solution]
    return run_jobs(jobs, state=STATE)[0]


def left() -> list[str]:
    groups = [str(path) for path in Path("/sys/fs/cgroup").glob("*/fmkb-lab-*")]
    return groups + [str(path) for path in (STATE / "machines").glob("*")]


@needs_machine
def test_the_demonstration_is_proven_and_nothing_is_left_behind(tmp_path: Path) -> None:
    before = set(left())
    trials = run_jobs(jobs_for([loaded(demo(tmp_path))], IMAGES), state=STATE, workers=3)
    assert [verdict(trial) for trial in trials] == ["proven"] * 3
    assert [phase.name for phase in trials[2].phases] == [
        *("healthy", "broken", "diagnosis", "relapse", "control", "solution", "recovered", "preserved", "permanent"),
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
            ("section: solution-1\n", "section: solution-1\n    timeout: 5\n"),
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
            'broken: the value of "page-name" could not be determined',
        ),
        (
            "solution-2",
            ("RemainAfterExit=yes", "RemainAfterExit=no"),
            ("permanent: rm -f /srv/shop/page; systemctl restart shop || true", "permanent: rm -f /srv/shop/page"),
            'permanent: the recovery did not outlast a restart within 1 s, expected "welcome"',
        ),
        (
            "solution-2",
            ("", ""),
            ("permanent: rm -f /srv/shop/page", "permanent: cp /srv/shop/stock /srv/shop/page"),
            "relapse: a restart alone ends the fault: the symptom did not return within 1 s",
        ),
        (
            "solution-1",
            ('   ls "$folder"', '   sudo rm "$folder/stock"'),
            ("", ""),
            'preserved: "the stock" was not preserved, expected "welcome"',
        ),
        (
            "solution-1",
            ('   ls "$folder"', '   echo "and more" | sudo tee -a "$folder/stock"'),
            ("{run: cat /srv/shop/stock, expect: welcome, within: 1}", "{run: cat /srv/shop/stock, within: 1}"),
            'preserved: "the stock" was not preserved, expected as before "welcome"',
        ),
        (
            "solution-1",
            ('   ls "$folder"', '   sudo chmod 666 "$folder/page"'),
            ("", ""),
            "preserved: the solution made this writable for everybody: /srv/shop/page",
        ),
        (
            "solution-1",
            ('   ls "$folder"', "   sudo systemctl stop cron"),
            ("  mkdir -p /srv/shop\n", "  mkdir -p /srv/shop\n  systemctl start cron\n"),
            "preserved: services were not preserved: cron.service",
        ),
        (
            "solution-1",
            ("", ""),
            ("break: rm /srv/shop/page", "break: rm /srv/shop/page /srv/shop/stock; touch /srv/shop/stock"),
            'control: "the stock" already fails before the solution, expected "welcome"',
        ),
        (
            "solution-1",
            ("", ""),
            ("echo welcome > /srv/shop/stock", "echo hello > /srv/shop/stock"),
            'healthy: "the stock" already fails before the solution, expected "welcome"',
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


def test_a_service_caught_in_one_of_its_failing_starts_was_not_running() -> None:
    def shown(**invocations: str) -> str:
        return "\n\n".join(
            f"Id={name}.service\nFragmentPath=/etc/systemd/system/{name}.service\nType=simple\nInvocationID={invocation}"
            for name, invocation in invocations.items()
        )

    outputs = [shown(loop="1", shop="7"), shown(loop="2", shop="7"), shown(shop="7")]

    def look(_: str, check: Check) -> str:
        return "" if "find /" in check.run else outputs.pop(0) if len(outputs) > 1 else outputs[0]

    preservation = Preservation({}, look, image="bookworm")
    assert preservation.note() == ""
    assert preservation.damage() == "", "the loop was active twice, each time anew"


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
def test_an_interrupt_ends_what_runs_and_starts_nothing_more(tmp_path: Path) -> None:
    started: list[str] = []

    def interrupt(job: runner.Job, trial: Trial) -> None:
        started.append(trial.section)
        raise KeyboardInterrupt

    said: list[str] = []
    (tmp_path / "machines" / "m-gone").mkdir(parents=True)
    (tmp_path / "images").symlink_to(tree()[0].parent)
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


@needs_machine
def test_a_solution_may_be_followed_by_another_section_of_the_runbook(tmp_path: Path) -> None:
    follows = ("section: solution-1\n", "section: solution-1\n    after: {section: solution-2, fences: [1, 2]}\n")
    trial = prove(demo(tmp_path, lab=follows))
    assert verdict(trial) == "proven"
    names = [step.name for phase in trial.phases if phase.name == "solution" for step in phase.steps]
    assert names[-1] == "solution-2/fence-2/command-2"


@needs_machine
def test_a_service_that_the_solution_is_to_stop_is_named(tmp_path: Path) -> None:
    runbook = ('   ls "$folder"', "   sudo systemctl stop cron")
    folder = demo(tmp_path, runbook=runbook, lab=("section: solution-1\n", "section: solution-1\n    stops: cron\n"))
    file = folder / "shop-page-missing.lab.yaml"
    started = file.read_text("utf-8").replace("  mkdir -p", "  systemctl start cron\n  mkdir -p", 1)
    file.write_text(started, encoding="utf-8")
    assert verdict(prove(folder)) == "proven"
