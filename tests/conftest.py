"""Property tests run without time limits: a busy machine is no failure. One cache serves a whole run."""

import os
import shutil
import signal
import tempfile

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "project",
    max_examples=int(os.environ.get("FMKB_EXAMPLES", "40")),  # the weekly runs try more
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("project")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a shell: programs that tests interrupt would ignore it as well, and never end.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Keep the user's own cache out of the tests; the processes of a run share one, so that each reads little."""
    if "FMKB_CACHE_DIR" not in os.environ:
        folder = os.environ["FMKB_CACHE_DIR"] = tempfile.mkdtemp(prefix="fmkb-tests-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
