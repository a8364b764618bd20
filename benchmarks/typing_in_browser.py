"""From the last key to the first result on the page, in a real Chromium that shows built sites as files.

python -m benchmarks.typing_in_browser SITE... [--questions 30]

A site is a folder that `fmkb site build` wrote. The questions are the symptoms of the shipped runbooks, typed at once
as a paste is. The time runs in the page, from the event of the field to the frame after the first change of the
results, so it holds the wait of the page for the next key (60 ms) and no time of the driver. The first question is
printed apart: the engine compiles the page's code while it answers it.
"""

import argparse
import statistics
from pathlib import Path

from faultmaven_kb import KnowledgeBase
from tests.site.browser import chromium

_WATCH = """() => {
  const field = document.querySelector("textarea");
  field.addEventListener("input", () => { window.typed = performance.now(); window.shown = null; }, true);
  new MutationObserver(() => {
    if (window.shown === null) requestAnimationFrame(() => { window.shown ??= performance.now() - window.typed; });
  }).observe(document.querySelector(".results"), { childList: true, subtree: true, characterData: true });
}"""
_CLEARED = (
    "() => { document.querySelector('textarea').value = ''; document.querySelector('.results').replaceChildren(); }"
)


def _times(page: Path, questions: list[str]) -> list[float]:
    times = []
    with chromium() as browser:
        tab = browser.new_page()
        tab.goto(page.resolve().as_uri())
        tab.wait_for_load_state("load")
        tab.evaluate(_WATCH)
        for question in questions:
            tab.evaluate(_CLEARED)
            tab.wait_for_timeout(100)
            tab.locator("textarea").fill(question)
            tab.wait_for_function("() => typeof window.shown === 'number'")
            times.append(tab.evaluate("() => window.shown"))
    return times


def main() -> None:
    """Print the times of each site."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sites", metavar="SITE", type=Path, nargs="+")
    parser.add_argument("--questions", type=int, default=30)
    options = parser.parse_args()
    symptoms = [runbook.symptoms[0].text for runbook in KnowledgeBase.builtin() if runbook.symptoms]
    for site in options.sites:
        first, *others = _times(site / "index.html", symptoms[: options.questions])
        p95 = statistics.quantiles(others, n=20)[-1]
        print(f"{site}: first question {first:.0f} ms, then median {statistics.median(others):.0f}, p95 {p95:.0f}")


if __name__ == "__main__":
    main()
