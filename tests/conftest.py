"""Property tests run without time limits: a busy machine is no failure."""

import signal

from hypothesis import HealthCheck, settings

settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a shell: programs that tests interrupt would ignore it as well, and never end.
    signal.signal(signal.SIGINT, signal.default_int_handler)
