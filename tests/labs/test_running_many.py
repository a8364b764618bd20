"""Several machines at a time: weights, and a sign of life in logs."""

import threading

from faultmaven_kb.labs.proving.heartbeat import Heartbeat
from faultmaven_kb.labs.proving.runner import _Places


def test_a_heavy_lab_waits_until_enough_places_are_free_and_is_not_overtaken() -> None:
    places, order, inside = _Places(3), list[str](), threading.Event()
    leave = threading.Event()

    def light() -> None:
        with places.taken(1):
            inside.set()
            leave.wait()
            order.append("light")

    def run(name: str, weight: int) -> None:
        with places.taken(weight):
            order.append(name)

    first = threading.Thread(target=light)
    first.start()
    inside.wait()
    heavy = threading.Thread(target=run, args=("heavy", 9))
    heavy.start()
    while not places._turn.locked():
        pass
    late = threading.Thread(target=run, args=("late", 1))
    late.start()
    assert order == []
    leave.set()
    for thread in (first, heavy, late):
        thread.join()
    assert order == ["light", "heavy", "late"]


def test_a_log_hears_what_runs_and_then_no_more() -> None:
    said, heard = list[str](), threading.Event()

    def say(text: str) -> None:
        said.append(text)
        heard.set()

    with Heartbeat(say, seconds=0.01) as heart:
        heart.started("redis-out-of-memory")
        heart.started("nginx-502-bad-gateway")
        heart.ended("nginx-502-bad-gateway")
        heard.clear()
        heard.wait()
    assert said[-1].startswith("still running: redis-out-of-memory (")
    number = len(said)
    with Heartbeat(say, seconds=0):
        pass
    assert len(said) == number
