"""The shipped runbooks are found: by each of their own symptoms, and by people who do not know their titles."""

import re

import pytest

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.search.vocabulary.terms import terms_of
from tests.documents import builtin_base

KB = builtin_base()
SYMPTOMS = [(runbook.id, symptom.text) for runbook in KB for symptom in runbook.symptoms]

WORDINGS = [
    ("docker-container-restart-loop", "exited (137), up 2 seconds, exited again, compose and unless-stopped"),
    ("docker-no-space-left", "ci runner is full, docker build and pull stop with ENOSPC"),
    ("docker-no-space-left", "the json log of a container has 60 GB and nothing rotates it"),
    ("docker-no-space-left", "reclaim images, build cache and dangling volumes of docker without losing data"),
    ("alertmanager-notifications-failing", "pages never reach slack although the alert has been firing for an hour"),
    ("jvm-out-of-memory-heap", "tomcat spends its time in full GC, the old generation stays at 99 percent"),
    ("rabbitmq-memory-alarm", "producers hang since the broker passed its high watermark, amqp"),
    ("rabbitmq-queue-backlog", "messages_ready climbs although the workers of celery run, unacked stays the same"),
    ("k8s-config-missing", "the volume of a token hangs in ContainerCreating, MountVolume.SetUp failed"),
    ("k8s-service-no-endpoints", "ingress-nginx answers 503, the selector matches other labels than the pods wear"),
    ("mysql-connection-refused", "error 2002 (HY000), mysqld.sock is missing and mariadb is dead"),
    ("postgres-connection-refused", "psql asks is the server running locally and accepting, pg_lsclusters says down"),
    ("postgres-lock-contention", "ALTER TABLE hangs behind an idle in transaction and everything queues, postgres"),
    (
        "postgres-replication-lag",
        "hot replica replays an hour behind the primary, pg_last_xact_replay_timestamp is old",
    ),
    ("postgres-wal-retention", "restart_lsn of an inactive logical subscriber never moves and segments pile up"),
    ("etcd-quota-exceeded", "etcdserver: mvcc: database space exceeded, alarm NOSPACE after weeks without compaction"),
    ("etcd-quota-exceeded", "puts fail with NOSPACE until we compact and defrag"),
    ("prometheus-target-down", "up == 0 for node exporter, context deadline exceeded while scraping"),
    (
        "prometheus-config-reload-failed",
        "prometheus_config_last_reload_successful is 0, parsing yaml failed, old rules run",
    ),
    ("prometheus-config-reload-failed", "promtool check says field not found in type, and SIGHUP changed nothing"),
    (
        "k8s-deployment-rollout-stuck",
        "after the release the ReplicaSet has timed out progressing and helm upgrade --wait gives up",
    ),
    ("k8s-deployment-rollout-stuck", "DeploymentPaused: somebody paused it and the new image is not rolled out"),
    ("k8s-quota-exceeded", "fewer pods than replicas and none of them Pending, the ReplicaSet says FailedCreate"),
    ("k8s-quota-exceeded", "pods is forbidden: failed quota: compute: must specify limits.memory"),
    ("k8s-rbac-forbidden", "the service account of our job cannot list pods, kubectl auth can-i says no"),
    (
        "k8s-rbac-forbidden",
        'operator log: cannot get resource "leases" in API group "coordination.k8s.io", the rolebinding is missing',
    ),
    ("k8s-dns-failure", "coredns log: plugin/errors read udp i/o timeout, upstream does not answer"),
    ("k8s-dns-failure", "nothing in the cluster finds svc.cluster.local any more, coredns was scaled to zero"),
    ("k8s-pvc-pending", "ProvisioningFailed: storageclass gp3 is missing, the statefulset waits for its disk"),
    ("k8s-pvc-pending", "the claim of the statefulset is never bound, there is no default storage class"),
    ("k8s-pod-pending", "FailedScheduling: 0/5 nodes are available: 5 Insufficient memory"),
    ("k8s-pod-pending", "0/3 nodes are available, untolerated taint, no preemption victims"),
    ("k8s-service-no-endpoints", "the selector matches nothing, EndpointSlice is <unset>, ingress answers 503"),
    ("k8s-service-no-endpoints", "targetPort is wrong and the EndpointSlice has no port, selector is fine"),
    ("k8s-config-missing", "CreateContainerConfigError, couldn't find key DB_URL"),
    ("k8s-probe-failing", "Unhealthy: HTTP 503 on /healthz, the container is killed every two minutes by the kubelet"),
    ("k8s-probe-failing", "kubelet event Unhealthy with statuscode 500, container is killed again and again"),
    (
        "postgres-replication-lag",
        "replay on the standby is an hour behind the primary, pg_last_wal_replay_lsn stands still",
    ),
    (
        "postgres-lock-contention",
        "ALTER TABLE hangs and every select waits, pg_blocking_pids names one idle in transaction",
    ),
    ("postgres-connection-refused", "psql: could not connect, is the server running on port 5432 and accepting TCP/IP"),
    ("postgres-wal-retention", "pg_wal grows and grows because an inactive slot keeps restart_lsn"),
    ("postgres-disk-full", "could not extend file base/16384: no space left, pgdata volume at 100 %"),
    ("mysql-connection-refused", "Can't connect to local server through socket /run/mysqld/mysqld.sock (2)"),
    ("mysql-replication-broken", "Slave_SQL_Running: No, error 1062 duplicate entry on the mariadb replica"),
    (
        "postgres-connection-pool-exhausted",
        "web workers get no database session, it says sorry, too many clients already",
    ),
    ("postgres-connection-pool-exhausted", "psql: FATAL: remaining slots are reserved for non-replication superuser"),
    ("postgres-slow-queries", "a report took 2 s yesterday, now minutes; EXPLAIN shows Seq Scan on the orders table"),
    ("postgres-slow-queries", "ERROR: canceling statement due to statement timeout"),
    ("redis-out-of-memory", "writes to the cache are rejected since maxmemory was reached"),
    ("redis-out-of-memory", "OOM command not allowed when used_memory > 'maxmemory'"),
    ("redis-connection-refused", "nothing listens on 127.0.0.1:6379 since the reboot, the unit is inactive (dead)"),
    ("redis-connection-refused", "redis.exceptions.ConnectionError: Error 111 connecting to cache.example.com:6379"),
    ("mysql-too-many-connections", "mariadb refuses logins, the processlist is full of sleeping sessions"),
    ("mysql-too-many-connections", "User app already has more than max_user_connections active"),
    ("mysql-too-many-connections", "innodb is fine but max_user limits are hit and clients get error 1040"),
    ("mysql-lock-wait-timeout", "innodb rolled a transaction back, error 1213, try restarting transaction"),
    ("mysql-lock-wait-timeout", "alter table is queued behind an open transaction, all selects hang in mariadb"),
    ("mysql-lock-wait-timeout", "UPDATE gives up after 50 seconds with error 1205"),
    ("redis-max-clients", "rejected_connections goes up, connected_clients equals maxclients"),
    ("redis-max-clients", "workers leak their redis connections until nobody gets a place, many are idle"),
    ("redis-max-clients", "current open files 1024, maxclients was lowered to 992 by the ulimit"),
    ("postgres-authentication-failed", "no pg_hba.conf entry for our new subnet"),
    ("postgres-authentication-failed", "psql says Peer and the account app has another name than the role"),
    ("postgres-authentication-failed", "logins are refused since the password was rotated, pg_hba line scram-sha-256"),
    ("redis-misconf-bgsave", "the dump fails: Failed opening the temp RDB file, Permission denied"),
    ("redis-misconf-bgsave", "writes are refused since the volume of /var/lib/redis ran full, RDB error"),
    ("redis-misconf-bgsave", "stop-writes-on-bgsave-error is on and the last background save was not good"),
    ("k8s-pod-crashloopbackoff", "container exits with 1 and is started again and again, restarts count 14"),
    ("k8s-pod-oomkilled", "container terminated with exit code 137, last state says it used more than its limit"),
    ("k8s-pod-imagepullbackoff", "ErrImagePull: manifest unknown, registry answers 401 Unauthorized"),
    ("k8s-pod-imagepullbackoff", "registry says toomanyrequests, manifest cannot be fetched, 401 Unauthorized"),
    ("k8s-node-not-ready", "Kubelet stopped posting status and workloads are being evicted"),
    ("network-dns-resolution-failure", "curl: (6) Could not resolve host: api.example.com"),
    ("network-dns-resolution-failure", "getaddrinfo EAI_AGAIN when calling the payment service"),
    ("network-connection-timeout", "curl: (28) Failed to connect to 192.0.2.10 port 443 after 130000 ms"),
    ("network-connection-timeout", "ssh to the server hangs, packets are dropped by a firewall rule, SYN_SENT"),
    ("nginx-502-bad-gateway", "connect() failed (111: Connection refused) while connecting to upstream"),
    ("nginx-502-bad-gateway", "upstream prematurely closed connection while reading response header"),
    ("tls-certificate-expired", "browser shows NET::ERR_CERT_DATE_INVALID since midnight"),
    ("tls-certificate-expired", "letsencrypt wrote new files and nginx still hands out the old ones until a reload"),
    ("tls-certificate-expired", "x509 not yet valid: current time is after notAfter, tls verify fails"),
    ("ssh-permission-denied-publickey", "sshd log: Authentication refused, bad ownership or modes for directory"),
    ("ssh-permission-denied-publickey", "the agent offers seven identities and I get Too many authentication failures"),
    (
        "ssh-permission-denied-publickey",
        "git push does not work, could not read from remote repository, my authorized_keys entry is gone",
    ),
    ("ssh-host-key-changed", "offending entry in known_hosts line 7 after we rebuilt the vm"),
    ("ssh-host-key-changed", "fingerprint sent by the remote server differs, someone could be eavesdropping"),
    ("ssh-host-key-changed", "ansible is UNREACHABLE: verification failed because the machine was reinstalled"),
    ("haproxy-503-no-server", "access log full of <NOSRV> and SC-- since the deployment"),
    ("haproxy-503-no-server", "all servers of the pool are L4CON down behind the balancer"),
    ("haproxy-503-no-server", "httpchk wants /health, the new release answers 404, backend is empty"),
    ("network-port-in-use", "listen EADDRINUSE :::8080 when node starts"),
    ("network-port-in-use", "bind() failed (98) and the unit does not come up, another instance holds it"),
    ("network-port-in-use", "docker says port is already allocated"),
    ("network-connection-refused", "curl: (7) Failed to connect, could not connect to server after 0 ms"),
    ("network-connection-refused", "node ECONNREFUSED ::1:3000 although the service runs on 127.0.0.1"),
    ("network-connection-refused", "it answers with a TCP reset, ss shows it bound to the loopback only"),
    ("tls-unknown-ca", "x509: certificate signed by unknown authority when pulling through the company proxy"),
    ("tls-unknown-ca", "browser is happy but python says unable to get local issuer"),
    ("tls-unknown-ca", "PKIX path building failed since the intermediate was forgotten"),
    ("network-packet-loss", "ping shows 12% loss and tcp retransmits climb"),
    ("network-packet-loss", "ip -s link counts dropped and missed on eth0, rx ring too small"),
    ("network-packet-loss", "tc qdisc tbf drops, overlimits grow"),
    ("tls-handshake-failure", "curl: (35) wrong version number"),
    ("tls-handshake-failure", "nginx -t: SSL_CTX_use_PrivateKey failed, key values mismatch"),
    ("tls-handshake-failure", "old java client gets alert protocol_version since we switched TLS 1.0 off"),
    ("network-ephemeral-port-exhaustion", "errno 99 cannot assign requested address in the proxy under load"),
    ("network-ephemeral-port-exhaustion", "28000 sockets in TIME_WAIT towards one upstream"),
    ("network-ephemeral-port-exhaustion", "connect EADDRNOTAVAIL, SNAT limit of the nat gateway reached"),
    ("linux-disk-full", "cp: error writing 'x': No space left on device"),
    ("linux-disk-full", "df says 100% used although I deleted the huge log, lsof shows it as (deleted)"),
    ("nginx-504-gateway-timeout", "every page of the shop fails after 60 s: upstream timed out (110)"),
    ("nginx-504-gateway-timeout", "upstream is too slow and requests break off after 60 seconds"),
    ("nginx-504-gateway-timeout", "backend hangs, workers all wait for a silent service, proxy_read_timeout reached"),
    (
        "nginx-413-request-entity-too-large",
        "uploading a 5 MB photo fails, the log says client intended to send too large body",
    ),
    ("nginx-413-request-entity-too-large", "how do I raise client_max_body_size for the upload location"),
    ("nginx-413-request-entity-too-large", "our ingress refuses a POST of 8m, proxy-body-size annotation missing"),
    (
        "linux-too-many-open-files",
        "accept4() failed (24: Too many open files) and the descriptors of the worker only grow",
    ),
    (
        "linux-too-many-open-files",
        "the service was granted 1024 descriptors and needs more, ulimit in limits.conf changes nothing",
    ),
    ("linux-too-many-open-files", "sockets in CLOSE-WAIT pile up until EMFILE, descriptor leak"),
    ("linux-systemd-service-failed", "status=203/EXEC after the deploy, the binary lost its x bit"),
    ("linux-systemd-service-failed", "unit is in state failed, journal says start-limit-hit"),
    (
        "linux-systemd-service-failed",
        "daemon gives up after five attempts because the port is already taken, journalctl -u",
    ),
    ("php-fpm-max-children", "wordpress is stuck, every worker of the pool is busy and the listen queue grows"),
    ("php-fpm-max-children", "pm.max_children setting (50), consider raising it"),
    ("php-fpm-max-children", "scripts hang on an api and request_terminate_timeout is not set"),
    ("linux-fork-failed-process-limit", "zombies pile up because the parent never waits for its children"),
    ("linux-fork-failed-process-limit", "new threads are refused, TasksMax of the unit"),
    ("linux-fork-failed-process-limit", "RuntimeError: can't start new thread in the worker"),
    ("linux-oom-killer", "dmesg says invoked oom-killer and the biggest java was shot"),
    ("linux-oom-killer", "MemoryMax of the unit is reached and it dies with status 9/KILL"),
    ("linux-oom-killer", "the batch was shot by the kernel again, anon-rss is larger than its MemoryMax"),
    ("linux-read-only-filesystem", "EROFS on every write since the kernel remounted the volume"),
    ("linux-read-only-filesystem", "touch fails with errno 30 only inside one unit, ProtectSystem is strict"),
    ("linux-read-only-filesystem", "ext4 error, remounting, fsck needed on sdb1"),
    ("linux-high-cpu-load", "one process spins at 100 percent and everything else crawls"),
    ("linux-high-cpu-load", "lots of D state behind a dead nfs server, top shows wa 80"),
    ("linux-high-cpu-load", "renice the batch, it takes every core"),
]


