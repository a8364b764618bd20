"""The site's order of pages, and the pages that lie beside docs/: the policy on security, the changes.

Links between these files are written for a reader of the repository; here they are written for a reader of the site.
"""

import posixpath
import re
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.site.building import build_site
from faultmaven_kb.site.pages import Source

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
SECTIONS = {"Tutorial": "tutorial", "How-to": "how-to", "Reference": "reference", "Explanation": "explanation"}
API = ["index", "reading", "searching", "checking", "plug-ins", "errors"]
_LINK = re.compile(r"\]\(((?:[\w.-]+/)*[\w-]+\.md)(?=[#)])")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """A tab for each kind of page. The rules' own pages are reached from their table, which is in the navigation."""
    nav: list[object] = ["index.md"]
    for title, folder in SECTIONS.items():
        files = sorted((ROOT / "docs" / folder).glob("*.md"))
        pages: list[object] = [file.relative_to(ROOT / "docs").as_posix() for file in files]
        if folder == "reference":
            pages += [{"Python": [f"reference/api/{name}.md" for name in API]}, "reference/rules/index.md"]
        nav.append({title: pages})
    config.nav = [*nav, {"Runbooks": "runbooks.md"}, {"Project": BESIDE}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie beside docs/."""
    for name in BESIDE:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_post_build(config: MkDocsConfig) -> None:
    """The shipped runbooks as a site of their own, below the documentation."""
    source = Source(str(ROOT / "runbooks"))
    kb = KnowledgeBase.load(ROOT / "runbooks")
    build_site(kb, Path(config.site_dir) / "runbooks", title="Shipped runbooks", source=source)


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Make links that leave docs/, or come into it, those of the site, where all pages have one root."""
    inside = (ROOT / "docs" / page.file.src_uri).is_file()
    place = PurePosixPath("docs" if inside else "", page.file.src_uri).parent

    def moved(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(place, link[1]))
        return f"]({posixpath.relpath(target.removeprefix('docs/'), posixpath.dirname(page.file.src_uri) or '.')}"

    return _LINK.sub(moved, markdown)
