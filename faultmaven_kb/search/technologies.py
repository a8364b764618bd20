"""Which technology a text speaks of: a table of names and of words that only one technology uses.

A question that names one technology damps the runbooks of others: "connection refused" is answered by a Redis runbook
when the line says `redis-cli`. Technologies of one family (a pod is also a container) do not damp each other. Names
that no runbook covers belong here as well: a question about Cassandra is no question about PostgreSQL.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache

from faultmaven_kb.search.terms import terms_of

__all__ = ["FAMILIES", "TECHNOLOGIES", "agree", "technologies_of", "technology_named"]

TECHNOLOGIES: tuple[tuple[str, str], ...] = (
    (
        "kubernetes",
        (
            "kubernetes k8s kubectl kubelet kube kubeadm apiserver configmap daemonset statefulset replicaset "
            "cronjob crashloopbackoff imagepullbackoff errimagepull oomkilled notready pleg coredns hpa pvc "
            "openshift eks aks gke k3s rke persistentvolume persistentvolumeclaim namespace pod pods"
        ),
    ),
    ("docker", "docker dockerd containerd podman moby dockerfile compose"),
    ("helm", "helm tiller"),
    ("argocd", "argocd argo"),
    ("etcd", "etcd etcdctl etcdserver"),
    ("linux", "linux systemd systemctl journalctl dmesg sysctl inode inodes enospc iostat vmstat fstab lvm xfs ext4"),
    ("windows", "windows powershell iis ntfs hyperv winrm"),
    ("networking", "traceroute mtr arp icmp bgp vlan"),
    ("dns", "dns dig nslookup resolvectl nxdomain servfail bind9 unbound dnsmasq"),
    ("tls", "tls ssl openssl x509 letsencrypt certbot"),
    ("ssh", "ssh sshd openssh authorized_keys known_hosts scp sftp"),
    (
        "postgresql",
        (
            "postgres postgresql psql pg_wal pg_hba pg_stat_activity pg_xlog pg_dump psycopg2 psycopg pgbouncer "
            "autovacuum pgpool patroni"
        ),
    ),
    ("mysql", "mysql mysqld mariadb innodb mysqldump binlog percona"),
    ("redis", "redis sentinel maxmemory jedis lettuce valkey"),
    ("mongodb", "mongodb mongo mongod mongos pymongo mongoose mongoserverselectionerror"),
    ("elasticsearch", "elasticsearch opensearch kibana logstash lucene"),
    ("kafka", "kafka zookeeper rdkafka kraft"),
    ("rabbitmq", "rabbitmq amqp epmd rabbit"),
    ("nginx", "nginx php-fpm fastcgi"),
    ("apache", "apache apache2 httpd mod_ssl"),
    ("haproxy", "haproxy"),
    ("prometheus", "prometheus alertmanager promql tsdb thanos node_exporter pushgateway"),
    ("grafana", "grafana loki tempo mimir"),
    ("aws", "aws ec2 s3 rds elb alb iam cloudwatch botocore boto3 lambda dynamodb sqs sns ecs fargate route53"),
    ("azure", "azure entra"),
    ("gcp", "gcp gcloud bigquery"),
    ("terraform", "terraform tofu opentofu hcl"),
    ("ansible", "ansible"),
    ("git", "git github gitlab gitaly"),
    ("jenkins", "jenkins"),
    ("jvm", "jvm java javac hotspot metaspace tomcat hikaricp spring hikari jetty"),
    ("nodejs", "node.js nodejs npm v8 javascript"),
    ("python", "python pip gunicorn uwsgi django flask celery"),
    ("cassandra", "cassandra cqlsh nodetool scylla scylladb"),
    ("clickhouse", "clickhouse"),
    ("oracle", "oracle sqlplus tnslsnr"),
    ("sqlserver", "sqlserver mssql"),
    ("couchdb", "couchdb couchbase"),
    ("influxdb", "influxdb telegraf"),
    ("vault", "vault"),
    ("consul", "consul nomad"),
    ("istio", "istio envoy istiod linkerd"),
    ("traefik", "traefik caddy"),
    ("ceph", "ceph rook osd rados"),
    ("minio", "minio"),
    ("nats", "nats jetstream"),
    ("pulsar", "pulsar bookkeeper"),
    ("memcached", "memcached memcache"),
    ("airflow", "airflow"),
    ("spark", "spark hadoop hdfs yarn hive"),
    ("vmware", "vmware vsphere esxi vcenter"),
    ("ldap", "ldap openldap kerberos"),
    ("mail", "smtp postfix dovecot exim imap"),
    ("ruby", "ruby rails sidekiq puma unicorn"),
    ("php", "php laravel"),
    ("dotnet", "dotnet .net kestrel"),
)
"""Technology, as runbooks name it in their front matter, and the words that give it away."""

FAMILIES: tuple[tuple[str, str], ...] = (
    ("kubernetes", "docker helm argocd etcd linux dns networking tls prometheus istio"),
    ("docker", "linux networking"),
    ("linux", "networking network dns ssh tls windows"),
    ("networking", "network dns tls ssh haproxy nginx"),
    ("network", "dns tls ssh haproxy nginx kubernetes linux docker"),
    ("dns", "tls"),
    ("nginx", "tls php haproxy"),
    ("prometheus", "grafana"),
    ("jvm", "kafka elasticsearch cassandra spark tomcat"),
    ("git", "jenkins"),
    ("terraform", "aws azure gcp"),
)
"""Technologies whose runbooks may answer each other's questions, both ways."""

_RUNTIMES = frozenset("jvm nodejs python ruby php dotnet".split())
"""What programs are written in: every error line shows it, whatever the fault is about."""

_OF_WORD = {term: name for name, words in TECHNOLOGIES for word in words.split() for term in terms_of(word)[-1:]}
_RELATED = frozenset(
    pair for name, words in FAMILIES for other in words.split() for pair in ((name, other), (other, name))
)
_NAMES = frozenset(name for name, _ in TECHNOLOGIES)


def technologies_of(terms: Iterable[str]) -> frozenset[str]:
    """The technologies that terms give away."""
    return frozenset(_OF_WORD[term] for term in terms if term in _OF_WORD)


@lru_cache(maxsize=4096)
def technology_named(name: str) -> str:
    """The table's name for a technology as a runbook spells it, itself where the table does not know it."""
    name = name.casefold()
    return name if name in _NAMES else _OF_WORD.get((terms_of(name) or [""])[-1], name)


def agree(asked: Collection[str], technology: Collection[str]) -> bool:
    """Whether a runbook of some technologies may answer a question about others; no technology agrees with all."""
    if not technology or _RUNTIMES.issuperset(asked):
        return True
    return any(mine == other or (mine, other) in _RELATED for mine in asked for other in technology)
