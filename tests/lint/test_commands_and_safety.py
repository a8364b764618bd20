"""Commands and safety, case by case: what must be found in a code block, and what only looks like it.

A new case is one line in a table: the language and the code. The blocks stand in a solution without any warning.
"""

import pytest

from tests.lint.snippets import check, codes, with_block

FINE: tuple[tuple[str, str], ...] = (
    ("bash", "kubectl get pod <pod-name> -n <namespace> -o jsonpath='{.status.phase}'"),
    ("bash", "kubectl exec -it <pod> -- redis-cli -h <redis host, without port> INFO"),
    ("bash", "curl -s http://<host>:<port>/health | jq '.status'"),
    ("bash", "curl -fsSL https://example.com/x.json | python3 -m json.tool"),
    ("bash", "kubectl logs <pod> --since=<duration, e.g. 10m>"),
    ("bash", 'for pod in $(kubectl get pods -o name); do\n  kubectl describe "$pod" | grep -A5 Events\ndone'),
    ("bash", 'if [[ "$(redis-cli ping)" =~ ^PONG$ ]]; then echo ok; fi'),
    ("bash", 'case "$1" in\n  start) echo a ;;\n  *) echo b ;;\nesac'),
    ("bash", "diff <(kubectl get cm a -o yaml) <(kubectl get cm b -o yaml)"),
    ("bash", "awk '{ if ($5+0 > 90) print $0 }' <(df -h)\nfind /var/log -type f -size +100M -exec ls -lh {} \\;"),
    ("bash", "cat <<'EOF' > /tmp/x.yaml\nkey: \"it's <value>\"\nEOF"),
    ("bash", 'rm -f /tmp/heap.hprof\nrm -rf "$TMPDIR"'),
    ("bash", "kubectl delete pod <pod> --dry-run=client"),
    ("bash", 'kubectl run tmp-shell --rm -it --image=busybox:1.36 --restart=Never -- sh -c "nslookup db"'),
    ("bash", "kubectl run net-check --image=busybox:1.36\nkubectl delete pod net-check"),
    ("bash", 'echo "rm -rf / is dangerous"\ngrep -r "DROP TABLE" /var/log/app.log\n# rm -rf /data'),
    ("bash", "systemctl status redis --no-pager\nsudo systemctl restart redis\nsudo systemctl reload nginx"),
    ("bash", "kill -0 <pid>\nkill -HUP $(pidof nginx)\nkill -USR1 1\nkill -l"),
    ("bash", "docker run --rm alpine ls\ndocker ps --no-trunc\ndocker stats --no-stream"),
    ("bash", "git fetch --prune\ngit push --force-with-lease origin main\ngit reset HEAD~1"),
    ("bash", "psql -c \"SELECT * FROM t WHERE note = 'DROP TABLE x'\""),
    ("bash", "psql -U <user> -d <database> -c \"SELECT pid, state FROM pg_stat_activity WHERE state <> 'idle';\""),
    ("bash", "psql <<SQL\nBEGIN;\nDELETE FROM t WHERE id < 5;\nROLLBACK;\nSQL"),
    ("bash", 'PGPASSWORD="$PGPASSWORD" psql -h db.example.com -c "\\l"'),
    (
        "bash",
        'export TOKEN=$(cat /var/run/secrets/token)\ncurl -H "Authorization: Bearer $TOKEN" https://api.example.com',
    ),
    ("bash", "kubectl create secret generic db --from-literal=password=<password>"),
    ("bash", 'mysql -u root -p -e "SHOW PROCESSLIST;"'),
    ("bash", 'redis-cli -a "$REDIS_PASSWORD" --no-auth-warning INFO'),
    ("bash", "chmod 600 ~/.ssh/id_rsa\nchmod 1777 /tmp\nchmod +x run.sh\nchmod 755 /srv\nchmod u+rwx x"),
    ("bash", "curl -sk https://127.0.0.1:10250/healthz"),
    ("bash", "dig @8.8.8.8 example.com\nping -c 1 1.1.1.1\nip route get 10.0.0.1"),
    ("bash", 'echo "don’t worry – it’s fine"'),
    ("bash", "sysctl -w net.core.somaxconn=1024\nsysctl net.ipv4.ip_forward=1"),
    ("bash", 'test "$a" = "$b" && [ x = y ] && echo same'),
    ("bash", 'ssh <user>@<host> "df -h"'),
    ("bash", "kubectl get events --sort-by=.lastTimestamp | tail -n 20"),
    ("bash", "time kubectl get --raw /healthz; echo $?"),
    ("bash", 'echo "$(date): ok" >> /var/log/check.log 2>&1'),
    (
        "bash",
        "openssl s_client -connect <host>:443 -servername <host> </dev/null 2>/dev/null | openssl x509 -noout -dates",
    ),
    ("bash", 'journalctl -u redis --since "1 hour ago" --no-pager | grep -i "out of memory"'),
    ("bash", "sed -i.bak 's/^maxmemory .*/maxmemory 3gb/' /etc/redis/redis.conf"),
    ("bash", "nginx -t && nginx -s reload"),
    ("bash", "aws ec2 describe-instances --instance-ids <id>\naws rds describe-db-instances"),
    ("bash", "terraform plan -destroy"),
    ("bash", "apt-get -s autoremove\napt list --upgradable"),
    ("bash", "kubectl rollout restart deployment/<name>\nkubectl cordon <node>"),
    ("bash", 'kubectl get secret db-secret -o jsonpath="{.data.password}" | base64 -d'),
    ("bash", 'kubectl patch svc x -p \'{"spec":{"selector":{"app":"x"}}}\''),
    ("bash", 'select_db=$(redis-cli SELECT 1)\nwhile read -r line; do echo "$line"; done < <file>'),
    ("bash", 'tail -n 100 app.log | grep -c "ERROR" || true'),
    ("bash", "kubectl top pods -A --sort-by=memory | head -20 &"),
    ("bash", "strace -p <PID> -e trace=network -f"),
    ("bash", "iptables -L -n -v\niptables-save > rules.v4"),
    ("bash", "ps -eo pid,ppid,cmd,%mem --sort=-%mem | head"),
    ("bash", 'redis-cli --scan --pattern "session:*" | head'),
    ("bash", "redis-cli GET del\nredis-cli MEMORY USAGE <key>"),
    ("bash", "etcdctl endpoint health\netcdctl get /registry --prefix --keys-only"),
    ("bash", "ALTER=1 ./x.sh"),
    ("bash", "helm list -A; helm history <release>"),
    ("bash", "docker image prune --help"),
    ("bash", "version=1.2.3.4; echo nginx/1.25.3.1"),
    ("bash", 'kubectl logs -f <pod> | grep "10.1.2.3"'),
    ("bash", "x=$((1 + 2)); (( x > 2 )) && echo big"),
    ("bash", '[ -n "$(find /x -mtime +1)" ] || exit 0'),
    ("bash", "nc -zv <host> <port> 2>&1 | tee /tmp/out.txt"),
    ("sh", "kubectl get nodes -o wide"),
    ("shell", "kubectl get nodes -o wide"),
    ("console", '$ kubectl get nodes\nNAME   STATUS (x\nnode-1 Ready "\n$ kubectl get po \\\n    -A'),
    ("console", "root@host:~# df -h\nFilesystem it's\nuser@host:/var$ ls"),
    ("console", "$ cat <<EOF\n> it\n> EOF\nit"),
    ("zsh", "for x (a b) echo $x"),
    ("powershell", 'Get-Service | Where-Object {$_.Status -eq "Stopped"}'),
    ("sql", "\\x auto\n\\timing on\nSELECT 1;"),
    (
        "sql",
        (
            "SELECT pid, now() - query_start AS dur FROM pg_stat_activity WHERE state != 'idle' ORDER BY "
            "dur DESC LIMIT 10;"
        ),
    ),
    ("sql", "EXPLAIN (ANALYZE, BUFFERS, FORMAT TEXT)\nSELECT * FROM orders WHERE id = <id>;"),
    (
        "sql",
        (
            "SHOW max_connections;\nSHOW ALL;\nALTER SYSTEM SET work_mem = '64MB';\nSELECT "
            "pg_reload_conf();\nREINDEX INDEX CONCURRENTLY <index>;\nANALYZE VERBOSE t;"
        ),
    ),
    ("sql", "SELECT * FROM pg_stat_replication \\gx"),
    ("sql", "SHOW PROCESSLIST;\nSHOW ENGINE INNODB STATUS\\G\nSELECT @@innodb_buffer_pool_size/1024/1024;"),
    ("sql", "CREATE INDEX CONCURRENTLY IF NOT EXISTS idx ON t USING gin (x jsonb_path_ops) WHERE y IS NOT NULL;"),
    ("sql", "DO $$\nBEGIN\n  PERFORM 1;\nEND $$;"),
    (
        "sql",
        (
            "SELECT relname, n_dead_tup, round(100.0 * n_dead_tup / nullif(n_live_tup + n_dead_tup, 0), 1) "
            "AS pct FROM pg_stat_user_tables;"
        ),
    ),
    ("sql", "SELECT pg_cancel_backend(<pid>);\n-- DROP TABLE x;"),
    ("sql", "SELECT a.*, b.x FROM a LEFT JOIN LATERAL (SELECT x FROM b WHERE b.id = a.id LIMIT 1) b ON true;"),
    ("sql", "INSERT INTO t (a, b) VALUES (1, 'x') ON CONFLICT (a) DO UPDATE SET b = excluded.b;"),
    ("sql", "UPDATE t SET a = 1 WHERE id = $1;"),
    (
        "sql",
        "SELECT count(*) FILTER (WHERE state = 'active') FROM pg_stat_activity WHERE backend_type = 'client backend';",
    ),
    (
        "sql",
        (
            "SELECT unnest(pg_blocking_pids(pid)), query::varchar(60) FROM pg_stat_activity WHERE "
            "cardinality(pg_blocking_pids(pid)) > 0;"
        ),
    ),
    ("sql", "SELECT * FROM information_schema.tables -- all\nWHERE table_schema = 'public'"),
    (
        "yaml",
        (
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: app\n      env:\n        - name: "
            "DB_PASSWORD\n          valueFrom:\n            secretKeyRef:\n              name: "
            "db-secret\n              key: password"
        ),
    ),
    ("yaml", "a: 1\n---\nb: 2\n..."),
    ("yaml", 'resources:\n  limits:\n    memory: "<limit>"\n    cpu: {{ cpu }}\n'),
    ("yaml", "spec:\n  template:\n    ...\n"),
    ("yaml", "key: !Ref Foo\nother: !vault |\n  abc"),
    ("yaml", "replicas: {{ .Values.replicas }}\n{{- if .Values.x }}\nx: 1\n{{- end }}"),
    (
        "yaml",
        'password: ${DB_PASSWORD}\ntoken: "{{ vault_token }}"\nsecret: my-app-secret\nsecretName: db-credentials-prod',
    ),
    ("json", '{"a": 1,\n "b": [1, 2, "x"]}'),
    ("json", '"a": 1,\n"b": 2'),
    ("json", '{"a": 1}\n{"b": 2}'),
    ("json", '{\n  "a": 1,\n  ...\n}'),
    ("json", '{"a": "<value>", "n": "<count>"}'),
    ("ini", "[mysqld]\nmax_connections = 200"),
    ("conf", "maxmemory 3gb"),
    ("nginx", "server { listen 80; }"),
    ("python", 'import os\npassword = os.environ["DB_PASSWORD"]\nconn = connect(password=password, token=get_token())'),
    ("python", "requests.get(url, timeout=5)"),
    ("promql", 'rate(http_requests_total{job="x"}[5m]) > 0.5'),
    ("text", "password: ********\nuser: admin"),
    ("text", "Error: connection to 10.0.0.5 failed; node ip-10-0-1-23.ec2.internal"),
    ("dockerfile", "FROM alpine:3.19"),
    ("hcl", 'resource "x" "y" {}'),
    ("toml", "[a]\nb = 1"),
    ("toml", '[a]\nb = "<value>"'),
    ("go", "func main() {}"),
    ("diff", "- a\n+ b"),
    ("cron", "0 * * * * /usr/bin/x"),
)

