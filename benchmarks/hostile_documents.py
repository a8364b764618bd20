"""Hostile documents: small texts of one kind, repeated until the document has a given number of bytes.

`benchmarks.hostile` measures what the commands need for them, `hostile_files` has the files that are no documents.
"""

from collections.abc import Callable

__all__ = ["CLASSES", "HEADER", "Make"]

Make = Callable[[int], str]
HEADER = (
    "---\nid: hostile\ntitle: Hostile document\ntechnology: redis\nseverity: high\ntags: [redis, memory, hostile]\n"
    "difficulty: beginner\nversion: 1.0.0\nlast_updated: 2026-01-01\nverified_by: nobody\nstatus: draft\n---\n\n"
    "# Hostile document\n\n"
)


def _length(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _repeated(piece: str, *, head: str = "", tail: str = "") -> Make:
    def make(size: int) -> str:
        room = size - len(HEADER) - _length(head) - _length(tail) - 2
        return HEADER + head + piece * max(room // _length(piece), 1) + tail + "\n"

    return make


def _numbered(line: str, *, head: str = "", tail: str = "") -> Make:
    def make(size: int) -> str:
        parts, length, index = [HEADER, head], len(HEADER) + len(head), 0
        while length < size - 200:
            parts.append(line.format(index))
            length += len(parts[-1].encode())
            index += 1
        return "".join(parts) + tail

    return make


def _fence(language: str, piece: str, *, start: str = "", end: str = "") -> Make:
    """The largest code block that a document may have, and many more lines of text."""

    def make(size: int) -> str:
        code = start + piece * ((min(size - 1_000, 39_900) - len(start) - len(end)) // len(piece)) + end
        return f"{HEADER}```{language}\n{code}\n```\n"

    return make


def _fences(line: str) -> Make:
    """As much code as a document may have, in blocks of 4,000 characters below prose of as many."""

    def make(size: int) -> str:
        parts, number = [HEADER, STEPS], 0
        while len("".join(parts)) < min(size, 195_000) - 8_500 and len(parts) < 48:
            lines: list[str] = []
            while sum(len(each) for each in lines) < 3_900:
                lines.append(line.format(number))
                number += 1
            parts += ["It stops and then the data is lost. " * 100 + "\n\n```bash\n", *("".join(lines), "```\n\n")]
        return "".join(parts)

    return make


def _merge_bomb() -> str:
    lines = (f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 25))
    return "a0: &a0 {x: y}\n" + "".join(lines)


def _front_matter(start: str, piece: str, end: str = "", *, mark: str = "---") -> Make:
    def make(size: int) -> str:
        most = min(size, 63_000) - len(start) - len(end)
        return f"{mark}\n{start}{piece * (most // len(piece))}{end}\n{mark}\n\n# T\n\nText.\n"

    return make


CARD = "## Quick Reference Card\n\n"
CAUSES = CARD + "**Common Causes:**\n\n"
STEPS = "## Diagnostic Steps\n\n"
CLASSES: dict[str, Make] = {
    "weights": _repeated(" ", head=CAUSES + "1. **A** (", tail="x"),
    "weight-lines": _repeated("1. **A** (" + " " * 200 + "x\n", head=CAUSES),
    "bold-open": _repeated("**a "),
    "bold-underscores": _repeated("__a "),
    "bold-lines": _repeated("**a\n\n"),
    "links-open": _repeated("[", head="[a](b) "),
    "links-text-open": _repeated("[a", head="[a](b) "),
    "links-nested": _repeated("[a](", head="[a](b) "),
    "links-reference": _repeated("[a]["),
    "images-open": _repeated("![", head="[a](b) "),
    "links": _numbered("[a{0}](b{0}.md) "),
    "links-lines": _numbered("- [a{0}](b{0}.md)\n"),
    "links-related": _numbered("- [a{0}](b{0}.md)\n", head="## Related Issues\n\n"),
    "definitions": _numbered("[a{0}]: https://example.org/{0}\n"),
    "autolinks": _numbered("<https://example.org/{0}> "),
    "html-anchors": _numbered('<a id="a{0}" href="#a{0}">x</a>\n'),
    "html-open": _repeated("<a "),
    "html-attributes": _repeated("a=b ", head="<a "),
    "comments-open": _repeated("<!--"),
    "comments": _repeated("<!--fmkb x-->"),
    "comment-lines": _repeated("<!-- fmkb: ignore RB301 because -->\n\n"),
    "comments-in-lines": _repeated("a <!-- b\n"),
    "suppressions": _repeated("<!-- fmkb-ignore RB301: reason -->\n\ntext\n\n"),
    "heading-brackets": _repeated("(", head="# "),
    "heading-emphasis": _repeated("_a", head="# "),
    "heading-entities": _repeated("9", head="# T &#", tail=";"),
    "headings": _numbered("# {0}\n"),
    "headings-equal": _repeated("## a\n"),
    "headings-deep": _repeated("## a\n### b\n#### c\n##### d\n###### e\n"),
    "headings-steps": _numbered("### Step {0}: look\n\n", head=STEPS),
    "steps-commands": _numbered("### Step {0}: look\n\n```bash\nls\n```\n\n", head=STEPS),
    "solutions": _numbered("### Solution {0}: do\n\n1. a\n\n", head="## Solutions\n\n"),
    "causes": _numbered("1. **A{0}** (10% of cases) - b\n", head=CAUSES),
    "causes-equal": _repeated("1. **A** (10% of cases) - b\n", head=CAUSES),
    "symptoms": _numbered("- `error {0} of things`\n", head=CARD + "**Symptoms:**\n\n"),
    "symptoms-long": _numbered("- a{0} `error of`\n", head=CARD + "**Symptoms:**\n\n"),
    "practices": _numbered("- ✅ do {0}\n- ❌ avoid {0}\n", head="## Prevention\n\n**Best Practices:**\n\n"),
    "items": _repeated("- a\n"),
    "items-numbered": _numbered("{0}. a\n"),
    "items-loose": _repeated("- a\n\n"),
    "tasks": _repeated("- [ ] a\n"),
    "lists-nested": _repeated("- ", head="\n"),
    "lists-nested-lines": lambda size: HEADER + "".join(f"{'  ' * (n % 90)}- a\n" for n in range(size // 95)),
    "quotes-nested": _repeated("> ", tail="a"),
    "quotes-lines": _repeated("> a\n"),
    "quotes-lists": _repeated("> - "),
    "labels": _repeated("**a:** b\n"),
    "labels-notes": _repeated("**⚠️ Warning:** b\n\n"),
    "labels-open": _repeated("**a: b\n"),
    "fences-bash": _numbered("```bash\nls {0}\n```\n\n"),
    "fences-empty": _repeated("```\n```\n"),
    "fences-open": _repeated("```bash\n"),
    "fence-bash": _repeated("ls -l /tmp | grep a && echo $(date) # c\n", head="```bash\n", tail="\n```\n"),
    "fence-bash-open": _repeated("$(", head="```bash\n", tail="\n```\n"),
    "fence-bash-quotes": _repeated("'\"", head="```bash\n", tail="\n```\n"),
    "fence-bash-heredocs": _repeated("cat <<A\n", head="```bash\n", tail="\n```\n"),
    "fence-bash-brackets": _repeated("((((", head="```bash\n", tail="\n```\n"),
    "fence-bash-if": _repeated("if a; then\n", head="```bash\n", tail="\n```\n"),
    "fence-bash-rm": _repeated("rm -rf /\n", head="```bash\n", tail="\n```\n"),
    "fence-bash-words": _repeated("a ", head="```bash\n", tail="\n```\n"),
    "fence-bash-pipes": _repeated("a|", head="```bash\n", tail="\n```\n"),
    "fence-bash-placeholders": _repeated("<a ", head="```bash\n", tail="\n```\n"),
    "fence-sql-delete": _repeated("delete from t;\n", head="```sql\n", tail="\n```\n"),
    "fence-sql-drop": _repeated("drop table t;\n", head="```sql\n", tail="\n```\n"),
    "fence-sql-brackets": _repeated("(", head="```sql\nselect ", tail="\n```\n"),
    "fence-sql-comments": _repeated("/*", head="```sql\n", tail="\n```\n"),
    "fence-sql-quotes": _repeated("'a", head="```sql\n", tail="\n```\n"),
    "fence-toml-dots": _repeated("a.", head="```toml\n", tail="a = 1\n```\n"),
    "fence-toml-nested": _repeated("[", head="```toml\na = ", tail="\n```\n"),
    "fence-toml-tables": _numbered("[a{0}]\n", head="```toml\n"),
    "fence-json-nested": _repeated("[", head="```json\n", tail="\n```\n"),
    "fence-json-numbers": _repeated("9", head="```json\n", tail="\n```\n"),
    "fence-yaml-nested": _repeated("[", head="```yaml\na: ", tail="\n```\n"),
    "fence-yaml-list": _repeated("- a\n", head="```yaml\n", tail="```\n"),
    "fence-yaml-keys": _numbered("a{0}: b\n", head="```yaml\n"),
    "fence-yaml-bomb": lambda _: (
        HEADER
        + "```yaml\na0: &a0 [x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))
        + "```\n"
    ),
    "fence-console": _repeated("$ ls\nfile\n", head="```console\n", tail="```\n"),
    "fence-credentials": _repeated("password=aB3dE5fG7hJ9kL1 ", head="```\n", tail="\n```\n"),
    "fence-base64": _repeated("aB3dE5fG7hJ9kL1", head="```\n", tail="\n```\n"),
    "fence-hosts": _numbered("ssh root@db{0}.prod.corp.example.net\n", head="```bash\n"),
    "hosts": _numbered("db{0}.prod.internal "),
    "dots": _repeated("a."),
    "dashes": _repeated("a-"),
    "digits": _repeated("1"),
    "durations": _repeated("1 - ", head=CARD + "**Estimated Resolution Time:** "),
    "durations-open": _repeated("(", head=CARD + "**Estimated Resolution Time:** 5 minutes "),
    "backticks": _repeated("`a "),
    "backticks-growing": lambda size: HEADER + " ".join("`" * n for n in range(1, int((size * 2) ** 0.5) - 40)) + "\n",
    "tables": _repeated("| a | b |\n", head="| a | b |\n|---|---|\n"),
    "tables-wide": _repeated("a|", head="|", tail="\n" + "|-" * 50 + "\n"),
    "history": _numbered(
        "| {0}.0 | 2026-01-01 | a | b |\n",
        head="## Version History\n\n| Version | Date | Author | Changes |\n|---|---|---|---|\n",
    ),
    "mojibake": _repeated("üîç "),
    "mojibake-run": _repeated("â€"),
    "emoji": _repeated("✅"),
    "far-letters": _repeated("Ж"),
    "invisible": _repeated("a\u200b"),
    "bidi": _repeated("\u202e"),
    "controls": _repeated("\x07"),
    "carriage-returns": _repeated("a\r"),
    "blanks": _repeated(" "),
    "blank-lines": _repeated("\n"),
    "words": _numbered("word{0} "),
    "paragraphs": _numbered("word {0}\n\n"),
    "conflicts": _repeated("<<<<<<< a\n"),
    "rules": _repeated("---\n\n"),
    "escapes": _repeated("\\["),
    "entities": _repeated("&lt;"),
    "stars": _repeated("*a_"),
    "fm-keys": lambda _: "---\nid: a\n" + "".join(f"k{n}: v\n" for n in range(6_500)) + "---\n\n# T\n",
    "fm-keys-equal": _front_matter("id: a\n", "k: v\n"),
    "fm-tags": _front_matter("id: a\ntags:\n", "- a\n"),
    "fm-nested": _front_matter("a: ", "["),
    "fm-quotes": _front_matter("a: ", "'b "),
    "fm-open": _front_matter("a: b\n", "c: [\n"),
    "fm-colons": _front_matter("a: ", "b: "),
    "fm-sexagesimal": _front_matter("version: 1", ":59", ".5"),
    "fm-digits": _front_matter("version: ", "9"),
    "fm-bomb": lambda _: (
        "---\na0: &a0 [x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))
        + "---\n\n# T\n"
    ),
    "fm-aliases": _front_matter("a: &a x\nb:\n", "- *a\n"),
    "fm-unclosed": lambda size: "---\n" + "a: b\n" * (size // 5 - 2),
    "fences-front-matter": lambda size: "a\n" + "---\n" * (size // 4 - 2),
    "nested-emphasis": _repeated("*", tail="a"),
    "nested-emphasis-closed": lambda size: HEADER + "*" * (size // 2 - 300) + "a" + "*" * (size // 2 - 300) + "\n",
    "nested-strike": _repeated("~~a "),
    "nested-links": lambda size: HEADER + "[" * (size // 6) + "a" + "](b)" * (size // 6 - 60) + "\n",
    "nested-images": lambda size: HEADER + "![" * (size // 7) + "a" + "](b)" * (size // 7 - 60) + "\n",
    "nested-details": _repeated("<details><summary>a</summary>\n\n"),
    "nested-details-closed": lambda size: HEADER + "<details>\n" * (size // 22) + "</details>\n" * (size // 22 - 30),
    "nested-div": _repeated("<div>"),
    "nested-span-lines": _repeated("<span\n"),
    "nested-admonitions": lambda size: HEADER + "".join(f"{'    ' * (n % 60)}!!! note\n" for n in range(size // 130)),
    "nested-fences": lambda size: HEADER + "".join("`" * (3 + n) + "md\n" for n in range(int((size * 2) ** 0.5) - 40)),
    "nested-fences-closed": lambda size: (
        HEADER + "".join("~" * (3 + n) + "\na\n" for n in range(int(size**0.5) - 40, 0, -1))
    ),
    "nested-quotes-fences": _repeated("> ```\n"),
    "nested-quotes-steps": lambda size: HEADER + "".join(f"{'>' * (n % 80)} a\n" for n in range(size // 44)),
    "nested-lists-mixed": lambda size: HEADER + "".join(f"{'   ' * (n % 60)}1. a\n" for n in range(size // 96)),
    "nested-list-fences": lambda _: (
        HEADER + "".join(f"{'  ' * n}- a\n{'  ' * n}  ```\n{'  ' * n}  b\n{'  ' * n}  ```\n" for n in range(6)) * 80
    ),
    "link-chain": _repeated("]("),
    "link-chain-texts": _repeated("a](b "),
    "link-angles": _repeated("[a](<"),
    "link-titles": _repeated('[a](b "'),
    "link-escapes": _repeated("[a](\\("),
    "link-long": _repeated("a/", head="[a](https://example.org/", tail=")"),
    "link-percent": _repeated("%41", head="[a](https://example.org/", tail=")"),
    "link-lone-anchors": _numbered("[a](#a{0})\n\n"),
    "link-dots": _repeated("../", head="[a](", tail="b.md)"),
    "url-bare": _repeated("/a", head="https://example.org"),
    "url-many": _numbered("https://h{0}.example.org/a\n\n"),
    "email-open": _repeated("a@"),
    "email-dots": _repeated("a@b."),
    "definitions-open": _repeated("[a]: <\n"),
    "definitions-titles": _numbered("[a{0}]: b\n'\n"),
    "definitions-equal": _repeated("[a]: b\n"),
    "definitions-used": _numbered("[a{0}]: b\n\n[a{0}] [x][a{0}]\n\n"),
    "definitions-long-label": _repeated("a ", head="[", tail="]: b\n"),
    "footnotes": _numbered("[^{0}]: a\n\n"),
    "footnotes-used": _numbered("a[^{0}]\n\n[^{0}]: a\n\n"),
    "footnotes-open": _repeated("[^"),
    "html-blocks": _numbered("<div id='a{0}'>\n\n</div>\n\n"),
    "html-unclosed-quotes": _repeated("<a href='"),
    "html-cdata": _repeated("<![CDATA["),
    "html-instructions": _repeated("<?a "),
    "html-doctype": _repeated("<!A "),
    "html-script": _repeated("<script>"),
    "html-pre": _repeated("<pre>\n"),
    "html-slashes": _repeated("</"),
    "html-hidden": _repeated("<p hidden>a</p>\n\n"),
    "html-table": _repeated("<tr><td>a</td></tr>\n", head="<table>\n", tail="</table>\n"),
    "html-style": _repeated("display:none;", head='<p style="', tail='">a</p>'),
    "html-comment-dashes": _repeated("-", head="<!-", tail=">"),
    "html-names": _numbered("<x{0}>"),
    "entities-open": _repeated("&"),
    "entities-long": _repeated("a", head="&", tail=";"),
    "entities-hash": _repeated("&#x"),
    "entities-named": _repeated("&CounterClockwiseContourIntegral;"),
    "table-columns": lambda size: (
        HEADER + "|a" * (size // 8) + "|\n" + "|-" * (size // 8) + "|\n" + "|b|\n" * (size // 16)
    ),
    "table-columns-rows": lambda _: HEADER + "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n" + "|\n" * 1_900,
    "table-columns-square": lambda size: (
        HEADER + "|a" * 300 + "|\n" + "|-" * 300 + "|\n" + "|b\n" * ((size - 2_000) // 3)
    ),
    "table-cells": lambda size: (
        HEADER + "|a" * 50 + "|\n" + "|-" * 50 + "|\n" + ("|a" * 50 + "|\n") * ((size - 900) // 102)
    ),
    "table-cells-marked": lambda size: (
        HEADER + "|a" * 50 + "|\n" + "|-" * 50 + "|\n" + ("|*" * 50 + "|\n") * ((size - 900) // 102)
    ),
    "table-cells-empty": lambda size: HEADER + "|a" * 50 + "|\n" + "|-" * 50 + "|\n" + "|a\n" * ((size - 900) // 3),
    "table-colons": _repeated(":-:|", head="a|\n"),
    "table-escapes": _repeated("\\|", head="| a |\n|---|\n| "),
    "table-codes": _repeated("`|", head="| a | b |\n|---|---|\n| "),
    "table-heads": _repeated("|a|b|\n|-|-|\n"),
    "table-heads-apart": _repeated("|a|b|\n|-|-|\n\n"),
    "table-symptoms": _numbered("| `error {0}` | `fix {0}` |\n", head="| Symptom | Fix |\n|---|---|\n"),
    "setext": _repeated("a\n===\n"),
    "setext-long": _repeated("a\n", tail="===\n"),
    "setext-lines": _repeated("=", head="a\n"),
    "headings-closed": _repeated("#", head="# a ", tail=" b"),
    "headings-hashes": _repeated("# #"),
    "headings-attributes": _numbered("## a {{#b{0}}}\n"),
    "headings-long": _repeated("word ", head="# "),
    "headings-colons": _repeated("a: ", head="# "),
    "headings-languages": _repeated("## Симптомы\n\na\n\n## 症状\n\n"),
    "headings-related": _numbered("## Related {0}\n\n- [a](b.md)\n\n"),
    "headings-cards": _repeated("## Quick Reference Card\n\n**Symptoms:**\n\n- `a b c`\n\n"),
    "headings-solutions": _repeated("## Solutions\n\n### Solution 1: a\n\n```bash\nls\n```\n\n"),
    "headings-alerts": _numbered("## Alert{0}Down\n\n### Meaning\n\na\n\n### Mitigation\n\nb\n\n"),
    "headings-questions": _numbered("## Why does it fail {0}?\n\nBecause.\n\n"),
    "steps-nested": _numbered("1. a\n   ```bash\n   ls {0}\n   ```\n", head=STEPS),
    "steps-words": _numbered("Step {0}: look at it\n\n", head=STEPS),
    "weights-many": _repeated("**A** (10%) ", head=CAUSES + "1. "),
    "weights-ranges": _repeated("10-20% ", head=CAUSES + "1. **A** (", tail=")"),
    "weights-digits": _repeated("9", head=CAUSES + "1. **A** (", tail="% of cases)"),
    "weights-dots": _repeated("1.", head=CAUSES + "1. **A** (", tail="% of cases)"),
    "weights-most": _repeated("most ", head=CAUSES + "1. **A** (", tail=")"),
    "symptoms-codes": _repeated("`a b c d` ", head=CARD + "**Symptoms:**\n\n- "),
    "symptoms-quotes": _repeated('"a b c d" ', head=CARD + "**Symptoms:**\n\n- "),
    "symptoms-placeholders": _repeated("<a> ", head=CARD + "**Symptoms:**\n\n- `", tail="`"),
    "labels-many": _repeated("**Symptoms:** a\n\n**Causes:** b\n\n"),
    "labels-emoji": _repeated("🔍 **Symptoms**: a\n\n"),
    "fields-solution": _repeated(
        "**Risk Level:** Low\n\n**Time:** 5 minutes\n\n", head="## Solutions\n\n### Solution 1: a\n\n"
    ),
    "history-versions": _repeated(
        "1.", head="## Version History\n\n| Version | Date |\n|---|---|\n| ", tail=" | 2026 |\n"
    ),
    "history-equal": _repeated("| 1.0 | 2026-01-01 |\n", head="## Version History\n\n| Version | Date |\n|---|---|\n"),
    "attributes": _repeated("{: .a #b c=d}\n"),
    "containers": _repeated(":::note\n"),
    "containers-nested": lambda size: (
        HEADER + "".join(":" * (3 + n) + "note\n" for n in range(int((size * 2) ** 0.5) - 40))
    ),
    "admonitions": _repeated("> [!WARNING]\n> a\n\n"),
    "admonitions-inside": _repeated("> [!NOTE]\n"),
    "shortcodes": _repeated("{{< highlight bash >}}\n"),
    "shortcodes-open": _repeated("{{<"),
    "liquid": _repeated("{% if a %}"),
    "jinja": _repeated("{{ a }}"),
    "includes": _repeated('--8<-- "a"\n'),
    "mdx": _repeated("{/* a */}"),
    "maths": _repeated("$a$ "),
    "tabs-lines": _repeated("\ta\n"),
    "tabs-runs": _repeated("\t"),
    "tabs-lists": _repeated("-\t-\t"),
    "tab-titles": _repeated('=== "a"\n\n    b\n\n'),
    "returns-only": _repeated("a\r\r"),
    "returns-headings": _repeated("# a\r"),
    "form-feeds": _repeated("a\f"),
    "line-separators": _repeated("a\u2028"),
    "next-lines": _repeated("# a\x85"),
    "nul": _repeated("a\0"),
    "surrogates": _repeated("a\udcff"),
    "marks-of-order": _repeated("a\ufeff"),
    "marks-of-order-lines": _repeated("\ufeff# a\n"),
    "right-to-left": _repeated("א\u200f "),
    "joiners": _repeated("👩\u200d"),
    "combining": _repeated("\u0301", head="a"),
    "variation": _repeated("✅\ufe0f"),
    "tags-invisible": _repeated("\U000e0041"),
    "wide-letters": _repeated("漢"),
    "ligatures": _repeated("ﷺ"),
    "line-long": _repeated("word "),
    "line-long-code": _repeated("`a` "),
    "line-punctuation": _repeated("!?.,;"),
    "placeholders": _repeated("<a-b> "),
    "placeholders-codes": _repeated("`<a>` "),
    "placeholders-fence": _numbered("ls <name-{0}> {{a{0}}} $A{0}\n", head="```bash\n", tail="```\n"),
    "placeholders-open": _repeated("<", head="```bash\nls ", tail="\n```\n"),
    "fences-languages": _numbered("```l{0}\na\n```\n"),
    "fences-info": _repeated("a ", head="```bash ", tail="\nls\n```\n"),
    "fences-many-lines": _repeated("```bash\nrm -rf /tmp/a\n```\n"),
    "fences-sql": _repeated("```sql\ndelete from t;\n```\n"),
    "fences-json": _repeated('```json\n{"a": [1]}\n```\n'),
    "fences-yaml": _repeated("```yaml\na: [1]\n```\n"),
    "fences-tildes": _repeated("~~~\n"),
    "fences-indented": _repeated("    ls\n\n"),
    "fence-toml-quoted": _fence("toml", '."a"', start='"\\""', end=" = 1"),
    "fence-toml-quoted-tables": _fence("toml", '."a"', start='["\\""', end="]"),
    "fence-toml-strings": _fence("toml", "'", start="a = "),
    "fence-toml-inline": _fence("toml", "{a=", start="a = "),
    "fence-yaml-merge": lambda _: (
        HEADER + "```yaml\na: &a {x: y}\n" + "".join(f"b{n}: {{<<: *a}}\n" for n in range(2_000)) + "```\n"
    ),
    "fence-yaml-merge-deep": lambda _: HEADER + "```yaml\n" + _merge_bomb() + "```\n",
    "fence-yaml-block": _fence("yaml", "- ", end="a"),
    "fence-yaml-question": _fence("yaml", "? ", end="a"),
    "fence-yaml-anchors": lambda _: HEADER + "```yaml\n" + "".join(f"- &a{n} x\n" for n in range(3_500)) + "```\n",
    "fence-yaml-documents": _fence("yaml", "---\n"),
    "fence-yaml-tags": _fence("yaml", "!!a ", start="a: ", end="b"),
    "fence-yaml-quotes": _fence("yaml", "'a", start="a: "),
    "fence-yaml-dates": _fence("yaml", "- 2026-01-01T00:00:00Z\n"),
    "fence-json-keys": lambda _: HEADER + "```json\n{" + ", ".join(f'"a{n}": 1' for n in range(3_000)) + "}\n```\n",
    "fence-json-quotes": _fence("json", '"'),
    "fence-json-escapes": _fence("json", "\\u0041", start='"', end='"'),
    "fence-hcl": _fence("hcl", 'a "b" {\n'),
    "fence-ini": _fence("ini", "[a]\nb=c\n"),
    "fence-promql": _fence("promql", "sum("),
    "fence-python": _fence("python", "("),
    "fence-diff": _fence("diff", "+a\n-b\n"),
    "fence-powershell": _fence("powershell", "Remove-Item -Recurse a\n"),
    "fence-bash-harms": _fences("rm -rf /srv/a{0}\n"),
    "fence-bash-harms-commented": _fences("# look\nrm -rf /srv/a{0}\n"),
    "fence-bash-forces": _fences("kill -9 {0}\n"),
    "fence-bash-doors": _fences("chmod 777 a{0}\n"),
    "fence-bash-pipes-to-shells": _fences("curl a{0} | sh\n"),
    "fence-bash-pipeline": _fence("bash", "curl a | ", end="sh"),
    "fence-bash-sudos": _fences("sudo ls {0}\n"),
    "fence-bash-hosts": _fences("ssh root@db{0}.prod\n"),
    "fence-bash-functions": _fence("bash", "f() { "),
    "fence-bash-case": _fence("bash", "case a in b) "),
    "fence-bash-for": _fence("bash", "for a in b; do "),
    "fence-bash-semicolons": _fence("bash", ";", start="ls"),
    "fence-bash-ands": _fence("bash", "a&&", end="a"),
    "fence-bash-backslashes": _fence("bash", "\\\n", start="ls "),
    "fence-bash-backticks": _fence("bash", "`a "),
    "fence-bash-variables": _fence("bash", "${a:-"),
    "fence-bash-redirects": _fence("bash", "> /dev/sda ", start="echo a "),
    "fence-bash-sudo": _fence("bash", "sudo ", end="rm -rf /"),
    "fence-bash-xargs": _fence("bash", "xargs ", end="rm -rf /"),
    "fence-bash-ssh": _fence("bash", 'ssh a "'),
    "fence-bash-eval": _fence("bash", "bash -c '"),
    "fence-bash-comments": _fence("bash", "# a\n"),
    "fence-bash-flags": _fence("bash", "-a ", start="rm "),
    "fence-bash-heredocs-open": lambda _: (
        HEADER + "```bash\n" + "".join(f"cat <<A{n}\n" for n in range(3_000)) + "```\n"
    ),
    "fence-bash-heredoc-sql": _fence("bash", "delete from t;\n", start="psql <<A\n", end="A"),
    "fence-bash-psql": _fence("bash", 'psql -c "delete from t"\n'),
    "fence-bash-arithmetic": _fence("bash", "$((1+"),
    "fence-bash-arrays": _fence("bash", "a["),
    "fence-bash-not": _fence("bash", "! ", end="a"),
    "fence-sql-nested": _fence("sql", "select * from ("),
    "fence-sql-case": _fence("sql", "case when a then ", start="select "),
    "fence-sql-and": _fence("sql", "a and ", start="delete from t where ", end="a;"),
    "fence-sql-dollars": _fence("sql", "$a$ "),
    "fence-sql-semicolons": _fence("sql", ";"),
    "fence-sql-not": _fence("sql", "not ", start="select * from t where ", end="a;"),
    "fence-sql-with": _fence("sql", "a as (select 1), ", start="with ", end="b as (select 1) select 1;"),
    "fence-sql-meta": _fence("sql", "\\d t\n"),
    "fence-credentials-urls": _fence("", "postgres://a:aB3dE5fG7h@h/ "),
    "fence-credentials-equals": _fence("", "password="),
    "fence-credentials-tokens": _fence("", "token: eyJaB3dE5fG7h.eyJaB3dE5.aB3dE5 "),
    "fence-output": _fence("text", "error: a\n"),
    "addresses": _numbered("10.0.{0}.1 "),
    "addresses-six": _repeated("fe80::1 "),
    "addresses-colons": _repeated("a:"),
    "credentials": _repeated("password: aB3dE5fG7h "),
    "keys-private": _repeated("-----BEGIN RSA PRIVATE KEY-----\n"),
    "todo": _repeated("TODO "),
    "capitals": _repeated("A"),
    "camel": _repeated("aB"),
    "shouting": _repeated("WARNING: a\n\n"),
    "times": _repeated("5 minutes "),
    "sizes": _repeated("5 MB "),
    "dates": _repeated("2026-01-01 "),
    "paths": _repeated("/a/b "),
    "asciidoc": _repeated("= a\n\n"),
    "restructured": _repeated(".. note::\n\n"),
    "org": _repeated("* TODO a\n"),
    "conflicts-all": _repeated("<<<<<<< a\n=======\n>>>>>>> b\n"),
    "fm-key-long": _front_matter("", "a", ": b"),
    "fm-anchors": lambda _: "---\nid: a\n" + "".join(f"k{n}: &a{n} v\n" for n in range(4_000)) + "---\n\n# T\n",
    "fm-anchor-long": _front_matter("a: &", "a", " b"),
    "fm-merge": lambda _: "---\na: &a {x: y}\n" + "".join(f"b{n}: {{<<: *a}}\n" for n in range(3_500)) + "---\n\n# T\n",
    "fm-merge-list": _front_matter("a: &a {x: y}\nb:\n  <<: [", "*a, ", "*a]\n"),
    "fm-merge-self": lambda _: "---\na: &a\n  <<: *a\n---\n\n# T\n",
    "fm-merge-deep": lambda _: "---\n" + _merge_bomb() + "---\n\n# T\n",
    "fm-dates": _front_matter("a:\n", "- 2026-01-01\n"),
    "fm-times": _front_matter("a:\n", "- 2026-01-01T00:00:00.123456789+23:59\n"),
    "fm-ints": _front_matter("a:\n", "- 0x7fffffff\n"),
    "fm-binary": _front_matter("version: 0b", "1"),
    "fm-hex": _front_matter("version: 0x", "f"),
    "fm-octal": _front_matter("version: 0", "7"),
    "fm-octal-new": _front_matter("version: 0o", "7"),
    "fm-underscores": _front_matter("version: 1", "_"),
    "fm-float": _front_matter("version: 1.", "9"),
    "fm-float-exponent": _front_matter("version: 1e", "9"),
    "fm-float-list": _front_matter("a:\n", "- 1.5e300\n"),
    "fm-sexagesimal-list": _front_matter("a:\n", "- 1:59:59\n"),
    "fm-sexagesimal-whole": _front_matter("version: 1", ":59"),
    "fm-nulls": _front_matter("a:\n", "- ~\n"),
    "fm-booleans": _front_matter("a:\n", "- yes\n"),
    "fm-title-long": _front_matter("title: ", "a"),
    "fm-title-words": _front_matter("title: ", "redis memory "),
    "fm-id-long": _front_matter("id: ", "a-"),
    "fm-tags-flow": _front_matter("tags: [", "a, ", "b]"),
    "fm-tags-numbered": lambda _: "---\nid: a\ntags: [" + ", ".join(f"t{n}" for n in range(8_000)) + "]\n---\n\n# T\n",
    "fm-block-text": _front_matter("a: |\n", "  b\n"),
    "fm-block-folded": _front_matter("a: >\n", "  b\n\n"),
    "fm-question": _front_matter("", "? ", "a"),
    "fm-dashes": _front_matter("a:\n ", "- ", "b"),
    "fm-comments": _front_matter("a: b\n", "# c\n"),
    "fm-comment-suppressions": _front_matter("a: b\n", "# fmkb-ignore RB301: because\n"),
    "fm-tags-yaml": _front_matter("a: ", "!!str ", "b"),
    "fm-tag-long": _front_matter("a: !", "a", " b"),
    "fm-directives": _front_matter("", "%YAML 1.1\n", "a: b"),
    "fm-tabs": _front_matter("a: b\n", "\tc: d\n"),
    "fm-escapes": _front_matter('a: "', "\\u0041", '"'),
    "fm-surrogates": _front_matter('a: "', "\\ud800", '"'),
    "fm-quoted-lines": _front_matter('a: "', "b\n\n", '"'),
    "fm-mapping-deep": lambda _: "---\n" + "".join(f"{' ' * n}a:\n" for n in range(350)) + "---\n\n# T\n",
    "fm-flow-mapping": _front_matter("a: ", "{b: "),
    "fm-links": _front_matter("related:\n", "- https://example.org/a\n"),
    "fm-versions": _front_matter("version: 1", ".1"),
    "fm-toml-dots": _front_matter("", "a.", "a = 1", mark="+++"),
    "fm-toml-quoted": _front_matter('"\\""', '."a"', " = 1", mark="+++"),
    "fm-toml-tables": lambda _: "+++\n" + "".join(f"[a{n}]\n" for n in range(7_000)) + "+++\n\n# T\n",
    "fm-toml-array": _front_matter("a = [", "1,", "]", mark="+++"),
    "fm-toml-digits": _front_matter("a = ", "9", mark="+++"),
    "fm-toml-nested": _front_matter("a = ", "[", mark="+++"),
    "fm-toml-inline": _front_matter("a = ", "{a=", mark="+++"),
    "fm-toml-dates": _front_matter("a = [", "2026-01-01,", "]", mark="+++"),
    "fm-json": lambda _: '{\n"a": [' + "[" * 60_000 + "\n}\n\n# T\n",
    "utf-16": lambda size: "\ufeff" + HEADER + "a " * (size // 5),
}
