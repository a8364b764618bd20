"""`fmkb eval`: how good the search is on a knowledge base, by labelled questions or by its own symptoms."""

import json
import time
from pathlib import Path

import click

from faultmaven_kb.cli.shared.common import echo_json, kb_option, load
from faultmaven_kb.cli.shared.semantic import semantic_option, with_semantic
from faultmaven_kb.disk.regular import read_regular
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.evaluation.alias_patch import AliasPatch, alias_patch
from faultmaven_kb.evaluation.comparison import compare
from faultmaven_kb.evaluation.evaluation import Evaluation, evaluate
from faultmaven_kb.evaluation.explaining import explain_misses
from faultmaven_kb.evaluation.labelled import LabelledQuestion, read_labelled
from faultmaven_kb.evaluation.self_check import self_check
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.reports.evaluation_text import comparison_text, evaluation_text, self_check_text
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command"]


@click.command("eval")
@click.argument("questions", nargs=-1, type=click.Path(path_type=Path))
@click.option("--qrels", type=click.Path(path_type=Path), help="TREC judgements: question 0 runbook grade.")
@click.option(
    "--compare",
    "earlier",
    type=click.Path(path_type=Path),
    help="An earlier run (output of --json) to compare with.",
)
@click.option("--misses", type=click.IntRange(0), default=20, show_default=True, help="How many misses to list.")
@click.option(
    "--explain", is_flag=True, help="Say for each miss what the right runbook lacks compared with the first one."
)
@click.option(
    "--suggest-aliases",
    is_flag=True,
    help="Print a patch that adds the aliases which the misses suggest, nothing else.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the confidence intervals.")
@click.option("--no-clock", is_flag=True, help="Leave out the latency, so that equal runs print equal bytes.")
@kb_option
@semantic_option
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, every outcome included.")
@click.pass_context
def command(
    ctx: click.Context,
    questions: tuple[Path, ...],
    qrels: Path | None,
    earlier: Path | None,
    misses: int,
    explain: bool,
    suggest_aliases: bool,
    seed: int,
    no_clock: bool,
    kb_paths: tuple[Path, ...],
    semantic: str | None,
    as_json: bool,
) -> None:
    """Measure the search with the labelled QUESTIONS: JSON lines, or `id<TAB>text` with --qrels.

    Without QUESTIONS every runbook is searched for by its own symptoms, each removed from the base beforehand;
    runbooks that cannot be found, and those that collide, are listed.

    \b
    Examples:
      fmkb eval
      fmkb eval questions.jsonl --json > before.json
      fmkb eval questions.jsonl --compare before.json
      fmkb eval questions.jsonl --explain
      fmkb eval questions.jsonl --kb runbooks --suggest-aliases > aliases.patch
      fmkb eval queries.tsv --qrels qrels.trec --kb runbooks

    Exit code: 0 when it was measured; 1 when a runbook cannot be found by its own symptoms.
    """
    clock = None if no_clock else time.perf_counter
    if not questions:
        if qrels or earlier or semantic or explain or suggest_aliases:
            raise click.UsageError(
                "--qrels, --compare, --explain, --suggest-aliases and --semantic need QUESTIONS, "
                "expected a file of labelled questions"
            )
        check = self_check(tuple(load(kb_paths)), clock=clock, seed=seed)
        if as_json:
            echo_json(check.to_dict())
        else:
            click.echo(self_check_text(check, misses=misses), nl=False)
        ctx.exit(1 if check.lost else 0)
    labelled = tuple(item for path in questions for item in read_labelled(path, judgements=qrels))
    kb = with_semantic(load(kb_paths), semantic)
    _report_unknown(kb, labelled)
    run = evaluate(labelled, lambda question: kb.search(question, limit=10), clock=clock, seed=seed)
    if suggest_aliases:
        _print_patch(alias_patch(explain_misses(run, kb.get), kb.get))
        return
    comparison = compare(_read_run(earlier), run) if earlier else None
    explanations = explain_misses(run, kb.get) if explain else ()
    if as_json:
        extra = {"explanations": [item.to_dict() for item in explanations]} if explain else {}
        echo_json(run.to_dict() | ({"comparison": comparison.to_dict()} if comparison else {}) | extra)
        return
    click.echo(evaluation_text(run, misses=misses, explanations=explanations), nl=False)
    if comparison:
        click.echo("\n" + comparison_text(comparison, misses=misses), nl=False)


def _report_unknown(kb: KnowledgeBase, questions: tuple[LabelledQuestion, ...]) -> None:
    """Say which expected runbooks the base does not have: their questions can only be misses."""
    unknown = sorted({name for question in questions for name, _ in question.expected if name not in kb})
    if unknown:
        named = ", ".join(f'"{printable(name)}"' for name in unknown[:5])
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        click.echo(f"fmkb: expected runbooks that the knowledge base does not have: {named}{more}", err=True)


def _print_patch(patch: AliasPatch) -> None:
    """The patch alone on standard output, so that it can be kept; what it leaves out goes to standard error."""
    click.echo(patch.text, nl=False)
    if patch.left_out:
        named = ", ".join(f'"{printable(name)}"' for name in patch.left_out)
        click.echo(f"fmkb: not in the patch, the front matter cannot be changed line by line: {named}", err=True)


def _read_run(path: Path) -> Evaluation:
    try:
        value = json.loads(read_regular(path))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ConfigurationError(
            f'"{path}" is not the result of an evaluation, expected the output of `fmkb eval --json`'
        )
    return Evaluation.from_dict(value)
