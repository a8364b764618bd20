"""Tables that say what to do: what is seen with its cause and its fix, or steps with their commands.

A table is read by the words of its header. Rows of symptoms become a symptom, a cause and a solution each; rows of
commands become steps, with what the command should print. Any other table is text.
"""

from dataclasses import replace

from faultmaven_kb.dialects.dialect import Document, Vocabulary, role_of
from faultmaven_kb.dialects.headings import HEADINGS
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.enumerations import heading_number
from faultmaven_kb.dialects.pieces.typed import typed_in, typed_language
from faultmaven_kb.model.runbook import Cause, Command, Instruction, Solution, Step, Symptom
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import literals, plain
from faultmaven_kb.text.markdown import Block, Table, TableRow, ThematicBreak
from faultmaven_kb.text.outline import OutlineSection, words

__all__ = ["fix_tables"]

_COLUMNS = Vocabulary(
    ("symptoms", tuple("symptom, symptoms, error, errors, error message, problem, issue, alert, message".split(", "))),
    (
        "symptoms",
        tuple(
            "what you see, observation, sign, if you see, if, when, condition, scenario, status, failure, fault, "
            "situation, case, signal, finding".split(", ")
        ),
    ),
    ("symptoms", ("code", "exit code", "error code")),
    (
        "causes",
        tuple("cause, causes, reason, why, likely cause, possible cause, root cause, probable cause".split(", ")),
    ),
    ("mitigation", tuple("fix, fixes, solution, solutions, action, actions, resolution, remedy, then".split(", "))),
    ("mitigation", tuple("what to do, do this, response, how to fix, workaround, recommended action".split(", "))),
    ("diagnosis", tuple("check, checks, how to check, verify, command, how to confirm, what to check".split(", "))),
)
_LIKE = {"meaning": "symptoms", "verification": "diagnosis", "actions": "mitigation"}
_SYMPTOMS = frozenset(
    "symptom symptoms error errors problem problems issue issues alert alerts cause causes".split()
) | {"error message"}
_STEP_COLUMNS = Vocabulary(
    (
        "title",
        tuple(
            "step, steps, action, actions, task, tasks, check, checks, what, what to do, what to check, description, "
            "purpose, goal, instruction, instructions, operation, activity, test, item, procedure".split(", ")
        ),
    ),
    ("command", tuple("command, commands, how, how to, cli, run, command line, how to check, cmd, shell".split(", "))),
    (
        "expected",
        tuple(
            "expected, expected state, expected output, expected result, expected results, expected outcome, result, "
            "output, healthy, "
            "good, looks good, success, ok, outcome, expect, normal, success criteria, pass criteria".split(", ")
        ),
    ),
    ("number", tuple("no, nr, number, step no, order, id".split(", "))),
)


_DONE = frozenset("step steps action actions task tasks".split())
"""First columns whose rows are done in their order."""
_EXPLAINS = frozenset("means meaning description explanation".split())
_COLOURED = frozenset("action actions cause causes command commands fix remedy resolution solution".split())
_NOT_FIXED = frozenset({"escalation", "impact", "resources", "prevention", "prerequisites"})
"""Parts whose tables say whom to call or what to have, whatever their columns are called."""


def fix_tables(document: Document) -> tuple[Document, Contents]:
    """The document without its tables of symptoms and fixes and of steps, and what they say."""
    contents = Contents()

    def rest(section: OutlineSection, about: str | None) -> OutlineSection | None:
        nonlocal contents
        blocks: list[Block] = []
        about = role_of(section, HEADINGS) or about
        for block in section.blocks:
            read = _table(block, about) if isinstance(block, Table) else None
            if read is None:
                blocks.append(block)
            else:
                contents = contents.followed_by(read)
        below = (rest(child, about) for child in section.children)
        children = tuple(child for child in below if child is not None)
        said = any(not isinstance(block, ThematicBreak) for block in blocks)
        if section.level > 1 and section.blocks and not said and not children:
            return None
        return replace(section, blocks=tuple(blocks), children=children)

    sections = (rest(section, None) for section in document.outline)
    outline = tuple(section for section in sections if section is not None)
    if not (contents.solutions or contents.steps or contents.causes):
        return document, Contents()
    return Document(document.source, document.front_matter, outline), contents


def _table(table: Table, about: str | None) -> Contents | None:
    """What a table says, None for one that is text; `about` is the role of its section."""
    if about in _NOT_FIXED:
        return None
    steps = (
        _step_columns(table) if about in (None, "diagnosis", "steps", "actions") and not _names_symptoms(table) else ()
    )
    columns, read = (steps, _step_row) if steps else (_columns(table), _row)
    if not columns:
        return None
    contents = Contents()
    for row in table.rows[1:]:
        contents = contents.followed_by(read(row, columns))
    return contents


