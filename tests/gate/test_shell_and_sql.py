"""Shell and SQL as runbooks hold them: what parses, what is masked, and that no text breaks the parsers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faultmaven_kb.fences import data_syntax, languages
from faultmaven_kb.fences.placeholders import mask_placeholders
from faultmaven_kb.fences.shell import commands_only, parse
from faultmaven_kb.fences.sql import error_in, statements_in
from faultmaven_kb.gate.hazards.credentials import is_example

SHELL = (
    "[...]",
    "[output omitted]",
    "...",
    "kubectl get pods [-n <namespace>]",
    "kubectl logs <pod> [--previous]",
    "systemctl {start|stop} x",
    "function foo {\n  ls\n}",
    'a=(x y)\necho "${a[@]}"',
    "declare -A m=([a]=1 [b]=2)",
    "[[ $x == *.log && ! -f y ]] || exit 1",
    'printf \'%s\\n\' "${x//a/b}" "${x:-def}" "${x%%.*}" "${#x}"',
    "for ((i=0; i<3; i++)); do echo $i; done",
    "until curl -sf localhost; do sleep 1; done",
    "trap 'rm -f x' EXIT",
    "exec 3<>/dev/tcp/example.com/80",
    'timeout 3 bash -c "</dev/tcp/<host>/<port>" && echo open',
    "time ( ls; df )",
    "{ ls; df; } 2>&1 | tee x",
    "kubectl get po -o go-template='{{range .items}}{{.metadata.name}}{{\"\\n\"}}{{end}}'",
    "cmd |& tee x",
    "cmd &> file",
    "cmd >| file",
    "x=$(<file)",
    "echo $'a\\nb'",
    "a && { b; c; } || d",
    'echo "$(ls "$(dirname "$0")")"',
    "echo `date`",
    "cat <<-EOF\n\thi $(date)\n\tEOF",
    'cat <<"EOF" | kubectl apply -f -\na: {b\nEOF',
    "kubectl get pods --field-selector=status.phase!=Running",
    'kubectl get pods -l "app in (a,b)"',
    "jq -r '.items[] | select(.status.phase==\"Running\") | .metadata.name'",
    "awk -F: '$3 > 1000 {print $1}' /etc/passwd",
    "find . \\( -name a -o -name b \\) -print",
    "echo {1..5} {a,b}",
    "ls *.{log,txt}",
    "test -f x && echo y || echo n",
    "a=1 b=2 cmd",
    "ps aux | grep [r]edis",
    "watch -n 1 'kubectl get pods'",
    'psql -c "\n  SELECT 1\n  FROM x\n"',
    'for f in *; do\n  case $f in\n    *.gz) zcat "$f" ;;\n    *) cat "$f" ;;\n  esac\ndone',
    'if ! grep -q x y; then\n  echo\nelif [ "$a" -gt 5 ]; then\n  :\nelse\n  :\nfi',
    'while IFS= read -r l; do echo "$l"; done < <(ls)',
    "echo $((16#ff)) $(( a ? b : c ))",
    "((count++))",
    "let x=5+3",
    'curl "https://x.example.com/?a=1&b=2"',
    "curl https://x.example.com/?a=1&b=2",
    "ssh h <<'EOF'\nls\nEOF",
    "kill %1",
    "echo !!",
    'openssl x509 -in <(echo "$c")',
    "sudo tee /etc/x > /dev/null <<EOF\na\nEOF",
    'echo "a" \\\n  | grep b \\\n  | wc -l',
    "cmd 2>/dev/null \\\n  # comment\n",
    "# only comment",
    "",
    "   ",
    'echo "unterminated in comment" # don\'t',
    'grep -E "^(a|b)$" x',
    "sed -n '/a/,/b/p' x",
    'echo "\\"quoted\\""',
    "mongo --eval 'db.x.find({a: {$gt: 1}})'",
    'kubectl patch x -p "{\\"a\\": 1}"',
    "export PATH=$PATH:/x",
    "set -euo pipefail",
    "local x=1",
    "readonly Y=2",
    '[ "$a" = "b" -o -z "$c" ]',
    '[[ "$a" =~ ^[0-9]+$ ]]',
    "coproc ls",
    "select x in a b; do break; done",
    'printf "%s" "a" >&2',
    "exec > >(tee log) 2>&1",
    "a() { ls; }; a",
    "kubectl exec -it <pod> -c <container> -- /bin/sh -c 'ls | wc -l'",
    "echo ${!x} ${x^^} ${x,,} ${x@Q}",
    "if (( x > 1 )); then ls; fi",
    'docker run -v "$(pwd)":/x alpine',
    'echo "${x:?must be set}"',
    "x+=1",
    "echo *",
    "cd ~ && ls -- -x",
    './run.sh --opt="a b"',
    'tar czf - x | ssh h "cat > y"',
    "grep -P '(?<=a)b' x",
    "redis-cli EVAL \"return redis.call('get', KEYS[1])\" 1 k",
    "kubectl get pods -o custom-columns=NAME:.metadata.name,IP:.status.podIP",
    "for i in {1..3}; do ls; done",
    "ip -br a; ss -tlnp | awk 'NR>1 {print $4}'",
    "journalctl _PID=1",
    "echo 1 2>&1 1>/dev/null",
    "~/bin/x",
    "while :; do date; sleep 5; done",
    'echo "a;b|c&d"',
    "cat > /tmp/x <<EOF && ls\na\nEOF",
    'test "$(id -u)" -eq 0',
    "kubectl config set-context --current --namespace=<ns>",
    "cp /etc/x{,.bak}",
    "echo ok; # done",
)

SQL = (
    ("postgresql", "SELECT * FROM pg_locks l JOIN pg_class c ON l.relation = c.oid WHERE NOT l.granted;"),
    ("postgresql", "SELECT now() - pg_last_xact_replay_timestamp() AS lag;"),
    (
        "postgresql",
        "SELECT pg_size_pretty(pg_total_relation_size(relid)) FROM pg_statio_user_tables ORDER BY 1 DESC LIMIT 10;",
    ),
    ("postgresql", "SELECT datname, age(datfrozenxid) FROM pg_database ORDER BY 2 DESC;"),
    ("postgresql", "SELECT slot_name, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) FROM pg_replication_slots;"),
    ("postgresql", "SELECT * FROM pg_settings WHERE name ~ '^max_' OR name LIKE '%mem%';"),
    ("postgresql", "SELECT (regexp_matches(version(), 'PostgreSQL (\\d+)'))[1];"),
    ("postgresql", "SELECT array_to_string(ARRAY[1,2], ',');"),
    (
        "postgresql",
        "SELECT left(query, 50) FROM t WHERE a IS DISTINCT FROM 'Client' AND b < now() - interval '5 minutes';",
    ),
    ("postgresql", "WITH x AS MATERIALIZED (SELECT 1) SELECT * FROM x;"),
    ("postgresql", "SELECT extract(epoch FROM now() - query_start)::int AS s FROM pg_stat_activity;"),
    ("postgresql", "SELECT count(*), state FROM pg_stat_activity GROUP BY ROLLUP (state);"),
    ("postgresql", "SELECT x FROM t FOR UPDATE SKIP LOCKED;"),
    ("postgresql", "SELECT setting::int * 8 / 1024 FROM pg_settings WHERE name = 'shared_buffers';"),
    ("postgresql", "DELETE FROM t USING u WHERE t.id = u.id RETURNING *;"),
    ("postgresql", "UPDATE t SET a = b.x FROM b WHERE b.id = t.id;"),
    ("postgresql", "INSERT INTO t SELECT * FROM u;"),
    ("postgresql", "SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, b DESC;"),
    ("postgresql", "SELECT jsonb_pretty(x->'a'->>'b'), x #>> '{a,b}', x @> '{\"a\":1}' FROM t;"),
    ("postgresql", "SELECT E'a\\'b', U&'d\\0061t';"),
    ("postgresql", "SELECT format('DROP INDEX %I;', indexrelid::regclass) FROM pg_index WHERE NOT indisvalid;"),
    ("postgresql", "SELECT * FROM generate_series(1, 10) AS g(i) CROSS JOIN LATERAL (VALUES (1), (2)) v(x);"),
    ("postgresql", 'SELECT a COLLATE "C" FROM t;'),
    ("postgresql", "SELECT txid_current(), clock_timestamp() AT TIME ZONE 'UTC';"),
    ("postgresql", "SELECT pg_stat_get_backend_pid(s.id) FROM (SELECT pg_stat_get_backend_idset() AS id) AS s;"),
    ("postgresql", "SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY x) OVER () FROM t;"),
    ("postgresql", "SELECT name, setting FROM pg_settings WHERE name IN ('a','b') \\g"),
    ("postgresql", "SELECT <column> FROM <schema>.<table> WHERE id = <id>;"),
    ("postgresql", "SELECT current_setting('max_connections')::int - count(*) FROM pg_stat_activity"),
    ("postgresql", "SELECT 1 \\watch 5"),
    ("postgresql", "SELECT * FROM t WHERE x = ANY(ARRAY['a']) AND y BETWEEN SYMMETRIC 1 AND 2;"),
    (
        "postgresql",
        "SELECT sum(x) OVER w FROM t WINDOW w AS (PARTITION BY y ORDER BY z ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);",
    ),
    ("postgresql", "SELECT * FROM ROWS FROM (generate_series(1,2), generate_series(1,3)) AS t;"),
    ("postgresql", "SELECT x.* FROM dblink('a', 'b') AS x(a int, b text);"),
    ("postgresql", "SELECT pg_stat_statements_reset();"),
    ("postgresql", "SELECT pg_promote(wait => true);"),
    ("postgresql", "SELECT (now() - state_change) > '5 min'::interval FROM pg_stat_activity;"),
    ("mysql", "SELECT * FROM information_schema.innodb_trx\\G"),
    ("mysql", "SELECT user, host, COUNT(*) FROM information_schema.processlist GROUP BY user, host;"),
    (
        "mysql",
        "SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist WHERE command = 'Sleep' AND time > 300;",
    ),
    (
        "mysql",
        "SELECT * FROM performance_schema.events_statements_summary_by_digest ORDER BY SUM_TIMER_WAIT DESC LIMIT 5;",
    ),
    ("mysql", "SELECT @@global.read_only, @@hostname;"),
    ("mysql", "UPDATE t SET a=1 WHERE b=2 LIMIT 10;"),
    ("mysql", "DELETE FROM t ORDER BY x LIMIT 100;"),
    ("mysql", "INSERT IGNORE INTO t VALUES (1);"),
    ("mysql", "REPLACE INTO t VALUES (1);"),
    ("mysql", "SELECT SQL_NO_CACHE * FROM t USE INDEX (i) WHERE a = 1 LIMIT 5, 10;"),
    ("mysql", "SELECT `a`.`b` FROM `c`;"),
    ("mysql", "SELECT * FROM t WHERE a REGEXP '^x' AND b <=> NULL;"),
    (
        "mysql",
        "SELECT ROUND((a + b)/1024/1024) AS mb FROM information_schema.TABLES WHERE c = DATABASE();",
    ),
    ("mysql", "SELECT DATE_SUB(NOW(), INTERVAL 5 MINUTE), TIMESTAMPDIFF(SECOND, a, b) FROM t;"),
    ("mysql", "SELECT JSON_EXTRACT(x, '$.a'), x->>'$.b' FROM t;"),
    ("oracle", "SELECT sid, serial# FROM v$session WHERE status = 'ACTIVE';"),
    ("oracle", "SELECT * FROM dual CONNECT BY LEVEL <= 5;"),
    ("oracle", "SELECT * FROM t WHERE ROWNUM <= 10;"),
    ("mssql", "SELECT TOP 10 * FROM sys.dm_exec_requests WITH (NOLOCK);"),
    ("mssql", "SELECT [name] FROM sys.databases WHERE [state] <> 0;"),
    ("mssql", "SELECT * FROM t CROSS APPLY sys.dm_exec_sql_text(sql_handle) AS x;"),
    ("clickhouse", "SELECT query, elapsed FROM system.processes FORMAT Vertical"),
    ("clickhouse", "SELECT * FROM t FINAL PREWHERE a = 1 LIMIT 1 BY b;"),
    ("cassandra", "SELECT * FROM system.peers;"),
    ("cassandra", "SELECT token(id) FROM t WHERE a = 1 ALLOW FILTERING;"),
    ("elasticsearch", 'SELECT * FROM "logs-*" WHERE @timestamp > NOW()'),
    ("", "SELECT * FROM t WHERE a = ? AND b = %s AND c = %(x)s AND d = @p AND e = ${v};"),
)

PLACEHOLDERS = (
    "<pod-name>",
    "<your password>",
    "<namespace, as shown by step 1>",
    "<file.yaml>",
    "<a|b>",
    "<...>",
    "{{name}}",
    "{{ .Values.name }}",
)
TEXT = st.text(alphabet=st.sampled_from("ab <>|&;\"'`$(){}[]\\\n#-–é🔍=\t"), max_size=60)


@pytest.mark.parametrize("code", SHELL)
def test_what_a_shell_takes_is_no_error(code: str) -> None:
    assert parse(code).error is None


@pytest.mark.parametrize(("technology", "query"), SQL)
def test_what_a_server_takes_is_no_error(technology: str, query: str) -> None:
    assert [error for statement in statements_in(query) if (error := error_in(statement, technology))] == []


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_a_placeholder_is_a_word_of_the_same_length(placeholder: str) -> None:
    masked = mask_placeholders(f"cmd -n {placeholder} | head")
    assert masked == f"cmd -n {'x' * len(placeholder)} | head"


@pytest.mark.parametrize("code", ["sort <in >out", "cat <<EOF >f", "cat <<<word>x", "cmd <file 2>&1", "a < b > c"])
def test_redirections_are_no_placeholders(code: str) -> None:
    assert mask_placeholders(code) == code


@given(TEXT)
@settings(max_examples=60)
def test_masking_keeps_every_index(text: str) -> None:
    assert len(mask_placeholders(text)) == len(text)
    assert len(commands_only(text)) == len(text)


@given(TEXT)
@settings(max_examples=60)
def test_no_text_breaks_the_parsers_and_places_lie_inside(text: str) -> None:
    script = parse(text)
    assert script.error is None or 0 <= script.error <= len(text)
    assert all(0 <= word.start <= word.end <= len(text) for command in script.commands for word in command.words)
    for statement in statements_in(text):
        assert 0 <= statement.start <= statement.start + len(statement.bare) <= len(text)
        error_in(statement, "postgresql")
    for language in data_syntax.LANGUAGES:
        error = data_syntax.error_in(text, language)
        assert error is None or 0 <= error[1] <= len(text)
    languages.guess(text)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("sudo -u postgres env A=1 timeout 5 psql -l", ["sudo", "env", "timeout", "psql"]),
        ("ssh host 'df -h; rm x'", ["ssh", "df", "rm"]),
        ("docker exec -u root db redis-cli PING", ["docker", "redis-cli"]),
        ("bash <<EOF\nrm x\nEOF", ["bash", "rm"]),
        ("psql <<< 'SELECT 1'", ["psql"]),
        ("find . -exec rm {} +", ["find", "rm"]),
        ("echo $(hostname) | tee x", ["echo", "hostname", "tee"]),
    ],
)
def test_commands_are_seen_through_their_wrappers(code: str, names: list[str]) -> None:
    assert sorted(command.name for command in parse(code).commands) == sorted(names)


@pytest.mark.parametrize(
    "value",
    "<password> $PASSWORD ${DB_PASS} **** xxxx changeme password your-password YOUR_TOKEN REDACTED %s /run/x".split(),
)
def test_an_obvious_example_is_no_credential(value: str) -> None:
    assert is_example(value)


@pytest.mark.parametrize(
    "value", ["Sw0rdfish9", "correct-horse-battery", "password1X!", "changeme-2024-prod", "hunter2"]
)
def test_a_value_that_only_contains_an_example_is_judged_as_a_whole(value: str) -> None:
    assert not is_example(value)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("kubectl get pods", "bash"),
        ("# only a comment", ""),
        ("#!/bin/sh", "bash"),
        ("for i in 1 2; do ls; done", "bash"),
        ("select 1 from x;", "sql"),
        ("Select your favourite pod", ""),
        ("[mysqld]\nx = 1", "ini"),
        ("from os import path\nprint(path)", "python"),
        ("---\na: 1", "yaml"),
        ("[1, 2]", "json"),
        ("Error: connection refused", ""),
        ("", ""),
    ],
)
def test_a_language_is_guessed_only_without_a_doubt(code: str, language: str) -> None:
    assert languages.guess(code) == language


def test_broken_toml_and_yaml_are_shown_in_their_line() -> None:
    found = data_syntax.error_in("a = 1\nb = = 2\n", "toml")
    assert found is not None
    assert found[1] == 10
    found = data_syntax.error_in("a: 1\nb: \x07\n", "yaml")
    assert found is not None
