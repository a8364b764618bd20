import pytest

from faultmaven_kb.labs.declarations.repairing import changing_words, repairing_words
from faultmaven_kb.labs.proving.harm import HARM_KINDS, destruction, harms

ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
EVERY = "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"


@pytest.mark.parametrize(
    ("command", "kind", "changed"),
    [
        (
            f"psql -c \"{ENDED} WHERE state = 'idle' ORDER BY 1;\"",
            "where",
            f'psql -c "{ENDED} {EVERY}ORDER BY 1;"',
        ),
        (
            "psql -c \"DELETE FROM a WHERE note = 'x;)' AND b IN (1, 2); SELECT 1\"",
            "where",
            'psql -c "DELETE FROM a ; SELECT 1"',
        ),
        ("mysql -e 'UPDATE a SET b = 1 WHERE id = 7'", "where", "mysql -e 'UPDATE a SET b = 1 '"),
        ("psql <<'END'\nDELETE FROM a WHERE b = 'c';\nEND", "where", "psql <<'END'\nDELETE FROM a ;\nEND"),
        ("redis-cli --scan --pattern '<prefix>*' | wc -l", "where", "redis-cli --scan --pattern '*' | wc -l"),
        ("redis-cli CLIENT KILL ID '<client-id>'", "where", "redis-cli CLIENT KILL TYPE normal"),
        ("sudo docker image prune -af --filter until=168h", "where", "sudo docker image prune -af"),
        (
            'kubectl set image deployment/"<deployment-name>" -n "<namespace>" "<container-name>"="<image>"',
            "where",
            'kubectl set image deployment --all -n "<namespace>" "<container-name>"="<image>"',
        ),
        (
            'kubectl rollout restart deployment/"<deployment-name>" -n "<namespace>"',
            "where",
            'kubectl rollout restart deployment -n "<namespace>"',
        ),
        ('kubectl delete pod "<pod-name>" -n "<namespace>"', "where", 'kubectl delete pod --all -n "<namespace>"'),
        ("sudo docker restart '<container>'", "where", "sudo docker restart $(sudo docker ps -q)"),
        (
            "sudo docker update --memory '<limit>' '<container>'",
            "where",
            "sudo docker update --memory '<limit>' $(sudo docker ps -aq)",
        ),
        ("rabbitmqctl set_policy '<name>' '^a$' '{}'", "where", "rabbitmqctl set_policy '<name>' '.*' '{}'"),
        ("echo a | sudo tee -a /etc/b", "delete", "echo a | sudo tee /etc/b"),
        ('sudo find "<dir>" -xdev -type f -mtime +7 -delete', "where", 'sudo find "<dir>" -xdev -type f -delete'),
        ("sudo nft delete rule inet filter input handle 7", "flush", "sudo nft flush ruleset"),
        ("sudo iptables -D INPUT 3 && echo done", "flush", "sudo iptables -F&& echo done"),
        ("sudo chmod 640 /etc/a", "widen", "sudo chmod a+rwX /etc/a"),
        ("sudo chmod -R u=rw,g=r /etc/a", "widen", "sudo chmod -R a+rwX,g=r /etc/a"),
        ("sudo chown -R redis:redis /var/lib/redis", "widen", "sudo chmod -R a+rwX /var/lib/redis"),
        ("sudo install -m 600 a b", "widen", "sudo install -m 0777 a b"),
        ("sudo tee f <<'E'\nlisten.mode = 0660\nE", "widen", "sudo tee f <<'E'\nlisten.mode = 0666\nE"),
        ("redis-cli -e CONFIG SET a 1 && redis-cli -e CONFIG REWRITE", "forget", "redis-cli -e CONFIG SET a 1"),
        ("redis-cli CONFIG REWRITE", "forget", None),
        ("sudo systemctl enable --now redis-server", "forget", "sudo systemctl start redis-server"),
        ("sudo systemctl enable redis-server", "forget", None),
        ("mysql -e 'SET PERSIST max_connections = 200'", "forget", "mysql -e 'SET GLOBAL max_connections = 200'"),
        ("sh -c 'tail -c 10M a > b && truncate -s 0 a'", "unsaved", "sh -c 'truncate -s 0 a'"),
        ("sudo cp -a a b/ && sudo cmp a b && sudo rm a", "unsaved", "sudo cmp a b && sudo rm a"),
        ('redis-cli --rdb "$HOME/before.rdb"', "unsaved", None),
        ("sudo truncate -s 0 /var/log/a", "delete", "sudo rm -f /var/log/a"),
        ("sudo sh -c ': > /var/log/a'", "delete", "sudo sh -c 'rm -f /var/log/a'"),
        ("redis-cli LTRIM '<key>' 0 999", "delete", "redis-cli DEL '<key>'"),
        ("sudo rabbitmqctl purge_queue jobs", "delete", "sudo rabbitmqctl delete_queue jobs"),
    ],
)
def test_a_command_has_the_harmful_change_of_a_careless_hand(command: str, kind: str, changed: str | None) -> None:
    assert (kind, changed) in [(each.kind, each.text) for each in harms(command)]
    assert kind in HARM_KINDS


@pytest.mark.parametrize(
    "command",
    [
        "redis-cli INFO memory",
        "psql -c 'SELECT count(*) FROM a WHERE b = 1'",
        "sudo systemctl restart redis-server",
        "ls -l /etc/a > /tmp/list",
        "sudo nft -a list ruleset",
    ],
)
def test_a_command_that_only_looks_has_none(command: str) -> None:
    assert harms(command) == ()


def test_what_a_server_holds_is_destroyed_before_the_command() -> None:
    found = destruction("redis-cli CONFIG SET maxmemory 100mb")
    assert found and found.text == "redis-cli FLUSHALL > /dev/null\nredis-cli CONFIG SET maxmemory 100mb"
    containers = destruction("sudo docker restart web")
    assert (
        containers
        and containers.text
        and "docker rm --force" in containers.text
        and "docker volume rm" in containers.text
    )
    assert destruction("ls") is None


@pytest.mark.parametrize(
    ("script", "changing", "repairing"),
    [
        ("curl -s http://127.0.0.1/", "", ""),
        ("systemctl is-active redis-server", "", ""),
        ("systemctl stop orders; systemd-run --unit=orders-small sleep 60", "", ""),
        ("systemctl -q restart redis-server", "systemctl -q restart", "systemctl -q restart"),
        ("redis-cli CONFIG SET save ''", "CONFIG SET", "CONFIG SET"),
        ("rm -f /var/tmp/probe", "", "rm"),
        ("nft delete rule inet filter input handle 3", "", "nft delete"),
        ("psql -c 'CREATE INDEX i ON t (c)'", "", "CREATE"),
    ],
)
def test_a_script_that_repairs_gives_itself_away(script: str, changing: str, repairing: str) -> None:
    assert (changing_words(script), repairing_words(script)) == (changing, repairing)
