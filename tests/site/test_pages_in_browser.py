"""The pages as a reader uses them, in real Chromium, opened from the disk: every feature that a user would miss."""

import functools
import threading
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.site.building import build_site
from tests.documents import builtin_base
from tests.site.browser import PATIENCE, Watched, address
from tests.site.hostile import ATTACKS, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

REDIS = "runbooks/redis-out-of-memory.html"
CLIENTS = "FATAL: sorry, too many clients already"
PAGES = ("index.html", "browse.html", "map.html", REDIS)


def copied(page: "Page", press: Callable[[], None]) -> str:
    """What the clipboard holds after a button was pressed."""
    press()
    page.wait_for_selector("button.copy.done")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_results_come_while_typing_with_verdict_symptom_causes_and_quick_fix(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(address(site, "index.html"))
    page.locator("#search").press_sequentially(CLIENTS)
    page.wait_for_selector("#verdict:has-text('Match')")
    page.wait_for_selector("#results .result.leading")

    assert page.inner_text(".result.leading .open") == "PostgreSQL - Connection Pool Exhausted"
    assert "clients" in page.locator(".result.leading mark").all_inner_texts()
    assert page.locator(".result.leading .cause-bars .bar").count() == 4
    assert "40 %" in page.inner_text(".result.leading .cause-bars")
    assert page.inner_text(".result.leading .fix code").startswith("answer=$(cd / && sudo -u postgres psql")
    assert page.locator("#shelves").is_hidden()
    assert "Match" in page.inner_text("#said")


def test_beside_a_match_only_likely_runbooks_are_named_and_in_brief(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(address(site, "index.html"))
    page.fill("#search", CLIENTS)
    page.wait_for_selector("#verdict:has-text('Match')")

    shares = [int(share.removesuffix(" %")) for share in page.locator("#results .confidence").all_inner_texts()]
    assert page.locator("#results .result.leading").count() == 1
    assert min(shares) >= 5
    page.fill("#search", "pod")
    page.wait_for_selector("#verdict:has-text('No match')")
    assert page.locator("#results .result").count() > 0
    assert page.locator("#results .fix").count() == 0


def test_a_question_without_a_runbook_is_told_so_in_words(site: Path, watched: Watched) -> None:
    watched.page.goto(address(site, "index.html"))
    watched.page.fill("#search", "how long should I boil an egg")
    watched.page.wait_for_selector("#verdict:not([hidden])")

    assert watched.page.inner_text("#verdict").startswith("No match")


def test_the_keyboard_alone_finds_and_opens_a_runbook(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(address(site, REDIS))
    page.keyboard.press("/")
    page.wait_for_url("**/index.html#search")
    page.keyboard.type("oom command not allowed redis maxmemory")
    page.wait_for_selector("#results a.open")
    page.keyboard.press("ArrowDown")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    focused = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("ArrowUp")
    back = page.evaluate("document.activeElement.id")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{REDIS}")

    assert (focused, outline, back) == ("Redis - Out of Memory", "solid", "search")


def test_the_arrow_pressed_before_the_last_results_are_drawn_keeps_the_focus(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(address(site, "index.html"))
    # In one turn of the page, so that the wait after the last letter is still under way when the arrow is pressed.
    page.evaluate(
        """() => {
          const field = document.getElementById("search");
          const type = (text) => { field.value = text; field.dispatchEvent(new Event("input")); };
          const press = (key) => field.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
          field.focus();
          type("too many clients");
          press("ArrowDown");
          field.focus();
          type("oom command not allowed redis maxmemory");
          press("ArrowDown");
        }"""
    )
    page.wait_for_timeout(300)

    assert page.evaluate("document.activeElement.textContent") == "Redis - Out of Memory"


def test_a_question_can_be_linked_to_and_comes_back_with_the_back_button(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{address(site, 'index.html')}#q=too%20many%20clients%20already")
    page.click(".result.leading a.open")
    page.wait_for_selector("main.runbook")
    page.go_back()
    page.wait_for_selector(".result.leading")

    assert page.input_value("#search") == "too many clients already"


def test_the_skip_link_leads_to_the_content(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(address(site, REDIS))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_command_is_copied_alone_or_with_its_block(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(address(site, REDIS))
    block = page.locator(".command").first

    one = copied(page, lambda: block.locator("[data-copy=one]").nth(1).click())
    assert one == "free -m"
    page.wait_for_selector("button.copy.done", state="detached")
    everything = copied(page, lambda: block.locator("[data-copy=all]").click())
    assert everything.split("\n") == [
        "redis-cli INFO memory | grep -E '^(used_memory|maxmemory|maxmemory_policy):'",
        "free -m",
        "redis-cli CONFIG SET maxmemory '<new-limit>'",
        "redis-cli SET oom-probe ok EX 10",
    ]


def test_a_placeholder_is_filled_in_once_for_all_commands(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(address(site, REDIS))
    row = page.locator(".command").first.locator(".row").nth(2)
    assert page.locator('[data-value="new-limit"]').is_hidden()
    row.locator(".placeholder").first.click()
    page.fill('[data-value="new-limit"]', '3gb"><b>x')

    assert """maxmemory '3gb"><b>x'""" in row.inner_text()
    assert page.locator(".command b").count() == 0
    assert copied(page, lambda: row.locator("button").click()) == """redis-cli CONFIG SET maxmemory '3gb"><b>x'"""
    assert page.locator('.command .placeholder[data-name="new-limit"]:not(.filled)').count() == 0
    page.reload()
    assert page.input_value('[data-value="new-limit"]') == '3gb"><b>x'
    page.locator("#values summary").click()
    page.fill('[data-value="new-limit"]', "")
    assert "<new-limit>" in row.inner_text()


def test_progress_is_kept_and_can_be_reset(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(address(site, REDIS))
    boxes = page.locator("input.tick").count()
    page.locator('[data-task="step-2"]').check()
    page.locator('[data-task="solution-1-1"]').check()
    page.reload()

    assert page.locator('[data-task="step-2"]').is_checked()
    assert page.inner_text("#progress-text") == f"2 of {boxes} steps done"
    page.click("#reset")
    page.reload()
    assert page.locator("input.tick:checked").count() == 0


def test_everything_works_where_storage_is_blocked(site: Path, watched: Watched) -> None:
    watched.page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('blocked', 'SecurityError'); } });"
    )
    page = watched.page
    page.goto(address(site, REDIS))
    page.locator('[data-task="step-1"]').check()
    page.locator("#values summary").click()
    page.fill('[data-value="prefix"]', "session:")
    page.click("#theme")

    assert page.inner_text("#progress-text").startswith("1 of")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_chosen_theme_is_kept_and_the_system_s_is_the_default(site: Path, browser: "Browser") -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address(site, "index.html"))
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto(address(site, REDIS))

    assert dark != light
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light
    context.close()


def test_expected_output_is_folded_and_opens(site: Path, watched: Watched) -> None:
    watched.page.goto(address(site, REDIS))
    output = watched.page.locator("details.expected").first

    assert output.locator("pre").is_hidden()
    output.locator("summary").click()
    assert "maxmemory:50331648" in output.locator("pre").inner_text()


def test_a_warning_has_a_mark_and_a_border_and_not_only_a_colour(site: Path, watched: Watched) -> None:
    watched.page.goto(address(site, REDIS))
    mark, border = watched.page.evaluate(
        "(box => [getComputedStyle(box, '::before').content, getComputedStyle(box).borderLeftWidth])"
        "(document.querySelector('.callout.warning'))"
    )

    assert mark == '"!"'
    assert float(border.removesuffix("px")) >= 4


def test_the_list_is_narrowed_and_its_address_brings_the_same_list(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{address(site, 'browse.html')}#technology=redis")
    assert page.inner_text("#shown") == f"4 of {len(builtin_base())}"
    page.select_option('[data-filter="status"]', "verified in part")
    page.reload()
    shown = page.locator("#list > li:visible").count()
    assert page.inner_text("#shown") == f"{shown} of {len(builtin_base())}"
    assert 0 < shown < 4
    page.click("#clear")
    page.fill("#words", "host key")
    assert page.locator("#list > li:visible a").all_inner_texts() == ["SSH - Host Key Changed"]


def test_a_tag_on_a_runbook_leads_to_the_runbooks_that_have_it(site: Path, watched: Watched) -> None:
    watched.page.goto(address(site, REDIS))
    watched.page.click(".facts a.chip >> text=eviction")
    watched.page.wait_for_url("**/browse.html#tag=eviction")

    assert "Redis - Out of Memory" in watched.page.locator("#list > li:visible a").all_inner_texts()


def test_the_map_shows_a_runbook_s_own_links_and_opens_it(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(address(site, "map.html"))
    node = page.locator('.atlas a[href="runbooks/redis-out-of-memory.html"]')
    node.focus()
    related = len(builtin_base().related("redis-out-of-memory"))

    assert page.locator(".curves path.lit").count() >= related > 0
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{REDIS}")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 390])
def test_nothing_but_code_is_wider_than_a_phone(site: Path, watched: Watched, name: str, width: int) -> None:
    page = watched.page
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(address(site, name))
    if name == "index.html":
        page.fill("#search", CLIENTS)
        page.wait_for_selector(".result.leading")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_print_has_all_commands_in_full_and_no_buttons(site: Path, watched: Watched) -> None:
    page = watched.page
    page.goto(address(site, REDIS))
    page.emulate_media(media="print")

    assert page.locator("button:visible").count() == 0
    assert page.locator(".top").is_hidden()
    assert page.evaluate(
        "[...document.querySelectorAll('.command pre')].every(pre => pre.scrollWidth <= pre.clientWidth + 1)"
    )


def test_a_reader_without_scripts_can_read_everything(site: Path, browser: "Browser") -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address(site, REDIS))

    assert "redis-cli CONFIG SET maxmemory" in page.inner_text("main")
    assert page.locator("button:visible").count() == 0
    assert page.locator("#values").is_hidden()
    context.close()


def test_it_works_below_any_path_of_a_server(site: Path, watched: Watched) -> None:
    class Below(SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            assert path.startswith("/ops/kb/"), path
            return super().translate_path(path.removeprefix("/ops/kb"))

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Below, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = watched.page
    try:
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/ops/kb/index.html")
        page.fill("#search", CLIENTS)
        page.click(".result.leading a.open")
        page.click(".cards a >> nth=0")
        page.click("nav[aria-label=Site] a >> text=Map")
        page.wait_for_selector(".atlas")
    finally:
        server.shutdown()
        server.server_close()


def test_hostile_runbooks_run_nothing_and_ask_nobody(tmp_path: Path, watched: Watched) -> None:
    (tmp_path / "in").mkdir()
    kb = KnowledgeBase.load(write(tmp_path / "in", *ATTACKS))
    build_site(kb, tmp_path / "out", title=ATTACKS[0])
    page = watched.page
    page.goto(address(tmp_path / "out", "index.html"))
    page.fill("#search", f"{ATTACKS[1]} img onerror alert script")
    page.wait_for_selector("#results .result")
    for name in [
        "browse.html",
        "map.html",
        *(f"runbooks/{path.name}" for path in (tmp_path / "out/runbooks").iterdir()),
    ]:
        page.goto(address(tmp_path / "out", name))
        page.evaluate(
            "value => { for (const field of document.querySelectorAll('input[data-value]'))"
            " { field.value = value; field.dispatchEvent(new Event('input')); } }",
            ATTACKS[1],
        )

    assert page.evaluate("document.querySelectorAll('iframe, img, base, object, [onerror], [onload]').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*PAGES, "results"])
def test_axe_finds_no_violation(site: Path, browser: "Browser", axe: str, name: str, scheme: str) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address(site, "index.html" if name == "results" else name))
    if name == "results":
        page.fill("#search", CLIENTS)
        page.wait_for_selector(".result.leading")
    for details in page.locator("details").all():
        details.evaluate("each => { each.open = true; }")
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    context.close()

    assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found["violations"]] == []
