"""A module whose import takes two seconds in a worker process, as on a machine that has a lot to do."""

import sys
import time

if "--multiprocessing-fork" in sys.orig_argv:
    time.sleep(2)


def answer() -> int:
    """Three, at once."""
    return 3
