"""What starting costs: the import above a bare interpreter, and a whole `fmkb search` on the built-in base.

An installed package has its bytecode beside it, so these processes write and use it, whatever the environment says.

python -m benchmarks.startup
"""

import os
import subprocess
import sys

from benchmarks.timing import alternate


def _run(*arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, *arguments], check=False, capture_output=True, env=environment)


def main() -> None:
    bare, imported, base, search = alternate(
        lambda: _run("-c", "pass"),
        lambda: _run("-c", "import faultmaven_kb"),
        lambda: _run("-c", "from faultmaven_kb import KnowledgeBase"),
        lambda: _run("-m", "faultmaven_kb", "search", "FATAL: sorry, too many clients already"),
        runs=15,
    )
    print(f"import faultmaven_kb: {imported - bare:.0f} ms above a bare interpreter (bound 100 ms)")
    print(f"from faultmaven_kb import KnowledgeBase: {base - bare:.0f} ms above a bare interpreter")
    print(f"fmkb search, whole process: {search:.0f} ms (bound 500 ms), {search / bare:.1f} bare interpreters")


if __name__ == "__main__":
    main()