FOUND: tuple[tuple[str, str, str], ...] = (
    ("RB703", "bash", "rm -rf /var/lib/redis"),
    ("RB703", "bash", "sudo rm -r /data"),
    ("RB703", "bash", "kubectl delete pod <pod>"),
    ("RB703", "bash", "kubectl -n <ns> delete pvc data"),
    ("RB703", "bash", "kubectl delete \\\n  namespace x"),
    ("RB703", "bash", "docker system prune -af"),
    ("RB703", "bash", "docker volume rm x"),
    ("RB703", "bash", "docker rm -f x"),
    ("RB703", "bash", "crictl rmi --prune"),
    ("RB703", "bash", 'psql -c "DROP TABLE x"'),
    ("RB703", "bash", "psql -U postgres -d db <<SQL\nTRUNCATE t;\nSQL"),
    ("RB703", "bash", 'mysql -e "DELETE FROM t"'),
    ("RB703", "bash", 'sudo -u postgres psql -X -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"'),
    ("RB703", "bash", "redis-cli FLUSHALL"),
    ("RB703", "bash", 'redis-cli -h <host> -p 6379 -a "$P" flushdb'),
    ("RB703", "bash", "kubectl exec <pod> -- redis-cli FLUSHALL"),
    ("RB703", "bash", 'kubectl exec -n x pod -- sh -c "rm -rf /data/*"'),
    ("RB703", "bash", 'ssh <host> "sudo systemctl stop redis"'),
    ("RB703", "bash", "systemctl stop redis"),
    ("RB703", "bash", "sudo systemctl disable --now redis"),
    ("RB703", "bash", "kill -9 <pid>"),
    ("RB703", "bash", "pkill -f redis"),
    ("RB703", "bash", "killall -9 redis-server"),
    ("RB703", "bash", "dd if=/dev/zero of=/dev/sdb bs=1M"),
    ("RB703", "bash", "mkfs.ext4 /dev/sdb1"),
    ("RB703", "bash", "wipefs -a /dev/sdb"),
    ("RB703", "bash", 'find /var/log -name "*.log" -mtime +7 -delete'),
    ("RB703", "bash", "find . -name x -exec rm -f {} \\;"),
    ("RB703", "bash", "find . -name x | xargs rm -f"),
    ("RB703", "bash", "> /var/log/syslog"),
    ("RB703", "bash", ": > /var/log/syslog"),
    ("RB703", "bash", "cat /dev/null > /var/log/syslog"),
    ("RB703", "bash", "truncate -s 0 /var/log/x"),
    ("RB703", "bash", "apt-get purge redis"),
    ("RB703", "bash", "yum remove -y redis"),
    ("RB703", "bash", "iptables -F"),
    ("RB703", "bash", "ip link set eth0 down"),
    ("RB703", "bash", "nft flush ruleset"),
    ("RB703", "bash", "terraform destroy -auto-approve"),
    ("RB703", "bash", "aws ec2 terminate-instances --instance-ids <id>"),
    ("RB703", "bash", "aws s3 rm s3://bucket --recursive"),
    ("RB703", "bash", "gcloud compute instances delete x"),
    ("RB703", "bash", "az vm delete -n x"),
    ("RB703", "bash", "git push --force origin main"),
    ("RB703", "bash", "git push -f"),
    ("RB703", "bash", "git reset --hard HEAD~1"),
    ("RB703", "bash", "git clean -fdx"),
    ("RB703", "bash", "helm uninstall x"),
    ("RB703", "bash", "kubectl drain <node> --ignore-daemonsets"),
    ("RB703", "bash", "kubectl scale deploy x --replicas=0"),
    ("RB703", "bash", "reboot"),
    ("RB703", "bash", "shutdown -h now"),
    ("RB703", "bash", "kubectl replace --force -f x.yaml"),
    ("RB703", "bash", "docker-compose down -v"),
    ("RB703", "bash", "docker compose down"),
    ("RB703", "bash", "rabbitmqctl reset"),
    ("RB703", "bash", "etcdctl del / --prefix"),
    ("RB703", "bash", "lvremove /dev/vg/lv"),
    ("RB703", "bash", 'for p in $(cat pods); do kubectl delete pod "$p"; done'),
    ("RB703", "bash", "if true; then rm -rf /x; fi"),
    ("RB703", "bash", "x=$(rm -rf /data)"),
    ("RB703", "bash", "shred -u file"),
    ("RB703", "bash", "curl -X DELETE http://localhost:9200/index"),
    ("RB703", "bash", "journalctl --vacuum-size=100M"),
    ("RB703", "bash", "userdel bob"),
    ("RB703", "bash", "kafka-topics.sh --delete --topic x"),
    ("RB703", "bash", "true && rm -rf /x"),
    ("RB703", "bash", "kubectl get pods -o name | xargs -n1 kubectl delete"),
    ("RB703", "bash", "timeout 5 rm -rf /x"),
    ("RB703", "bash", "nohup rm -rf /x &"),
    ("RB703", "bash", 'sudo bash -c "rm -rf /x"'),
    ("RB703", "bash", 'su - postgres -c "dropdb x"'),
    ("RB703", "sql", "DROP TABLE x;"),
    ("RB703", "sql", "SELECT 1;\ndelete from x where a=1;"),
    ("RB703", "sql", "TRUNCATE x"),
    ("RB703", "sql", "ALTER TABLE x DROP COLUMN y;"),
    ("RB703", "sql", "UPDATE x SET a = 1;"),
    ("RB703", "sql", "KILL 5;"),
    ("RB703", "sql", "DROP DATABASE\n  x;"),
    ("RB703", "console", "$ ls\nx\n$ rm -rf /data"),
    ("RB703", "redis", "FLUSHALL"),
    ("RB603", "bash", 'echo "abc'),
    ("RB603", "bash", "kubectl get pods | grep 'x"),
    ("RB603", "bash", "for i in 1 2; do echo $i"),
    ("RB603", "bash", "if true; then echo"),
    ("RB603", "bash", "kubectl get pods | | grep x"),
    ("RB603", "bash", "echo $(date"),
    ("RB603", "bash", "[ -f x && echo"),
    ("RB603", "bash", "ls ) x"),
    ("RB603", "bash", "echo ${x"),
    ("RB603", "bash", "cat <<EOF\nfoo"),
    ("RB603", "bash", "foo() {\n echo"),
    ("RB603", "bash", "while true; do x; fi"),
    ("RB603", "bash", "kubectl get pods &&& ls"),
    ("RB603", "bash", "| grep x"),
    ("RB603", "bash", "done"),
    ("RB603", "bash", "kubectl get pods -o jsonpath='{.items}"),
    ("RB607", "sql", "SELECT * FORM x;"),
    ("RB607", "sql", "SELCT 1 FROM x;"),
    ("RB607", "sql", "SELECT count(* FROM x;"),
    ("RB607", "sql", "SELECT 'x FROM y;"),
    ("RB607", "sql", "SELECT a FROM b WHERE;"),
    ("RB607", "sql", "UPDATE t SE a=1;"),
    ("RB607", "sql", "SELECT a FROM b GROUP c;"),
    ("RB607", "sql", "SELECT FROM WHERE x;"),
    ("RB607", "sql", "DELETE t WHERE FROM x;"),
    ("RB607", "bash", 'psql -c "SELECT count(* FROM t"'),
    ("RB608", "yaml", "a: 1\n b: 2"),
    ("RB608", "yaml", "a: [1, 2"),
    ("RB608", "yaml", 'a: "x'),
    ("RB608", "yaml", "\ta: 1"),
    ("RB608", "yaml", "a: b: c"),
    ("RB608", "yaml", "- a\nb: 1"),
    ("RB608", "json", '{"a": 1,}'),
    ("RB608", "json", '{"a": 1\n"b": 2}'),
    ("RB608", "json", "{'a': 1}"),
    ("RB608", "json", '{"a": [1, 2}'),
    ("RB608", "json", '{"a" 1}'),
    ("RB608", "toml", "[a\nb = 1"),
    ("RB609", "bash", "SELECT * FROM x;"),
    ("RB609", "bash", "package main\nfunc main() {\n}"),
    ("RB609", "bash", "maxmemory = 3gb"),
    ("RB609", "bash", "apiVersion: v1\nkind: Pod"),
    ("RB609", "bash", '{"a": 1}'),
    ("RB609", "bash", "[mysqld]\nx = 1"),
    ("RB609", "bash", "import os\nprint(1)"),
    ("RB609", "bash", "server {\n listen 80;\n}"),
    ("RB609", "sql", 'psql -c "SELECT 1"'),
    ("RB609", "yaml", "kubectl get pods"),
    ("RB609", "python", "kubectl get pods"),
    ("RB609", "bash", "SHOW max_connections;"),
    ("RB609", "bash", "key: value"),
    ("RB609", "json", "kubectl get pods"),
    ("RB602", "bahs", "ls"),
    ("RB602", "yml1", "a: 1"),
    ("RB602", "pyhton", "x"),
    ("RB602", "shel", "ls"),
    ("RB602", "jsno", "{}"),
    ("RB602", "sqll", "x"),
    ("RB602", "consol", "x"),
    ("RB602", "ymal", "x"),
    ("RB602", "bsah", "x"),
    ("RB602", "kubectl", "x"),
    ("RB605", "bash", "echo “x”"),
    ("RB605", "bash", "kubectl get pods –n x"),
    ("RB605", "bash", "ls —all"),
    ("RB605", "bash", "kubectl\xa0get pods"),
    ("RB605", "sql", "SELECT “x” FROM y;"),
    ("RB605", "console", "$ ls –l"),
    ("RB605", "bash", "grep ‘x’ y"),
    ("RB606", "bash", "$ ls"),
    ("RB606", "bash", "# a\n$ ls -l\n$ df"),
    ("RB606", "sql", "postgres=# SELECT 1;"),
    ("RB606", "sql", "mysql> SELECT 1;"),
    ("RB701", "bash", "export AWS_ACCESS_KEY_ID=AKIAQ3EGP7XHVDJK2LMN"),
    ("RB701", "bash", "PGPASSWORD=S3cr3tPass psql"),
    ("RB701", "bash", "mysql -u root -pS3cret!"),
    ("RB701", "bash", "curl -u admin:Sup3rS3cret https://x.example.com"),
    ("RB701", "bash", "psql postgres://app:hunter22@db.example.com/x"),
    ("RB701", "bash", "redis-cli -a Sw0rdfish1 PING"),
    ("RB701", "bash", 'curl -H "Authorization: Bearer abcdef1234567890abcdef"'),
    ("RB701", "bash", "echo ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
    ("RB701", "bash", "export API_KEY=9f8a7b6c5d4e3f2a1b0c9d8e"),
    ("RB701", "bash", 'export DB_PASSWORD="correct-horse-battery"'),
    ("RB701", "bash", "export SLACK=xoxb-1234567890-abcdefghij"),
    ("RB701", "bash", "password=SuperSecret123"),
    ("RB701", "bash", "kubectl create secret generic db --from-literal=password=Sw0rdf1sh"),
    ("RB701", "yaml", "password: Pr0d-P4ss!"),
    ("RB701", "yaml", 'api_key: "sk_live_4eC39HqLyjWDarjtT1zdp7dc"'),
    ("RB701", "ini", "password = hunter2"),
    ("RB701", "sql", "ALTER USER x PASSWORD 'Sw0rdfish9';"),
    ("RB701", "python", 'conn = connect(password="Tr0ub4dor&3")'),
    ("RB701", "json", '{"password": "Tr0ub4dor&3"}'),
    ("RB707", "bash", "curl -s https://x.example.com/i.sh | bash"),
    ("RB707", "bash", "wget -qO- https://x.example.com/i.sh | sudo sh"),
    ("RB707", "bash", "bash <(curl -s https://x.example.com/i)"),
    ("RB707", "bash", 'sh -c "$(curl -fsSL https://x.example.com/i)"'),
    ("RB707", "bash", "curl https://x.example.com | sudo -E bash -s -- --yes"),
    ("RB707", "bash", "curl -sSL https://x.example.com \\\n  | bash -"),
    ("RB708", "bash", "chmod 777 /x"),
    ("RB708", "bash", "chmod -R 0777 /x"),
    ("RB708", "bash", "sudo chmod a+rwx /x"),
    ("RB708", "bash", "curl -k https://x.example.com"),
    ("RB708", "bash", "curl --insecure https://x.example.com"),
    ("RB708", "bash", "wget --no-check-certificate https://x.example.com"),
    ("RB708", "bash", "docker run --privileged alpine"),
    ("RB708", "bash", "kubectl --insecure-skip-tls-verify get pods"),
    ("RB708", "bash", "ssh -o StrictHostKeyChecking=no x"),
    ("RB708", "bash", "chmod 666 /x"),
    ("RB708", "bash", "chmod o+w /x"),
    ("RB708", "bash", "curl -skL https://x.example.com"),
    ("RB708", "python", "requests.get(u, verify=False)"),
    ("RB708", "yaml", "securityContext:\n  privileged: true"),
    ("RB704", "bash", "kubectl delete pod x --grace-period=0 --force"),
    ("RB704", "bash", "kill -9 1"),
    ("RB704", "bash", "pkill -9 x"),
    ("RB704", "bash", "docker rm -f x"),
    ("RB704", "bash", "git push --force"),
    ("RB704", "bash", "kubectl delete pod x --grace-period 0"),
    ("RB704", "bash", "kill -s KILL 5"),
    ("RB704", "bash", "kill -KILL 5"),
    ("RB704", "bash", "apt-get install --force x"),
    ("RB710", "bash", "ping 54.23.11.9"),
    ("RB710", "bash", "ssh admin@bastion.acme.io"),
    ("RB710", "bash", "curl http://db01.prod.internal/x"),
    ("RB710", "bash", "psql -h pg01.corp.acme.com"),
    ("RB710", "bash", "mail ops@acme.com"),
    ("RB710", "bash", "curl http://wiki.acme.corp"),
    ("RB710", "bash", "ping fileserver-1.local"),
    ("RB710", "bash", "curl https://54.23.11.9:8443/x"),
    ("RB710", "bash", "ping 2a00:1450:4001:82a::200e"),
    ("RB601", "", "kubectl get pods"),
)

DESTROYING = (
    ("bash", "rm -rf /var/lib/redis/*"),
    ("bash", "kubectl delete namespace <namespace>"),
    ("sql", "DROP TABLE orders;"),
    ("bash", "sudo mkfs.ext4 /dev/sdb1"),
    ("redis", "FLUSHALL"),
)
WARNINGS = (
    "**⚠️ Warning:** This deletes data for good. Take a backup first.",
    "> [!CAUTION]\n   > Data is gone. Have a backup.",
    "Be careful, this cannot be undone; take a snapshot before.",
)


@pytest.mark.parametrize(("language", "code"), FINE)
def test_what_only_looks_wrong_is_left_alone(language: str, code: str) -> None:
    assert codes(code, language) == set()


@pytest.mark.parametrize(("rule", "language", "code"), FOUND)
def test_what_is_wrong_is_found(rule: str, language: str, code: str) -> None:
    assert rule in codes(code, language)


@pytest.mark.parametrize("above", WARNINGS)
@pytest.mark.parametrize(("language", "code"), DESTROYING)
def test_a_warning_and_a_backup_above_a_destructive_command_are_enough(language: str, code: str, above: str) -> None:
    assert codes(code, language, above=above) == set()


@pytest.mark.parametrize(("language", "code"), DESTROYING)
def test_a_comment_in_the_block_is_a_warning_too(language: str, code: str) -> None:
    mark = "--" if language == "sql" else "#"
    assert codes(f"{mark} WARNING: irreversible, take a backup first\n{code}", language) == set()


def test_a_warning_below_the_command_comes_too_late() -> None:
    text = with_block("redis-cli FLUSHALL").replace(
        "**Expected outcome:**", "**⚠️ Warning:** all is lost\n\n**Expected outcome:**", 1
    )
    assert "RB703" in {found.code for found in check(text)}


def test_a_warning_of_an_earlier_item_is_not_about_the_next_command() -> None:
    first = "**⚠️ Warning:** Clients are cut off."
    text = with_block("redis-cli FLUSHALL", above=first)
    later = text.replace(
        "   ```\n\n**Expected outcome:**",
        "   ```\n2. Then this\n   ```bash\n   redis-cli FLUSHDB\n   ```\n\n**Expected outcome:**",
        1,
    )
    lines = [later.split("\n")[found.span.line - 1].strip() for found in check(later) if found.code == "RB703"]
    assert lines == ["redis-cli FLUSHDB"]


def test_a_finding_in_a_nested_block_stands_at_the_command_itself() -> None:
    text = with_block("# Look, then destroy\nredis-cli PING && sudo redis-cli FLUSHALL")
    (found,) = [found for found in check(text) if found.code == "RB703"]
    line = text.split("\n")[found.span.line - 1]
    assert line[found.span.column - 1 : found.span.end_column - 1] == "redis-cli FLUSHALL"


def test_a_credential_in_prose_and_in_inline_code_is_found() -> None:
    prose = "The key is AKIAQ3EGP7XHVDJK2LMN, and `password=Sw0rdfish9` opens it."
    text = with_block("redis-cli PING", above=prose)
    assert [found.code for found in check(text) if found.code == "RB701"] == ["RB701", "RB701"]


def test_a_command_named_in_prose_or_inline_code_destroys_nothing() -> None:
    text = with_block("redis-cli PING", above="Never run `rm -rf /data` or `redis-cli FLUSHALL`; DROP TABLE neither.")
    assert not [found for found in check(text) if found.code.startswith("RB7")]


def test_the_value_of_a_credential_is_not_repeated_in_the_message() -> None:
    found = [found for found in check(with_block("redis-cli -a Sw0rdfish9 PING")) if found.code == "RB701"]
    assert found and "Sw0rdfish9" not in found[0].message


def test_forced_commands_with_a_reason_are_left_alone() -> None:
    reason = "**⚠️ Warning:** The node is gone for good; force is needed because the kubelet never answers."
    assert "RB704" not in codes("kubectl delete pod <pod> --grace-period=0 --force", above=reason)


@pytest.mark.parametrize(
    ("code", "column"),
    [
        ("echo ok\nkubectl get pods | grep 'web\necho ok", 28),
        ("kubectl get pods | | grep web", 23),
        ("echo $(date", 4),
    ],
)
def test_a_syntax_error_is_shown_where_it_begins(code: str, column: int) -> None:
    (found,) = [found for found in check(with_block(code)) if found.code == "RB603"]
    assert found.span.column == column


def test_a_comma_that_is_missing_in_json_is_shown_at_the_end_of_its_line() -> None:
    text = with_block('{\n  "a": 1\n  "b": 2\n}', "json")
    (found,) = [found for found in check(text) if found.code == "RB608"]
    assert text.split("\n")[found.span.line - 1].strip() == '"a": 1'
