"""A site in a folder: what is there, that it is safe, that a second build changes only what has changed."""

import gzip
import json
import os
import re
from pathlib import Path

import pytest

from benchmarks.generate import write_runbooks
from faultmaven_kb.errors import PathError
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.site.building import MARK, build_site, site_files
from faultmaven_kb.site.names import page_names
from faultmaven_kb.site.pages import Site, Source
from faultmaven_kb.site.search_data import encoded
from tests.crash.harness import POSIX
from tests.documents import builtin_base
from tests.site.hostile import ATTACKS, ATTRIBUTES, TAGS, Page, write


@pytest.fixture(scope="module")
def shipped() -> dict[str, str]:
    files = site_files(builtin_base(), title="Runbooks", source=Source())
    return {name: content.decode("utf-8") for name, content in files.items()}


def test_every_runbook_has_a_page_and_every_link_within_the_site_leads_somewhere(shipped: dict[str, str]) -> None:
    pages = {name: Page(text) for name, text in shipped.items() if name.endswith(".html")}

    assert len([name for name in pages if name.startswith("runbooks/")]) == len(builtin_base())
    for name, page in pages.items():
        for link in (*page.links, *page.scripts):
            if not link.startswith(("https://", "http://", "mailto:")):
                path, _, anchor = link.partition("#")
                target = (Path(name).parent / path).as_posix() if path else name
                target = re.sub(r"[^/]+/\.\./", "", target)
                assert target in shipped, f"{name} links to {link}"
                if anchor.startswith(("section-", "main")):
                    assert f'id="{anchor}"' in shipped[target]


def test_all_text_of_a_runbook_is_on_its_page(shipped: dict[str, str]) -> None:
    page = re.sub(r"<[^>]+>", "", shipped["runbooks/redis-out-of-memory.html"])
    runbook = builtin_base()["redis-out-of-memory"]

    for section in runbook.sections:
        for word in re.findall(r"[A-Za-z]{5,}", section.text.split("](", 1)[0]):
            assert word in page


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_runbook_becomes_markup_or_script_in_any_page(attack: str, tmp_path: Path) -> None:
    files = site_files(KnowledgeBase.load(write(tmp_path, attack)), title=attack, source=Source(url=attack))

    for name, content in files.items():
        if name.endswith(".html"):
            page = Page(content.decode("utf-8"))
            assert page.tags <= TAGS, name
            assert page.attributes <= ATTRIBUTES, name
            assert not page.inline, name
            assert all(re.fullmatch(r"(?:\.\./)?assets/[a-z-]+\.js", source) for source in page.scripts), name
    data = files["assets/search-data.js"].decode("utf-8")
    assert json.loads(data.removeprefix("globalThis.FMKB_DATA = ").removesuffix(";\n"))["runbooks"]
    assert re.fullmatch(r"[a-z0-9-]+\.html", next(iter(page_names([attack]).values())))


def test_a_page_allows_no_script_but_its_own_and_no_request(shipped: dict[str, str]) -> None:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'"
    )
    for name, text in shipped.items():
        if name.endswith(".html"):
            assert f'http-equiv="Content-Security-Policy" content="{policy}"' in text
            assert text.index("Content-Security-Policy") < text.index("<script")


def test_ids_that_are_alike_have_pages_of_their_own() -> None:
    ids = ["a-b", "A-B", "a/b", "a b", "con", "x" * 300, "é", "日本", "..", "a-b.html", "a--b"]
    names = page_names(ids).values()

    assert len({name.lower() for name in names}) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(?:-{1,2}[a-z0-9]+)*\.html", name) and len(name) < 120 for name in names)
    assert page_names(["a-b"])["a-b"] == "a-b.html"


def test_a_second_build_writes_what_changed_and_removes_what_is_gone(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    (source / "one.md").write_text("# One\n\nFirst text.\n", encoding="utf-8")
    (source / "two.md").write_text("# Two\n\nSecond text.\n", encoding="utf-8")
    build_site(KnowledgeBase.load(source), out)
    (out / "own.txt").write_text("mine", encoding="utf-8")
    before = (out / "assets/site.css").stat().st_mtime_ns
    (source / "two.md").unlink()
    (source / "one.md").write_text("# One\n\nOther text.\n", encoding="utf-8")

    build_site(KnowledgeBase.load(source), out)

    assert "Other text" in (out / "runbooks/one.html").read_text(encoding="utf-8")
    assert not (out / "runbooks/two.html").exists()
    assert (out / "own.txt").read_text(encoding="utf-8") == "mine"
    assert (out / "assets/site.css").stat().st_mtime_ns == before
    assert not list(out.rglob("*.new"))


def test_two_builds_are_the_same_to_the_byte() -> None:
    kb = builtin_base()

    assert site_files(kb, title="A", source=Source()) == site_files(kb, title="A", source=Source())


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")

    with pytest.raises(PathError, match="contains other files"):
        build_site(builtin_base(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(PathError, match="is a file"):
        build_site(builtin_base(), tmp_path / "thesis.txt")


def test_a_forged_list_of_files_removes_nothing_outside_the_site(tmp_path: Path) -> None:
    victim, out = tmp_path / "victim.txt", tmp_path / "out"
    victim.write_text("mine", encoding="utf-8")
    out.mkdir()
    names = ["../victim.txt", str(victim), "a/../../victim.txt"]
    (out / MARK).write_text(json.dumps({"files": names}), encoding="utf-8")

    build_site(builtin_base(), out)

    assert victim.read_text(encoding="utf-8") == "mine"


def test_a_hundred_runbooks_are_at_most_300_kb_of_compressed_index(tmp_path: Path) -> None:
    write_runbooks(tmp_path, 100)
    files = site_files(KnowledgeBase.load(tmp_path), title="Runbooks", source=Source())
    searched = (name for name in files if name.startswith("assets/") and name.endswith(".js"))

    assert sum(len(gzip.compress(files[name])) for name in searched) <= 300_000


def test_a_term_number_is_one_character_and_a_large_one_two() -> None:
    assert encoded([0, 1, 55_260]) == "#$\ud7ff"
    assert len(encoded([55_261, 70_000])) == 4


def test_a_line_has_an_address_where_the_source_has_one(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db/one.md").write_text("# One\n\n## Part\n\ntext\n", encoding="utf-8")
    source = Source(str(tmp_path), "https://git.example/{path}#L{line}")
    site = Site(KnowledgeBase.load(tmp_path), source)

    page = site.page(site.runbooks[0])

    assert page.path == "db/one.md"
    assert page.sections[-1].url == "https://git.example/db/one.md#L3"


@POSIX
def test_a_planted_list_of_files_removes_nothing_behind_a_link(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine", encoding="utf-8")
    site = tmp_path / "site"
    site.mkdir()
    (site / "up").symlink_to("..")
    (site / MARK).write_text(json.dumps({"files": ["up/kept.txt"]}), encoding="utf-8")
    with pytest.raises(PathError, match="it is a link"):
        build_site(KnowledgeBase.load(), site)
    assert kept.read_text(encoding="utf-8") == "mine"


@POSIX
def test_a_list_of_files_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / MARK)
    with pytest.raises(PathError, match="contains other files"):
        build_site(KnowledgeBase.load(), tmp_path)