@pytest.mark.parametrize(("runbook_id", "symptom"), SYMPTOMS)
def test_a_runbook_is_found_first_by_each_of_its_own_symptoms(runbook_id: str, symptom: str) -> None:
    answer = KB.search(symptom)
    assert answer.hits[0].runbook.id == runbook_id
    assert answer.verdict != "none"


@pytest.mark.parametrize(("runbook_id", "wording"), WORDINGS)
def test_a_runbook_is_found_by_the_words_of_people(runbook_id: str, wording: str) -> None:
    assert KB.search(wording).hits[0].runbook.id == runbook_id


def test_for_each_runbook_there_is_a_wording_that_shares_no_word_with_its_title() -> None:
    without = set()
    for runbook_id, wording in WORDINGS:
        if set(terms_of(KB[runbook_id].title)).isdisjoint(terms_of(wording)):
            without.add(runbook_id)
    assert without == set(KB.ids)


@pytest.mark.parametrize("question", ["how do I bake bread", "recommend a good novel", "who won the football game"])
def test_what_is_not_our_field_has_no_runbook(question: str) -> None:
    assert KB.search(question).verdict == "none"


@pytest.mark.parametrize("question", ["", "   ", "?!", "\0\x1b[31m", "the and of", "🔥🔥🔥", "a" * 10_000])
def test_a_question_that_says_nothing_gets_an_empty_answer(question: str) -> None:
    answer = KB.search(question)
    assert (answer.verdict, answer.hits) == ("none", ())


