"""Hostile files that are no documents: what commands read beside runbooks, one kind of small text repeated.

Questions, rule files of alerts, configurations and the files that they name, labelled questions, declarations of labs.
"""

import json

from benchmarks.hostile.makers import Make

__all__ = ["ALERTS", "BASELINES", "CONFIGURATIONS", "LABELLED", "LABS", "QUESTIONS", "SCHEMAS"]


def _words(size: int) -> str:
    return ", ".join(f'"a{n}"' for n in range(size // 9))


def _of_title(rule: dict[str, object]) -> str:
    return json.dumps({"properties": {"title": rule}})


QUESTIONS: dict[str, Make] = {
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
ALERTS: dict[str, Make] = {
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
    "alerts-labels": lambda size: (
        f"{_RULE}  - alert: A\n    expr: up\n    labels:\n" + "".join(f"      a{n}: b\n" for n in range(size // 16))
    ),
    "alerts-annotations": lambda size: (
        f"{_RULE}  - alert: A\n    expr: up\n    annotations:\n"
        + "".join(f"      runbook_url: https://example.org/{n}\n" for n in range(size // 45))
    ),
    "alerts-template-each": lambda size: _RULE + "  - alert: A{{ $labels.a }}\n    expr: up\n" * (size // 45),
    "alerts-helm": lambda size: _RULE + "{{- if .Values.a }}\n" * (size // 20),
    "alerts-helm-comments": lambda size: _RULE + "{{/*" * (size // 4),
    "alerts-helm-ends": lambda size: _RULE + "{{" + "/*" * (size // 2),
    "alerts-helm-backticks": lambda size: _RULE + "{{`" * (size // 3),
    "alerts-helm-blanks": lambda size: _RULE + "{{-" + " " * size,
    "alerts-helm-braces": lambda size: _RULE + "{{a}" * (size // 4) + ": [",
    "alerts-within": lambda size: "data:\n" + "".join(f"  a{n}: 'alert: b'\n" for n in range(size // 24)),
    "alerts-within-block": lambda size: (
        "data:\n  a: |\n    groups:\n    - rules:\n" + "      - alert: A\n        expr: up\n" * (size // 38)
    ),
    "alerts-within-words": lambda size: "a: '" + "alert: " * (size // 7) + "'",
    "alerts-aliases": lambda size: "a: &a {alert: A, expr: up}\nb:\n" + "- *a\n" * (size // 5),
    "alerts-alias-groups": lambda _: (
        "a: &a0\n- {alert: A, expr: up}\n"
        + "".join(f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    ),
    "alerts-merge": lambda size: "a: &a {expr: up}\ngroups:\n- rules:\n" + "  - {<<: *a, alert: A}\n" * (size // 24),
    "alerts-url": lambda size: (
        f"{_RULE}  - alert: A\n    expr: up\n    annotations: {{runbook_url: 'https://{'a/' * (size // 2)}'}}\n"
    ),
    "alerts-urls": lambda size: (
        _RULE
        + "".join(
            f"  - alert: A{n}\n    expr: up\n    annotations: {{runbook_url: 'https://example.org/a{n}'}}\n"
            for n in range(size // 85)
        )
    ),
    "alerts-flow": lambda size: "[" * 90 + "a, " * (size // 3),
    "alerts-scalars": lambda size: "- a\n" * (size // 4),
    "alerts-scalars-flow": lambda size: "[" + "a," * (size // 2) + "]",
    "alerts-pairs": lambda size: "[" + "a: b," * (size // 5) + "]",
    "alerts-empty-maps": lambda size: "[" + "{}," * (size // 3) + "]",
    "alerts-quotes": lambda size: "a: '" + "''" * (size // 2),
    "alerts-comments": lambda size: "#\n" * (size // 2),
    "alerts-tags": lambda size: "a: " + "!a " * (size // 3),
    "alerts-grafana": lambda size: (
        "groups:\n- rules:\n" + "  - {title: A, data: [], condition: a, uid: b}\n" * (size // 48)
    ),
}
"""Rule files of Prometheus."""
CONFIGURATIONS: dict[str, Make] = {
    "configuration-dots": lambda size: "a." * (size // 2) + "a = 1\n",
    "configuration-nested": lambda size: "a = " + "[" * size,
    "configuration-tables": lambda size: "".join(f"[a{n}]\n" for n in range(size // 8)),
    "configuration-excludes": lambda size: "exclude = [" + ", ".join(['"*a*a*a*a*a*a*b"'] * (size // 18)) + "]\n",
    "configuration-stars": lambda size: f'exclude = ["{"*a" * (size // 2)}b"]\n',
    "configuration-quotes": lambda size: "a = '" + '"' * size,
    "configuration-quoted-dots": lambda size: '"\\""' + '."a"' * (size // 4) + " = 1\n",
    "configuration-header": lambda size: 'x = """\n[' + "a." * (size // 2) + 'a]\n"""\n',
    "configuration-headers": lambda size: 'x = """\n' + ("[" + "a." * 400 + "a]\n") * (size // 804) + '"""\n',
    "configuration-select": lambda size: "select = [" + ", ".join(['"RB3"'] * (size // 7)) + "]\n",
    "configuration-unknown-rules": lambda size: f'select = ["{"a" * size}"]\n',
    "configuration-unknown-key": lambda size: "a" * size + " = 1\n",
    "configuration-levels": lambda size: "[levels]\n" + "".join(f'a{n} = "error"\n' for n in range(size // 20)),
    "configuration-aliases": lambda size: (
        "[sections.aliases]\n" + "".join(f'"a{n}" = "Steps"\n' for n in range(size // 18))
    ),
    "configuration-required": lambda size: f"[sections]\nrequired = [{_words(size)}]\n",
    "configuration-vocabulary": lambda size: f"[vocabulary]\ntags = [{_words(size)}]\n",
    "configuration-languages": lambda size: f"[vocabulary]\nlanguages = [{_words(size)}]\n",
    "configuration-hosts": lambda size: "[vocabulary]\nhosts = [" + ", ".join(['"*.a*a*a*a*b"'] * (size // 15)) + "]\n",
    "configuration-technologies": lambda size: f'[vocabulary]\ntechnologies = ["{"a" * size}"]\n',
    "configuration-exclude-tables": lambda size: '[[exclude]]\nreason = "a"\npaths = ["b"]\n' * (size // 41),
    "configuration-exclude-paths": lambda size: (
        '[[exclude]]\nreason = "a"\npaths = [' + ", ".join(['"**/*a*a*a*b"'] * (size // 14)) + "]\n"
    ),
    "configuration-exclude-ids": lambda size: f'[[exclude]]\nreason = "a"\nids = [{_words(size)}]\n',
    "configuration-exclude-stars": lambda size: f'[[exclude]]\nreason = "a"\npaths = ["{"**/" * (size // 3)}b"]\n',
    "configuration-retired": lambda size: f"retired-ids = [{_words(size)}]\n",
    "configuration-digits": lambda size: "[limits]\nstale-months = " + "9" * size + "\n",
    "configuration-float": lambda size: "[limits]\nweight-tolerance = 1." + "9" * size + "\n",
    "configuration-array": lambda size: "a = [" + "1," * (size // 2) + "]\n",
    "configuration-arrays": lambda size: "a = [" + "[]," * (size // 3) + "]\n",
    "configuration-inline": lambda size: "a = [" + "{a=1}," * (size // 6) + "]\n",
    "configuration-comments": lambda size: "#\n" * (size // 2),
    "configuration-array-tables": lambda size: "[[a]]\n" * (size // 6),
    "configuration-dates": lambda size: "a = [" + "2026-01-01," * (size // 11) + "]\n",
}
"""Configurations of the check."""
LABELLED: dict[str, Make] = {
    "observations": lambda size: json.dumps([{"text": f"redis {n}"} for n in range(size // 26)]),
    "labelled-nested": lambda size: "{" + '"a":[' * (size // 5),
    "labelled-brackets": lambda size: '{"a":' + "[" * size,
    "labelled-digits": lambda size: '{"id": ' + "9" * size + "}",
    "labelled-tabs": lambda size: "a\tb" * (size // 3),
    "labelled-word": lambda size: json.dumps({"id": "a", "text": "a" * (size - 30)}),
    "labelled-expected": lambda size: json.dumps(
        {"id": "a", "text": "b", "expected": [f"a{n}" for n in range(size // 12)]}
    ),
    "labelled-lines": lambda size: "\n" * size,
    "labelled-equal": lambda size: '{"id": "a", "text": "b"}\n' * (size // 26),
}
"""Sets of labelled questions."""
BASELINES: dict[str, Make] = {
    "baseline-nested": lambda size: "[" * size,
    "baseline-lists": lambda size: '{"version": 1, "findings": [' + ",".join(["[]"] * (size // 3)) + "]}",
    "baseline-objects": lambda size: '{"version": 1, "findings": [' + ",".join(["{}"] * (size // 3)) + "]}",
    "baseline-rows": lambda size: json.dumps(
        {
            "version": 1,
            "findings": [
                {"path": f"a{n}.md", "code": "RB301", "fingerprint": f"{n:016x}", "count": 1} for n in range(size // 85)
            ],
        }
    ),
    "baseline-lines": lambda size: '{"version": 1, "findings": [\n' + '"fingerprint"\n' * (size // 14),
    "baseline-keys": lambda size: "{" + ",".join(f'"{n}":0' for n in range(size // 10)) + "}",
    "baseline-count": lambda size: (
        '{"version": 1, "findings": [{"path": "a", "code": "b", "fingerprint": "c", "count": ' + "9" * size + "}]}"
    ),
}
"""Baselines that a configuration names."""
SCHEMAS: dict[str, Make] = {
    "schema-nested": lambda size: '{"not":' * (size // 8) + "{}" + "}" * (size // 8),
    "schema-brackets": lambda size: "[" * size,
    "schema-anyof": lambda size: json.dumps({"anyOf": [{"required": [f"a{n}"]} for n in range(size // 26)]}),
    "schema-references": lambda _: json.dumps(
        {
            "$ref": "#/$defs/a0",
            "$defs": {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 9} for n in range(30)} | {"a30": {}},
        }
    ),
    "schema-pattern": lambda size: _of_title({"pattern": "(a|" * (size // 4) + ")" * (size // 4)}),
    "schema-pattern-counts": lambda _: _of_title({"pattern": "((a{100}){100}){100}"}),
    "schema-patterns": lambda size: json.dumps({"patternProperties": {f"^a{n}.*b{n}$": {} for n in range(size // 26)}}),
    "schema-enum": lambda size: _of_title({"enum": [f"a{n}" for n in range(size // 12)]}),
    "schema-properties": lambda size: json.dumps(
        {"properties": {f"a{n}": {"type": "string"} for n in range(size // 34)}}
    ),
    "schema-unevaluated": lambda size: json.dumps(
        {"allOf": [{"properties": {f"a{n}": {}}} for n in range(size // 38)], "unevaluatedProperties": False}
    ),
    "schema-unique": lambda size: json.dumps({"uniqueItems": True, "const": [{"a": n} for n in range(size // 14)]}),
    "schema-conditions": lambda size: '{"if":{},"then":' * (size // 17) + "{}" + "}" * (size // 17),
}
"""An organisation's schemas that a configuration names."""
LABS: dict[str, Make] = {
    "lab-nested": lambda size: "lab: " + "[" * min(size, 60_000),
    "lab-cases": lambda size: "lab: 1\nrunbook: a\ncases:\n" + "- {}\n" * (min(size, 63_000) // 5),
    "lab-images": lambda size: "lab: 1\nimages: [" + "a, " * (min(size, 63_000) // 3) + "b]\n",
    "lab-packages": lambda size: "lab: 1\npackages: ['" + "*a" * (min(size, 63_000) // 2) + "']\n",
    "lab-keys": lambda size: "".join(f"a{n}: b\n" for n in range(min(size, 63_000) // 10)),
    "lab-values": lambda size: "lab: 1\nvalues:\n" + "".join(f"  a{n}: b\n" for n in range(min(size, 63_000) // 12)),
    "lab-long": lambda size: "lab: 1\nsetup: " + "a " * (size // 2 - 10),
    "lab-bomb": lambda _: (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))
    ),
    "lab-skipped": lambda size: "lab: 1\nskipped:\n" + "- {part: quick-fix, reason: x}\n" * (min(size, 63_000) // 31),
}
"""Declarations of labs."""
