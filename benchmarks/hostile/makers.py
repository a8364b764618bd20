"""How hostile documents are made: a small text, repeated until the document has a given number of bytes."""

from collections.abc import Callable

from faultmaven_kb.fences.shell import LONGEST, MOST_SIGNS, SIGNS

__all__ = [
    "CARD",
    "CAUSES",
    "HEADER",
    "STEPS",
    "Make",
    "dense",
    "fence",
    "fences",
    "front_matter",
    "length",
    "merge_bomb",
    "numbered",
    "repeated",
]

Make = Callable[[int], str]
HEADER = (
    "---\nid: hostile\ntitle: Hostile document\ntechnology: redis\nseverity: high\ntags: [redis, memory, hostile]\n"
    "difficulty: beginner\nversion: 1.0.0\nlast_updated: 2026-01-01\nverified_by: nobody\nstatus: draft\n---\n\n"
    "# Hostile document\n\n"
)
CARD = "## Quick Reference Card\n\n"
CAUSES = CARD + "**Common Causes:**\n\n"
STEPS = "## Diagnostic Steps\n\n"


def length(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def repeated(piece: str, *, head: str = "", tail: str = "") -> Make:
    def make(size: int) -> str:
        room = size - len(HEADER) - length(head) - length(tail) - 2
        return HEADER + head + piece * max(room // length(piece), 1) + tail + "\n"

    return make


def numbered(line: str, *, head: str = "", tail: str = "") -> Make:
    def make(size: int) -> str:
        parts, length, index = [HEADER, head], len(HEADER) + len(head), 0
        while length < size - 200:
            parts.append(line.format(index))
            length += len(parts[-1].encode())
            index += 1
        return "".join(parts) + tail

    return make


def fence(language: str, piece: str, *, start: str = "", end: str = "") -> Make:
    """The largest code block that a document may have, and many more lines of text."""

    def make(size: int) -> str:
        code = start + piece * ((min(size - 1_000, 39_900) - len(start) - len(end)) // len(piece)) + end
        return f"{HEADER}```{language}\n{code}\n```\n"

    return make


def dense(piece: str, filling: str = "a;", *, length: int = 5_000) -> Make:
    """Blocks of shell with as many signs as a block of a length may have: of one kind first, then of another."""

    def make(size: int) -> str:
        signs = [sum(map(text.count, SIGNS)) for text in (piece, filling)]
        most = min(MOST_SIGNS, 5_000_000 // length) - 20
        head = _in_lines(piece, min(length // 2, len(piece) * (most // 2) // max(signs[0], 1)))
        rest = length - len(head) - 2
        filled = _in_lines(filling, min(rest, len(filling) * (most // 2) // signs[1]) if signs[1] else rest)
        block = f"```bash\n{head}{filled}```\n\n"
        return HEADER + block * (min(size, 99_000) // len(block))

    return make


def _in_lines(piece: str, size: int) -> str:
    line = piece if piece.endswith("\n") else piece * ((LONGEST - 10) // len(piece)) + "\n"
    lines = line * (size // len(line))
    return lines + (piece * ((size - len(lines) - 1) // len(piece))).rstrip("\n") + "\n"


def fences(line: str) -> Make:
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


def merge_bomb() -> str:
    lines = (f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 25))
    return "a0: &a0 {x: y}\n" + "".join(lines)


def front_matter(start: str, piece: str, end: str = "", *, mark: str = "---") -> Make:
    def make(size: int) -> str:
        most = min(size, 63_000) - len(start) - len(end)
        return f"{mark}\n{start}{piece * (most // len(piece))}{end}\n{mark}\n\n# T\n\nText.\n"

    return make
