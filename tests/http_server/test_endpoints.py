"""The endpoints as programs meet them: the shapes of the command line, errors that name the remedy."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra `http` is not installed")

from starlette.testclient import TestClient

from faultmaven_kb import KnowledgeBase, Runbook, check_text
from faultmaven_kb.http_server import shapes
from faultmaven_kb.reports.findings.json_report import to_json
from tests.documents import LAST_UPDATED, ROOT, builtin_base, text_of
from tests.http_server.servers import changed, client

QUESTION = "FATAL: sorry, too many clients already"
POSTGRES = "postgres-connection-pool-exhausted"
PAGE = "# {title}\n\n## Meaning\n\nThe {word} is gone.\n\n## Mitigation\n\nBring the {word} back.\n"


@pytest.fixture(scope="module")
def door() -> Iterator[TestClient]:
    with client() as found:
        yield found


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return builtin_base()


def _problem(answer: Any) -> str:
    """What an error says; its form is that of every error."""
    assert answer.headers["content-type"] == "application/problem+json"
    value = answer.json()
    assert set(value) == {"type", "title", "status", "detail"}
    assert value["status"] == answer.status_code
    assert "Traceback" not in value["detail"]
    return str(value["detail"])


def _strict(model: Any, value: Any) -> None:
    """Everything that goes out is described: with keys that the model does not know this would fail."""
    described = model.model_validate(value).model_dump(mode="json", by_alias=True)
    assert described == value


def test_a_search_has_the_shape_of_the_command_line(door: TestClient, kb: KnowledgeBase) -> None:
    answer = door.get("/search", params={"q": QUESTION, "limit": 2})
    assert answer.json() == kb.search(QUESTION, limit=2).to_dict()
    assert answer.json()["hits"][0]["id"] == POSTGRES
    _strict(shapes.SearchAnswer, answer.json())


def test_a_long_log_is_asked_as_json_or_as_it_was_printed(door: TestClient, kb: KnowledgeBase) -> None:
    log = "\n".join([f"worker {number} is idle" for number in range(500)] + [QUESTION])
    expected = kb.search(log, limit=1).to_dict()
    assert expected["hits"][0]["id"] == POSTGRES
    assert door.post("/search", json={"question": log, "limit": 1}).json() == expected
    plain = {"content-type": "text/plain; charset=utf-8"}
    assert door.post("/search?limit=1", content=log.encode(), headers=plain).json() == expected
    utf16 = door.post("/search", content=f"\ufeff{QUESTION}".encode("utf-16-le"), headers=plain).json()
    assert utf16["hits"][0]["id"] == POSTGRES


def test_filters_narrow_a_search_and_a_wrong_one_is_named(door: TestClient) -> None:
    hits = door.get("/search", params={"q": "connection refused", "technology": "Redis"}).json()["hits"]
    assert hits and {hit["technology"] for hit in hits} == {"redis"}
    unknown = door.post("/search", json={"question": "x", "technology": "rediss"})
    assert unknown.status_code == 404
    assert 'no runbook has the technology "rediss" (did you mean "redis"?)' in _problem(unknown)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "query.q"),
        ("q=", "query.q"),
        ("q=%20%0a", "query.q"),
        ("q=x&limit=0", "query.limit"),
        ("q=x&limit=many", 'query.limit is "many"'),
        ("q=x&severity=hgih", 'query.severity is "hgih"'),
        ("q=" + "x" * 8_001, "query.q"),
    ],
)
def test_a_wrong_question_is_told_which_part_is_wrong(door: TestClient, query: str, words: str) -> None:
    answer = door.get(f"/search?{query}")
    assert answer.status_code == 422
    assert words in _problem(answer)


HOSTILE = [
    b"",
    b"{",
    b"\xff\xfe{}",
    b'{"question": "\xff"}',
    b'{"question": "\\ud800"}',
    b"[" * 100_000,
    b'{"question": 1}',
    b'{"question": "x", "limit": 1e400}',
    b'{"question": "x", "extra": 1}',
    b"null",
    b"NaN",
]


@pytest.mark.parametrize("path", ["/search", "/validate", "/differential", "/alerts"])
def test_a_body_that_is_not_what_is_expected_is_a_problem(door: TestClient, path: str) -> None:
    for body in HOSTILE:
        answer = door.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 422, body[:40]
        assert "GET /openapi.json says what is expected" in _problem(answer)


@pytest.mark.parametrize("path", ["/search", "/validate", "/differential", "/alerts"])
def test_a_body_of_another_type_is_refused(door: TestClient, path: str) -> None:
    answer = door.post(path, data={"question": "x"})
    assert answer.status_code == 415
    assert "application/json" in _problem(answer)


def test_an_empty_text_and_one_that_is_too_long_are_no_questions(door: TestClient) -> None:
    plain = {"content-type": "text/plain"}
    empty = door.post("/search", content=b" \n\0", headers=plain)
    assert (empty.status_code, "the text is empty" in _problem(empty)) == (422, True)
    long = door.post("/search", content=b"x " * 300_000, headers=plain)
    assert (long.status_code, "at most 400,000" in _problem(long)) == (413, True)


def test_every_runbook_is_read_by_its_id(door: TestClient, kb: KnowledgeBase) -> None:
    for runbook in kb:
        answer = door.get(f"/runbooks/{runbook.id}")
        assert Runbook.from_json(answer.content) == runbook
        assert answer.json() == runbook.to_dict()


def test_a_runbook_is_text_for_one_who_reads_it(door: TestClient) -> None:
    address = f"/runbooks/{POSTGRES}"
    browser = door.get(address, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert browser.headers["content-type"] == "text/plain; charset=utf-8"
    markdown = door.get(address, headers={"accept": "text/markdown"})
    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert browser.text == markdown.text == door.get(f"{address}?format=markdown").text
    assert "## Diagnostic Steps" in markdown.text
    program = door.get(f"{address}?format=json", headers={"accept": "text/html"})
    assert program.json()["id"] == POSTGRES


def test_an_unknown_runbook_is_answered_with_the_nearest(door: TestClient) -> None:
    answer = door.get("/runbooks/redis-out-of-memry")
    assert answer.status_code == 404
    assert _problem(answer) == 'no runbook has the id "redis-out-of-memry" (did you mean "redis-out-of-memory"?)'
    assert "GET /runbooks lists them all" in _problem(door.get("/runbooks/%00/../etc/passwd"))


def test_ids_may_have_slashes_and_a_short_form_has_to_be_unique(tmp_path: Path) -> None:
    for folder in ("billing", "search"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "runbook.md").write_text(PAGE.format(title=folder, word=folder), encoding="utf-8")
    (tmp_path / "alone.md").write_text(PAGE.format(title="Alone", word="sun"), encoding="utf-8")
    with client(tmp_path) as door:
        assert door.get("/runbooks/billing/runbook").json()["title"] == "billing"
        assert door.get("/runbooks/billing%2Frunbook").json()["title"] == "billing"
        several = door.get("/runbooks/runbook")
        assert several.status_code == 404
        assert "is 2 runbooks, expected one of billing/runbook, search/runbook" in _problem(several)


def test_runbooks_are_listed_page_by_page(door: TestClient, kb: KnowledgeBase) -> None:
    found: list[str] = []
    address: str | None = "/runbooks?limit=5"
    while address:
        page = door.get(address).json()
        _strict(shapes.RunbookPage, page)
        assert page["total"] == len(kb)
        assert page["offset"] == len(found)
        found += [entry["id"] for entry in page["runbooks"]]
        address = page["next"]
    assert found == list(kb.ids)


def test_filters_narrow_the_list_and_its_next_page(door: TestClient, kb: KnowledgeBase) -> None:
    expected = [runbook.id for runbook in kb.filter(technology="redis", status="verified in part")]
    first = door.get("/runbooks", params={"technology": "redis", "status": "verified in part", "limit": 1}).json()
    assert [entry["id"] for entry in first["runbooks"]] == expected[:1]
    assert (first["total"], len(expected) > 1) == (len(expected), True)
    assert [entry["id"] for entry in door.get(first["next"]).json()["runbooks"]] == expected[1:2]


def test_a_check_has_the_shape_of_the_command_line(door: TestClient) -> None:
    text = text_of("sample.md").replace("severity: ", "severity: x", 1)
    expected = json.loads(to_json(check_text(text, today=LAST_UPDATED)))
    assert expected["summary"]["errors"]
    assert door.post("/validate", json={"text": text}).json() == expected
    markdown = door.post("/validate", content=text.encode(), headers={"content-type": "text/markdown"}).json()
    assert markdown == expected
    _strict(shapes.ValidationReport, markdown)
    broken = door.post("/validate?profile=ingest", content=b"# x\n\xff", headers={"content-type": "text/plain"}).json()
    assert "RB001" in [each["code"] for each in broken["diagnostics"]]


def test_causes_are_ordered_as_on_the_command_line(door: TestClient, kb: KnowledgeBase) -> None:
    asked = [{"text": "node NotReady"}, {"text": "kubelet is running", "seen": False}]
    answer = door.post("/differential", json={"observations": asked}).json()
    assert answer == kb.differential({"node NotReady": True, "kubelet is running": False}).to_dict()
    _strict(shapes.Differential, answer)
    step = answer["next_step"]
    again = {
        "observations": answer["observations"],
        "done": [{"runbook": step["runbook"], "position": step["position"]}],
    }
    assert door.post("/differential", json=again).json()["next_step"] != step
    finding = {"text": step["findings"][0]["text"], "step": {"runbook": step["runbook"], "position": step["position"]}}
    assert len(door.post("/differential", json={"observations": [*asked, finding]}).json()["observations"]) == 3


def test_observations_that_contradict_each_other_are_refused(door: TestClient) -> None:
    asked = [{"text": "x", "seen": True}, {"text": "x", "seen": False}]
    answer = door.post("/differential", json={"observations": asked})
    assert (answer.status_code, "both seen and not seen" in _problem(answer)) == (409, True)


WEBHOOK = {
    "version": "4",
    "receiver": "fmkb",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "Whatever", "severity": "page"},
            "annotations": {"runbook_url": "https://wiki.example/runbooks/redis-out-of-memory.md#solutions"},
            "fingerprint": "1f",
        },
        {"status": "resolved", "labels": {"alertname": "NodeNotReady"}},
        {"labels": {"alertname": "PgDown"}, "annotations": {"summary": QUESTION, "runbook_url": "http://["}},
        {"labels": {"alertname": "Sunshine"}, "annotations": {"summary": "zxqv wvut"}},
        {},
    ],
}


def test_each_alert_of_a_webhook_gets_its_runbook(door: TestClient, kb: KnowledgeBase) -> None:
    answer = door.post("/alerts", json=WEBHOOK).json()
    _strict(shapes.AlertRunbooks, answer)
    by_link, by_name, by_search, *nothing = answer["alerts"]
    quick_fix = kb["redis-out-of-memory"].quick_fix[0]
    assert by_link == {
        "alert": "Whatever",
        "status": "firing",
        "severity": "page",
        "fingerprint": "1f",
        "verdict": "match",
        "via": "link",
        "runbook": "redis-out-of-memory",
        "title": "Redis - Out of Memory",
        "link": "http://127.0.0.1:8000/runbooks/redis-out-of-memory",
        "confidence": None,
        "quick_fix": {"language": quick_fix.language, "code": quick_fix.code},
        "faults": [],
    }
    assert (by_name["via"], by_name["runbook"], by_name["status"]) == ("name", "k8s-node-not-ready", "resolved")
    assert (by_search["via"], by_search["verdict"], by_search["runbook"]) == ("search", "match", POSTGRES)
    assert by_search["confidence"] > 0.5
    assert [(each["verdict"], each["runbook"], each["link"]) for each in nothing] == [("none", None, None)] * 2


def test_a_flood_of_alerts_is_cut_and_says_so(door: TestClient) -> None:
    flood = {"alerts": [{"labels": {"alertname": "NodeNotReady", "instance": str(number)}} for number in range(103)]}
    answer = door.post("/alerts", json=flood).json()
    assert (len(answer["alerts"]), answer["left_out"]) == (100, 3)
    too_many: tuple[list[dict[str, Any]], ...] = (
        [{}] * 10_001,
        [{"labels": {str(number): "" for number in range(1_001)}}],
    )
    for more in too_many:
        assert "at most" in _problem(door.post("/alerts", json={"alerts": more}))


def test_what_a_request_says_comes_back_only_in_part_and_does_nothing(door: TestClient) -> None:
    long = door.post("/search", json={"question": "x", "k" * 500_000: 1})
    assert len(long.content) < 2_000
    assert "2,000 faults" in _problem(
        door.post("/search", json={"question": "x", **dict.fromkeys(map(str, range(2_000)))})
    )
    alert = {"status": "s" * 500_000, "fingerprint": "f" * 500_000, "labels": {"severity": "l" * 500_000}}
    assert len(door.post("/alerts", json={"alerts": [alert]}).content) < 10_000
    turned = "redis \u202e\x9b31m"
    answers = [door.get("/search", params={"q": turned}), door.get("/runbooks/" + turned)]
    assert [turned in answer.text for answer in answers] == [False, False]
    assert answers[0].json()["question"] == turned


def test_links_lead_where_the_operator_says(tmp_path: Path) -> None:
    (tmp_path / "billing").mkdir()
    (tmp_path / "billing" / "runbook.md").write_text(PAGE.format(title="Lost money", word="money"), encoding="utf-8")
    (tmp_path / "runbook.md").write_text(PAGE.format(title="Other", word="sun"), encoding="utf-8")
    with client(tmp_path, link="https://books.example/{id}/") as door:
        alert = {"labels": {"alertname": "LostMoney"}}
        found = door.post("/alerts", json={"alerts": [alert]}).json()["alerts"][0]
    assert found["link"] == "https://books.example/billing/runbook/"
    assert found["quick_fix"] is None


def test_what_a_client_has_is_not_sent_again(door: TestClient) -> None:
    for address in ("/runbooks", f"/runbooks/{POSTGRES}", "/search?q=redis"):
        tag = door.get(address).headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = door.get(address, headers={"if-none-match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert door.get(address, headers={"if-none-match": '"other"'}).status_code == 200


def test_a_changed_file_changes_the_answer_and_its_tag(tmp_path: Path) -> None:
    file = tmp_path / "sun.md"
    file.write_text(PAGE.format(title="Sun", word="sun"), encoding="utf-8")
    with client(tmp_path) as door:
        before = door.get("/runbooks")
        (tmp_path / "moon.md").write_text(PAGE.format(title="Moon", word="moon"), encoding="utf-8")
        after = changed(lambda: door.get("/runbooks"), lambda answer: answer.json()["total"] == 2)
    assert (before.json()["total"], after.json()["total"]) == (1, 2)
    assert before.headers["etag"] != after.headers["etag"]


def test_a_base_that_is_gone_is_unavailable_and_not_empty(tmp_path: Path) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "sun.md").write_text(PAGE.format(title="Sun", word="sun"), encoding="utf-8")
    with client(folder) as door:
        assert door.get("/health").json() == {"status": "ok", "runbooks": 1, "reason": None}
        (folder / "sun.md").unlink()
        folder.rmdir()
        gone = door.get("/search?q=sun")
        assert gone.status_code == 503
        assert "the knowledge base is unavailable" in _problem(gone)
        health = door.get("/health")
        assert (health.status_code, health.json()["status"]) == (503, "unavailable")
        assert "fmkb_runbooks 0" in door.get("/metrics").text


def test_an_address_that_is_none_and_a_method_that_is_none_are_told_what_there_is(door: TestClient) -> None:
    nothing = door.get("/no/such/thing")
    assert (nothing.status_code, "GET /openapi.json lists" in _problem(nothing)) == (404, True)
    refused = door.delete("/search")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST")
    assert _problem(refused) == "DELETE is not possible here, expected GET, HEAD, POST"
    assert door.put("/alerts").headers["allow"] == "POST"


def test_a_head_is_that_of_the_answer(door: TestClient) -> None:
    head, whole = door.head(f"/runbooks/{POSTGRES}"), door.get(f"/runbooks/{POSTGRES}")
    assert head.status_code == 200
    assert head.headers["etag"] == whole.headers["etag"]


def test_what_is_asked_is_counted_by_route_and_verdict(tmp_path: Path) -> None:
    with client() as door:
        door.get("/search", params={"q": QUESTION})
        door.get(f"/runbooks/{POSTGRES}")
        door.get("/no/such/thing")
        door.post("/alerts", json=WEBHOOK)
        text = door.get("/metrics")
    assert text.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in (
        'fmkb_http_requests_total{method="GET",route="/search",status="200"} 1.0',
        'fmkb_http_requests_total{method="GET",route="/runbooks/{id:path}",status="200"} 1.0',
        'fmkb_http_requests_total{method="GET",route="other",status="404"} 1.0',
        'fmkb_search_verdicts_total{verdict="match"} 1.0',
        'fmkb_alerts_total{verdict="none"} 2.0',
        'fmkb_http_request_seconds_count{route="/alerts"} 1.0',
        f"fmkb_runbooks {len(list((ROOT / 'runbooks').glob('*/*.md')))}",
    ):
        assert line in text.text.splitlines()


def test_every_answer_forbids_a_browser_what_it_does_not_need(door: TestClient) -> None:
    for answer in (door.get("/runbooks"), door.get("/no/such/thing")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_an_answer_that_takes_too_long_is_an_answer_too(tmp_path: Path) -> None:
    (tmp_path / "sun.md").write_text(PAGE.format(title="Sun", word="sun"), encoding="utf-8")
    with client(tmp_path, seconds=0.0) as door:
        search = door.get("/search?q=sun")
        assert (search.status_code, search.headers["retry-after"]) == (503, "1")
        assert "not done within 0 seconds" in _problem(search)
        check = door.post("/validate", json={"text": "# x\n"})
        assert (check.status_code, "the text was not checked" in _problem(check)) == (503, True)
