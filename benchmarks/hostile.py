"""What the worst permitted files cost: seconds and peak memory of each command on each class of hostile file.

python -m benchmarks.hostile                      # every class under every command, at the limit and at half of it
python -m benchmarks.hostile --only links --command validate --size 100000

Each class is one small text repeated until the file has the largest permitted size: documents, questions, rule files of
alerts, configurations. Every command runs in a process of its own, as a user runs it: seconds are those of the
processor (a busy machine does not count), memory is the peak of the process and of those it started. At the end the
worst class of each command is listed. The exit code is 1 when one is over 2 seconds or 200 MB.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from faultmaven_kb.text.decoding import SIZE_LIMIT

SECONDS, MEGABYTES = 2.0, 200.0
HEADER = (
    "---\nid: hostile\ntitle: Hostile document\ntechnology: redis\nseverity: high\ntags: [redis, memory, hostile]\n"
    "difficulty: beginner\nversion: 1.0.0\nlast_updated: 2026-01-01\nverified_by: nobody\nstatus: draft\n---\n\n"
    "# Hostile document\n\n"
)


def _repeated(piece: str, *, head: str = "", tail: str = "") -> Callable[[int], str]:
    def make(size: int) -> str:
        room = size - len(HEADER) - len(head.encode()) - len(tail.encode()) - 2
        return HEADER + head + piece * max(room // len(piece.encode()), 1) + tail + "\n"

    return make


def _numbered(line: str, *, head: str = "") -> Callable[[int], str]:
    def make(size: int) -> str:
        parts, length, index = [HEADER, head], len(HEADER) + len(head), 0
        while length < size - 200:
            parts.append(line.format(index))
            length += len(parts[-1].encode())
            index += 1
        return "".join(parts)

    return make


def _front_matter(start: str, piece: str, end: str = "") -> Callable[[int], str]:
    def make(size: int) -> str:
        most = min(size, 63_000) - len(start) - len(end)
        return f"---\n{start}{piece * (most // len(piece))}{end}\n---\n\n# T\n\nText.\n"

    return make


CARD = "## Quick Reference Card\n\n"
CAUSES = CARD + "**Common Causes:**\n\n"
STEPS = "## Diagnostic Steps\n\n"
CLASSES: dict[str, Callable[[int], str]] = {
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
}
QUESTIONS: dict[str, Callable[[int], str]] = {
    "question-word": lambda size: "a" * size,
    "question-digits": lambda size: "1" * size,
    "question-dashes": lambda size: "a-" * (size // 2),
    "question-dots": lambda size: "a." * (size // 2),
    "question-colons": lambda size: "a:" * (size // 2),
    "question-slashes": lambda size: "a/" * (size // 2),
    "question-camel": lambda size: "aB" * (size // 2),
    "question-cjk": lambda size: "数据库连接失败" * (size // 21),
    "question-cyrillic": lambda size: "Ж" * (size // 2),
    "question-blanks": lambda size: "a" + " " * size,
    "question-lines": lambda size: "\n" * size,
    "question-words": lambda size: " ".join(f"word{n}" for n in range(size // 10)),
    "question-log": lambda size: "2026-01-01 00:00:00 ERROR [x] connection refused by 10.0.0.1:6379\n" * (size // 66),
    "question-events": lambda size: (
        "LAST SEEN TYPE REASON OBJECT MESSAGE\n" + "5m Warning BackOff pod/a b\n" * (size // 27)
    ),
    "question-describe": lambda size: "Name: a\n" * (size // 8),
    "question-describe-end": lambda size: "Name: a\n" * (size // 8) + "Events:\n",
    "question-not": lambda size: "not a " * (size // 6),
    "question-json": lambda size: json.dumps([{"message": f"error {n}"} for n in range(size // 27)]),
    "question-json-nested": lambda size: "[" * size,
    "question-alert": lambda size: json.dumps(
        {"alerts": [{"labels": {"alertname": f"A{n}"}} for n in range(size // 40)]}
    ),
    "question-stack": lambda size: "  at a.b.C.d(E.java:1)\n" * (size // 23),
    "question-quotes": lambda size: '"' * size,
    "question-brackets": lambda size: "[" * size,
    "question-urls": lambda size: "a://" * (size // 4),
}
"""What is asked on standard input."""
_RULE = "groups:\n- name: a\n  rules:\n"
ALERTS: dict[str, Callable[[int], str]] = {
    "alerts-bomb": lambda _: (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))
    ),
    "alerts-many": lambda size: _RULE + "".join(f"  - alert: A{n}\n    expr: up\n" for n in range(size // 30)),
    "alerts-equal": lambda size: _RULE + "  - alert: A\n    expr: up\n" * (size // 30),
    "alerts-name": lambda size: f"{_RULE}  - alert: {'Aa' * (size // 2)}\n    expr: up\n",
    "alerts-templates": lambda size: (
        f"{_RULE}  - alert: A\n    expr: up\n    annotations: {{summary: '{'{{' * (size // 2)}'}}\n"
    ),
    "alerts-summary": lambda size: (
        f"{_RULE}  - alert: A\n    expr: up\n    annotations: {{summary: '{'redis memory ' * (size // 13)}'}}\n"
    ),
    "alerts-nested": lambda size: "[" * size,
    "alerts-documents": lambda size: "---\na: b\n" * (size // 9),
}
"""Rule files of Prometheus."""
CONFIGURATIONS: dict[str, Callable[[int], str]] = {
    "configuration-dots": lambda size: "a." * (size // 2) + "a = 1\n",
    "configuration-nested": lambda size: "a = " + "[" * size,
    "configuration-tables": lambda size: "".join(f"[a{n}]\n" for n in range(size // 8)),
    "configuration-excludes": lambda size: "exclude = [" + ", ".join(['"*a*a*a*a*a*a*b"'] * (size // 18)) + "]\n",
    "configuration-stars": lambda size: f'exclude = ["{"*a" * (size // 2)}b"]\n',
    "configuration-quotes": lambda size: "a = '" + '"' * size,
}
"""Configurations of the check."""
DOCUMENT_COMMANDS: dict[str, tuple[str, ...]] = {
    "validate": ("validate", "--profile", "curated", "--format", "json", "{file}"),
    "validate --fix --diff": ("validate", "--fix", "--diff", "{file}"),
    "show": ("show", "hostile", "--kb", "{file}"),
    "search": ("search", "redis out of memory", "--kb", "{file}"),
    "list": ("list", "--kb", "{file}"),
    "diagnose": ("diagnose", "redis out of memory", "--no-ask", "--kb", "{file}"),
    "convert": ("convert", "{file}", "--to", "faultmaven"),
    "export json": ("export", "json", "--kb", "{file}"),
    "export chunks": ("export", "chunks", "--kb", "{file}"),
    "export skills": ("export", "skills", "{folder}/skills", "--kb", "{file}"),
    "build": ("build", "{file}", "-o", "{folder}/base.fmkb"),
}
COMMANDS: dict[str, tuple[str, ...]] = {
    **DOCUMENT_COMMANDS,
    "search -": ("search", "-"),
    "alerts": ("alerts", "{file}"),
    "validate --config": ("validate", "--config", "{file}", "{folder}/sound.md"),
}
_KINDS: tuple[tuple[dict[str, Callable[[int], str]], str, tuple[str, ...]], ...] = (
    (CLASSES, "hostile.md", tuple(DOCUMENT_COMMANDS)),
    (QUESTIONS, "question.txt", ("search -",)),
    (ALERTS, "rules.yaml", ("alerts",)),
    (CONFIGURATIONS, "fmkb.toml", ("validate --config",)),
)
Cost = tuple[float, float, int]


def measure(arguments: tuple[str, ...], environment: dict[str, str], given: Path, *, most: int) -> Cost:
    """Processor seconds, peak memory in MB and exit code of a command; it is ended after `most` processor seconds."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))

    command = [sys.executable, "-m", "faultmaven_kb", *arguments]
    with given.open("rb") as question:
        child = subprocess.Popen(
            command,
            env=environment,
            stdin=question,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=limit,  # noqa: PLW1509 - one thread, and nothing but the limit
        )
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode


