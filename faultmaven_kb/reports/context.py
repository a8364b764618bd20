"""What a report must know besides the findings: where it is made and for which profile.

Paths in a report are as the caller gave them; platforms want them relative to the repository. Nothing here looks at the
disk: the command line says where the folder and the repository are.
"""

import posixpath
from dataclasses import dataclass
from pathlib import PurePath

from faultmaven_kb.gate.settings.settings import Profile

__all__ = ["Context"]


@dataclass(frozen=True, slots=True)
class Context:
    """The folder in which relative paths begin, the repository's root, and the profile that was checked."""

    folder: PurePath = PurePath()
    root: PurePath = PurePath()
    profile: Profile = Profile.CONTRIBUTE

    def relative(self, path: str) -> str:
        """A path as the repository names it: forward slashes, no `./`; outside the repository the whole path."""
        whole = posixpath.normpath(posixpath.join(self.folder.as_posix(), PurePath(path).as_posix()))
        root = posixpath.normpath(self.root.as_posix())
        if root == ".":
            return whole
        return whole[len(root) :].lstrip("/") if whole.startswith(f"{root.rstrip('/')}/") else whole