def test_the_evidence_names_the_field_the_words_and_the_line() -> None:
    answer = KB.search("FATAL: sorry, too many clients already")
    best = answer.hits[0].evidence[0]
    assert best.field == "symptoms"
    assert {"sorry", "clients", "already"} <= {word.lower() for word in best.matched}
    assert best.span is not None
    section = next(s for s in answer.hits[0].runbook.sections if s.span.contains_line(best.span.line))
    assert "sorry, too many clients" in section.text.split("\n")[best.span.line - section.span.line]


def test_words_that_nothing_explains_are_named() -> None:
    answer = KB.search("nginx 502 bad gateway after the zeppelin deployment")
    assert "zeppelin" in answer.unexplained


def test_filters_and_the_limit_bound_the_hits() -> None:
    answer = KB.search("connection refused", limit=1, technology="redis")
    assert [hit.runbook.id for hit in answer.hits] == ["redis-connection-refused"]
    assert KB.search("connection refused", technology="nothing").hits == ()


def test_scores_fall_and_confidence_is_a_probability() -> None:
    hits = KB.search("pod keeps restarting with OOMKilled", limit=10).hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.confidence <= 1 for hit in hits)


def test_two_searches_give_the_same_bytes() -> None:
    question = "connection timed out while resolving the upstream"
    assert KB.search(question).to_dict() == builtin_base().search(question).to_dict()


def test_noise_of_a_log_does_not_change_what_is_found() -> None:
    line = "2026-11-22T03:14:15.123Z app-7c9d8f6b5-x2k4q 10.0.3.17 ERROR FATAL: sorry, too many clients already"
    assert KB.search("\n".join([line] * 50)).hits[0].runbook.id == "postgres-connection-pool-exhausted"


def test_an_empty_base_answers_none() -> None:
    answer = KnowledgeBase().search("anything at all")
    assert (answer.verdict, answer.hits) == ("none", ())


def test_an_identifier_is_found_however_it_is_written() -> None:
    for wording in ("CrashLoopBackOff", "crash loop back off", "crash-loop-back-off", "CRASHLOOPBACKOFF"):
        assert KB.search(f"pod in {wording}").hits[0].runbook.id == "k8s-pod-crashloopbackoff"


def test_no_escape_sequence_reaches_the_answer_as_a_place() -> None:
    answer = KB.search("redis \x1b[31mOOM\x1b[0m command not allowed")
    assert answer.hits[0].runbook.id == "redis-out-of-memory"
    assert re.fullmatch(r"[a-z0-9-]+", answer.hits[0].runbook.id)
