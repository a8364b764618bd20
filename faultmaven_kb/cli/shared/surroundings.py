"""What every command may need of the machine it runs on, without loading a runbook's model: the folder of caches."""

import os
from pathlib import Path

from platformdirs import user_cache_path

__all__ = ["cache_folder"]


def cache_folder() -> Path:
    """The folder of caches: FMKB_CACHE_DIR, else the user's."""
    folder = os.environ.get("FMKB_CACHE_DIR")
    return Path(folder) if folder else user_cache_path("faultmaven-kb", appauthor=False)
