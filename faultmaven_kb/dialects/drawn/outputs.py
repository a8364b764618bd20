"""Fences that show what a command prints: they are not commands, whatever their language says.

The words right above a fence announce it ("Example output:", "you should see errors like:"); a sentence that says how
to get there ("you can see it by running:") announces a command, and so does a first line that is typed. Lines of a log,
and what follows a command at once without being typed, are printed too. Configuration that the words above it only show
("A quota looks like this:") is an `Example`: nobody types it, and nothing prints it.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace

from faultmaven_kb.dialects.pieces.consoles import is_statement
from faultmaven_kb.dialects.pieces.typed import is_called, is_prose, is_typed_line
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.languages import CONSOLE, OUTPUT, PROMPTED, SHELL, SQL, TYPED
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, Paragraph, Quote

__all__ = ["LOG_LINE", "Example", "is_message", "shown_in", "without_shown"]

_PRINTED = frozenset("output log logs result results console-result console-output stdout stderr".split())
_NAMES = re.compile(
    r"\boutputs?(?: (?:is|of|from|should|will|would|might|may)\b[^\n]{0,120})?\W*$|"
    r"\b(?:example|sample|expected|typical|healthy|normal|possible) (?:outputs?|results?|responses?|failures?|errors?|"
    r"logs?|messages?)\b|"
    r"\b(?:following|this|these|such|an?) (?:\w+ )?"
    r"(?:errors?|messages?|outputs?|responses?|logs?|results?|lines?)\W*$|"
    r"\b(?:errors?|logs?|messages?|lines?)(?: \w+)? (?:such as|like)\b|"
    r"(?<!\bif )(?<!\bwhen )\b(?:its|the) (?:output|reply|response) "
    r"(?:contains?|includes?|lists?|reads?|reports?|shows?)\b|"
    r"\b(?:gives?|logs|prints|produces?|responds with|returns|shows|yields?)\W*$|"
    r"\bfollowing\b[^\n]{0,40}\b(?:logged|printed|returned|shown|reported|displayed)\b",
    re.IGNORECASE,
)
"""Words that name what is printed."""
_SEES = re.compile(
    r"\blooks? (?:something |a bit |a lot )?like\b|"
    r"\b(?:things|looking for \w+) like\b|\blook(?:s|ing) as follows|\bsimilar to\b|"
    r"\byou(?:['’]ll| will| should| would| might| may) (?:\w+ )?(?:see|get|find|notice|receive)\b|"
    r"\b(?:can|could|may|might) (?:\w+ )?(?:output|print|respond|return|show)\b|"
    r"\b(?:should|will|would) (?:\w+ )?(?:be|look|show|return|print|see|produce|output|display|contain|say)\b",
    re.IGNORECASE,
)
_TYPES = re.compile(
    r"\b(?:run|runs|running|execute|executing|use|using|type|enter|issue|invoke|invoking|script|query)\b[^\n.]{0,60}\W*$|"
    r"\b(?:with|by|via|commands?)\W*$",
    re.IGNORECASE,
)
"""Words that say how to get to see it."""
LOG_LINE = re.compile(
    r"\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:|\[?\d\d:\d\d:\d\d|[IWEF]\d{4} \d\d:|"
    r"https?://|[-bcdlps](?:[r-][w-][xsStT-]){3}|(?:time|ts|level|severity)=|HTTP/[\d.]+ \d{3}|Traceback \(most recent|"
    r"(?:ERROR|FATAL|WARN|WARNING|INFO|Error|error|panic|fatal|E\d{4})(?::| \[)"
)
"""How a line begins that nobody types: a program has written it, or it is an address."""
_OPTION = re.compile(r"-\w, --[a-z]")
"""How a manual begins to explain an option."""
_OPTION_ALONE = re.compile(r"--[a-z][\w-]{1,60}(?:[= ]\S{1,200})?")
"""An option without its program, which is added somewhere."""
_FIELD = re.compile(r"[A-Z][\w./()-]{0,40}(?:[ :][\w./()-]{1,40}){0,6}\s{1,40}:(?:\s|$)")
"""How Windows prints a value with its name before it."""
_SETTING = re.compile(r"[A-Za-z][\w .-]{0,30}: [^\s:][^\n]{0,200}")
"""A name and its value, as text shows them."""
_MESSAGE = re.compile(r"[A-Za-z][\w./-]{0,40}(?: [\w./-]{1,40}){0,4}: [^\s\"'$|][^|$;{}]{1,200}")
"""What says something, and then what of it ("TLS: handshake failed"), whatever the language of its fence."""
_PATH = re.compile(r"(?:/(?!s?bin/|scripts?/|tools/)[\w.-]{1,60}){1,12}/?(?<!\.sh)(?<!\.py)")
"""A place alone, which nobody types."""
_SENTENCE = re.compile(r"[A-Z][a-z]{2,20} [a-z]")
_WORDS = re.compile(r"(?:All \d|[A-Z][a-z]{2,20}(?:ed|ing)?(?: [a-z]|: [A-Za-z]))[^=;{}<>$]{2,200}$")
"""How a program says what it does or did ("Probing the store… OK"), and no setting or statement is written."""
_NAME_ALONE = re.compile(r"\*\*[^*\n]{1,80}\*\*:?")
"""A name between an announcement and what it announces, which is shown for each of several systems."""
_EXAMPLE = re.compile(r"\b(?:example|sample) outputs?\b", re.IGNORECASE)
"""Words that leave no doubt, even above a line that may be a comment."""
_SOUGHT = re.compile(r"\b(?:look|looking|watch|watching) (?:out )?for\b[^\n.]{0,60}\W*$", re.IGNORECASE)
"""Words that say what to find in what was printed."""
_SAYS = re.compile(
    r"(?:this|these|the above|that) (?:\w+ )?(?:errors?|exceptions?|messages?|outputs?|responses?|warnings?)\b",
    re.IGNORECASE,
)
"""How a paragraph begins that is about what the fence above it shows."""
_DATA = frozenset({"json", "xml", "html"})
_WRITES = re.compile(
    r"\b(?:add|apply|body|config\w*|contain(?:s|ing)?|creat\w+|edit|file|json|manifest|patch|paste|payload|policy|post|put|save|"
    r"send|set\w*|templat\w+|updat\w+|us(?:e|ing)|with|writ\w+)\b",
    re.IGNORECASE,
)
"""Words above data that a reader is to write."""
_CONFIGURATION = frozenset("yaml yml toml ini hcl properties conf nginx xml json jsonc json5".split())
_SHOWS = re.compile(
    r"\b(?:an?|another|complete|full|minimal|our|some|the|this|typical) (?:\w+ ){0,3}examples?\b(?! to\b)[^\n]{0,80}$|"
    r"\b(?:examples? of|sample|typical)\b[^\n]{1,80}$|\bfor example, [^\n]{1,80}$|\bexample \w[^\n]{0,60}$|"
    r"\blooks? (?:something |a bit |a lot )?(?:like|as follows)\b|"
    r"\b(?:objects?|resources?|things?) like (?:this|these|that)\W*$|"
    r"\b(?:is|are|was|were) (?:\w+ )?(?:configured|declared|defined|described|set up|stored|written) "
    r"(?:as|as follows|like this|so|this way)\W*$|"
    r"\b(?:bad|broken|current|default|existing|faulty|old|original|shipped|wrong) (?:\w+ ){0,2}"
    r"(?:config\w*|definition|file|manifest|settings?|spec|values?|version)\W*$",
    re.IGNORECASE,
)
"""Words above configuration that is shown as it is or may be."""
_TOLD = re.compile(
    r"\b(?:add|append|apply|change|create|deploy|edit|enable|ensure|extend|give|include|insert|install|make|modify|must|"
    r"need(?:s|ed)?|overwrite|paste|patch|post|put|raise|replace|save|send|set|should|try|update|use|write)\b",
    re.IGNORECASE,
)
"""Words that tell a reader to write what is below them."""
_RUN = TYPED | CONSOLE
_MAY_BE_PRINTED = PROMPTED | OUTPUT | {"", "json", "yaml"}
_MAY_BE_ROWS = TYPED | OUTPUT | {""}
_GAP = re.compile(r" {2,}|\t+")
_FEWEST_COLUMNS = 3
_TAIL = 300


class Example(Fence):
    """Configuration that is shown, neither typed nor printed."""


def shown_in(blocks: Iterable[Block], title: str = "") -> Iterator[Fence]:
    """The fences among the blocks that show what is printed, those in lists and quotes as well.

    Data right below a heading is called what the heading's `title` says.
    """
    above = announced = ""
    before: Block | None = None
    blocks = tuple(blocks)
    for index, block in enumerate(blocks):
        if isinstance(block, Fence):
            below = blocks[index + 1] if index + 1 < len(blocks) else None
            named = title if index == 0 and block.language in _DATA else above
            shown = _is_shown(block, named) or _is_printed_by(before, block) or _is_told_of(block, below)
            if shown:
                yield block
            elif _is_example(block, above):
                yield Example(block.language, block.info, block.code, block.span)
            announced = announced if shown else ""
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from shown_in(item.blocks)
        elif isinstance(block, Quote):
            yield from shown_in(block.blocks)
        name = isinstance(block, Paragraph) and _NAME_ALONE.fullmatch(block.text) is not None
        above = announced if name and announced else _last_words(block)
        if not (name or isinstance(block, Fence)):
            announced = above if isinstance(block, Paragraph) and block.text.rstrip().endswith(":") else ""
        before = block


def is_message(fence: Fence) -> bool:
    """Whether a fence that is called a script is what a program says, line by line."""
    lines = [line.strip() for line in fence.code.split("\n") if line.strip()]
    said = fence.language in SHELL and bool(lines) and all(map(_MESSAGE.fullmatch, lines))
    return said and not any(map(is_typed_line, lines))


def without_shown(blocks: tuple[Block, ...], shown: Iterable[Fence]) -> tuple[Block, ...]:
    """The blocks without some fences, at any depth."""
    places = {fence.span for fence in shown}
    return tuple(_without(blocks, places)) if places else blocks


def _without(blocks: Iterable[Block], places: AbstractSet[Span]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Fence) and block.span in places:
            continue
        if isinstance(block, ListBlock):
            items = tuple(replace(item, blocks=tuple(_without(item.blocks, places))) for item in block.items)
            yield replace(block, items=items)
        elif isinstance(block, Quote):
            yield replace(block, blocks=tuple(_without(block.blocks, places)))
        else:
            yield block


def _is_shown(fence: Fence, above: str) -> bool:
    if fence.language in _PRINTED:
        return True
    first = _first_line(fence)
    if fence.language in _MAY_BE_PRINTED and LOG_LINE.match(first.strip()):
        return True
    if _OPTION.match(first) or _is_options(fence) or _PATH.fullmatch(fence.code.strip()):
        return True
    if is_typed_line(first) or (fence.language in SQL and is_statement(first)):
        return False
    if (_is_rows(fence, first) or _is_said(fence, first)) and not _WRITES.search(above):
        return True
    if fence.language in _DATA and above and not _WRITES.search(above):
        return True
    if not above or (first.startswith("# ") and not _EXAMPLE.search(above)):
        return False
    if _NAMES.search(above) or (fence.language not in _RUN and _SOUGHT.search(above)):
        return True
    return _SEES.search(above) is not None and _TYPES.search(above) is None


def _is_example(fence: Fence, above: str) -> bool:
    """Whether the words above configuration show it, and do not tell to write it."""
    if fence.language not in _CONFIGURATION or not above:
        return False
    return _SHOWS.search(above) is not None and not (_TOLD.search(above) or _NAMES.search(above))


def _is_rows(fence: Fence, first: str) -> bool:
    """Whether a fence shows the rows of a table that a program has printed, and nothing that is typed."""
    if fence.language not in _MAY_BE_ROWS or len(_GAP.split(first.strip())) < _FEWEST_COLUMNS:
        return False
    return not any(is_typed_line(line) or line.startswith(("$ ", "#")) for line in fence.code.split("\n"))


def _is_said(fence: Fence, first: str) -> bool:
    """Whether a fence is a sentence, or values with their names, which a program has printed."""
    if fence.language not in _MAY_BE_ROWS:
        return False
    lines = [line.strip() for line in fence.code.split("\n") if line.strip()]
    if len(lines) > 1 and all(_FIELD.match(line) for line in lines):
        return True
    if fence.language == "" and lines and all(map(_WORDS.match, lines)) and not any(map(is_typed_line, lines)):
        return True
    if is_message(fence):
        return True
    if fence.language in OUTPUT and len(lines) > 1 and all(map(_SETTING.fullmatch, lines)):
        return True
    if fence.language in OUTPUT and any(map(is_prose, lines)) and not any(map(is_typed_line, lines)):
        return True
    return len(lines) == 1 and fence.language not in SHELL and _SENTENCE.match(first) is not None and is_prose(first)


def _is_told_of(fence: Fence, below: Block | None) -> bool:
    """Whether the paragraph below a fence calls it an error or a message, and nothing in it is typed."""
    if fence.language not in _MAY_BE_PRINTED or not isinstance(below, Paragraph) or not _SAYS.match(below.text):
        return False
    return not any(is_typed_line(line) or line.startswith(("$ ", "#")) for line in fence.code.split("\n"))


def _is_options(fence: Fence) -> bool:
    """Whether a fence has nothing but options and comments."""
    if "--" not in fence.code or fence.language not in _MAY_BE_ROWS:
        return False
    lines = [line.strip() for line in fence.code.split("\n") if line.strip() and line[0] != "#"]
    return bool(lines) and all(map(_OPTION_ALONE.fullmatch, lines))


def _first_line(fence: Fence) -> str:
    return next((line for line in fence.code.split("\n") if line.strip()), "")


def _is_printed_by(before: Block | None, fence: Fence) -> bool:
    """Whether a fence right below a command shows what that prints: nothing in it is typed."""
    if not isinstance(before, Fence) or fence.language not in _MAY_BE_PRINTED:
        return False
    if before.language not in _RUN and not is_typed_line(_first_line(before)):
        return False
    lines = fence.code.strip().split("\n")
    return not (
        all(map(is_called, lines)) or any(is_typed_line(line) or line.startswith(("$ ", "# ")) for line in lines)
    )


def _last_words(block: Block) -> str:
    """The last sentence of a paragraph, or of the last item of a list, right above what follows."""
    if isinstance(block, ListBlock) and block.items and block.items[-1].blocks:
        return _last_words(block.items[-1].blocks[-1])
    if not isinstance(block, Paragraph):
        return ""
    line = plain(" ".join(block.text[-_TAIL:].split())).strip(" *_")
    return line.rstrip(".").rpartition(". ")[2]