def _names_symptoms(table: Table) -> bool:
    return any(words(cell) in _SYMPTOMS for cell in table.rows[0].cells)


def _step_columns(table: Table) -> tuple[str | None, ...]:
    """The role of each column of a table of steps: what is done, with its command; empty for any other table."""
    roles = tuple(_named(_STEP_COLUMNS, words(cell)) for cell in table.rows[0].cells)
    if "title" not in roles or len(table.rows) < 2:
        return ()
    if "command" not in roles:
        return roles if "expected" in roles and words(table.rows[0].cells[0]) in _DONE else ()
    codes = [cell for row in table.rows[1:] for role, cell in zip(roles, row.cells, strict=False) if role == "command"]
    return roles if any("`" in code for code in codes) else ()


def _named(columns: Vocabulary, key: str) -> str | None:
    """The role of a column's name, or of its last word where the others only colour it ("Immediate command")."""
    last = key.rpartition(" ")[2]
    return columns.role(key) or (columns.role(last) if last in _COLOURED else None)


def _step_row(row: TableRow, columns: tuple[str | None, ...]) -> Contents:
    cells: dict[str, str] = {}
    for role, cell in zip(columns, row.cells, strict=False):
        if role and cell.strip():
            cells[role] = f"{cells[role]}: {cell}" if role in cells else cell
    title, command = cells.get("title", ""), cells.get("command", "")
    if not title and not command:
        return Contents()
    codes = [code.strip() for code in literals(command) if code.strip()]
    number, words_of_title = heading_number(plain(title))
    step = Step(
        number=number,
        title=words_of_title.strip(" .:") or plain(command),
        what_to_check=" ".join(part for part in (title, "" if codes else command) if part),
        commands=tuple(Command(language=typed_language(code), code=f"{code}\n", span=row.span) for code in codes),
        expected_output=plain(cells.get("expected", "")),
        span=row.span,
    )
    return Contents(steps=(step,))


def _columns(table: Table) -> tuple[str | None, ...]:
    """The role of each column of a table that says what to do about what is seen; empty for any other table."""
    roles = tuple(_named(_COLUMNS, words(cell)) or HEADINGS.role(words(cell)) for cell in table.rows[0].cells)
    roles = tuple(_LIKE.get(role or "", role) for role in roles)
    sees, helps = {"symptoms", "causes"} & set(roles), {"mitigation", "diagnosis"} & set(roles)
    explains = any(words(cell) in _EXPLAINS for cell in table.rows[0].cells)
    return roles if len(table.rows) > 1 and ((sees and helps) or (len(sees) > 1 and not explains)) else ()


def _only_code(cell: str, span: Span) -> tuple[Command, ...]:
    """The code of a cell that begins with it: what to type, whatever the tool is."""
    if not cell.strip().startswith("`"):
        return ()
    codes = [code.strip() for code in literals(cell) if " " in code.strip()]
    return tuple(Command(language=typed_language(code), code=f"{code}\n", span=span) for code in codes)


def _row(row: TableRow, columns: tuple[str | None, ...]) -> Contents:
    cells: dict[str, str] = {}
    for role, cell in zip(columns, row.cells, strict=False):
        if role and cell.strip():
            cells[role] = f"{cells[role]}; {cell}" if role in cells else cell
    symptom, cause, fix, check = (cells.get(role, "") for role in ("symptoms", "causes", "mitigation", "diagnosis"))
    title = plain(symptom or cause)
    contents = Contents()
    if symptom:
        contents = replace(contents, symptoms=(Symptom(text=symptom, literals=literals(symptom), span=row.span),))
    if cause:
        contents = replace(contents, causes=(Cause(name=plain(cause), span=row.span),))
    if check:
        commands = typed_in(check, row.span) or _only_code(check, row.span)
        step = Step(title=title or plain(check), what_to_check=check, commands=commands, span=row.span)
        contents = replace(contents, steps=(step,))
    if fix:
        commands = typed_in(fix, row.span) or _only_code(fix, row.span)
        instruction = Instruction(text=fix, commands=commands, span=row.span)
        when = "; ".join(part for part in (symptom, cause) if part)
        solution = Solution(
            title=title or plain(fix), when_to_use=when, instructions=(instruction,), commands=commands, span=row.span
        )
        contents = replace(contents, solutions=(solution,))
    return contents
