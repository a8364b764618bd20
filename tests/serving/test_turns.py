"""Work that comes faster than it is done: so much is done at once, so much waits, and the rest is refused."""

import threading

import anyio
import pytest

from faultmaven_kb.serving.turns import BusyError, Turns


def _asked(turns: Turns, times: int, *, until: int) -> tuple[list[str], list[str]]:
    """What is done and what is refused when work is asked for so many times that ends once `until` were refused."""
    done: list[str] = []
    refused: list[str] = []
    leave = threading.Event()

    async def ask() -> None:
        try:
            done.append(await turns.run(lambda: str(leave.wait(30))))
        except BusyError as error:
            refused.append(str(error))
        if len(refused) == until:
            leave.set()

    async def run() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(times):
                group.start_soon(ask)
                await anyio.sleep(0)

    anyio.run(run)
    return done, refused


def test_more_than_may_wait_is_refused_at_once_and_the_others_have_their_turn() -> None:
    done, refused = _asked(Turns(at_once=1, waiting=2, seconds=30), 10, until=7)
    assert len(done) == 3
    assert refused == ["busy: 2 others are waiting already, try again later"] * 7


def test_work_whose_turn_it_is_sets_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anyio, "fail_after", None)
    assert anyio.run(Turns(at_once=1, waiting=1, seconds=5).run, lambda: "done") == "done"


def test_nobody_waits_for_ever() -> None:
    done, refused = _asked(Turns(at_once=1, waiting=5, seconds=0.05), 3, until=2)
    assert done == ["True"]
    assert refused == ["busy: no turn within 0.05 seconds, try again later"] * 2


def test_a_fault_of_the_work_gives_the_turn_on() -> None:
    turns = Turns(at_once=1, waiting=1, seconds=5)

    async def run() -> str:
        with pytest.raises(ZeroDivisionError):
            await turns.run(lambda: str(1 // 0))
        return await turns.run(lambda: "done")

    assert anyio.run(run) == "done"