def rows(only: list[str] | None, commands: list[str] | None, size: int, most: int) -> Iterator[tuple[str, str, Cost]]:
    """Class, command and cost of each run that is asked for."""
    for classes, name, known in _KINDS:
        for kind in classes:
            if only and not any(part in kind for part in only):
                continue
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, name)
                file.write_bytes(classes[kind](size).encode("utf-8", "surrogatepass"))
                Path(folder, "sound.md").write_text(HEADER, encoding="utf-8")
                environment = {**os.environ, "FMKB_NO_CACHE": "1"}
                environment.pop("GITHUB_ACTIONS", None)
                for command in known:
                    if not commands or command in commands:
                        arguments = tuple(part.format(file=file, folder=folder) for part in COMMANDS[command])
                        yield kind, command, measure(arguments, environment, file, most=most)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", help="a class whose name contains this; may be repeated")
    parser.add_argument("--command", action="append", choices=COMMANDS)
    parser.add_argument("--size", type=int, action="append", help="bytes of a file; may be repeated")
    parser.add_argument("--most", type=int, default=20, help="processor seconds after which a command is ended")
    options = parser.parse_args()
    bad, worst = 0, dict[str, list[tuple[float, float, str]]]()
    for size in options.size or (SIZE_LIMIT, SIZE_LIMIT // 2):
        for kind, command, (seconds, memory, code) in rows(options.only, options.command, size, options.most):
            over = seconds > SECONDS or memory > MEGABYTES or code not in (0, 1, 2)
            bad += over
            worst.setdefault(command, []).append((seconds, memory, kind))
            mark = "  OVER" if over else ""
            print(f"{size:7} {kind:24} {command:22} {seconds:6.2f} s {memory:5.0f} MB  exit {code}{mark}", flush=True)
    print(f"\n{'command':22} {'slowest':>8} {'':24} {'largest':>8}")
    for command, costs in worst.items():
        slow, large = max(costs), max(costs, key=lambda cost: cost[1])
        print(f"{command:22} {slow[0]:6.2f} s {slow[2]:24} {large[1]:5.0f} MB {large[2]}")
    print(f"{bad} over {SECONDS:g} s or {MEGABYTES:g} MB, or ended by more than a finding")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
