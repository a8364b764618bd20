"""Families of sibling runbooks and questions about them, made from a table: what the sibling contrast was fitted on.

python -m benchmarks.siblings [FOLDER]

A family is one fault seen on several subjects (a scheduler, an ingester …) or in several degrees (low, none). Its
documents share nearly all of their text, so that only the few words that differ can lead to the right one; each text
names its neighbours, as real ones do. The wordings are our own; nothing here is taken from a published runbook. With a
folder the documents and `questions.jsonl` are written there.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["FAMILIES", "Family", "documents", "questions"]


class Family(NamedTuple):
    """`title`, `text` and `questions` with `{}` for the member; `members` by what their titles, texts and questions
    say."""

    name: str
    title: str
    text: str
    questions: tuple[str, ...]
    members: tuple[tuple[str, str, str], ...]


FAMILIES: tuple[Family, ...] = (
    Family(
        "down",
        "{} Down",
        "The {} cannot be reached by the monitoring, or no target of it is known any more. Other parts go on without "
        "it for a while, then requests fail. Look at the targets, then at the logs of the {}.",
        ("{} has disappeared from target discovery.", "No {} has been up for 15 minutes.", "all {} targets are gone"),
        (
            ("Ingester", "ingester", "Ingester"),
            ("Distributor", "distributor", "Distributor"),
            ("Query Frontend", "query frontend", "Query frontend"),
            ("Compactor", "compactor", "Compactor"),
            ("Ruler", "ruler", "Ruler"),
            ("Store Gateway", "store gateway", "Store gateway"),
            ("API", "API", "API"),
        ),
    ),
    Family(
        "target-limit",
        "Scrape {}",
        "A scrape of the collector went over a limit: {}. Samples of the job are dropped. Raise the limit, or make the "
        "exporter say less.",
        ("The collector dropped a scrape because of the {}.", "scrapes fail: {}"),
        (
            ("Label Limit Hit", "too many labels on a sample", "label limit"),
            ("Sample Limit Hit", "too many samples in a body", "sample limit"),
            ("Target Limit Hit", "too many targets in a job", "target limit"),
            ("Body Size Limit Hit", "the body has too many bytes", "body size limit"),
        ),
    ),
    Family(
        "overcommit",
        "Cluster {} Overcommitted",
        "The cluster promised more {} than it has and cannot lose a machine. Requests are compared with what the "
        "machines offer, for CPU and for memory. Add machines or lower the requests.",
        ("The cluster has overcommitted its {} requests.", "{} requests exceed what remains when a machine fails"),
        (
            ("CPU", "CPU", "CPU"),
            ("Memory", "memory", "memory"),
            ("GPU", "GPU", "GPU"),
            ("CPU Quota", "CPU quota of namespaces", "CPU quota"),
            ("Memory Quota", "memory quota of namespaces", "memory quota"),
        ),
    ),
    Family(
        "traffic",
        "Host Interface {}",
        "An interface of the host reports {}. Cables, drivers and full buffers are the usual reasons, in both "
        "directions. Look at the counters of the interface.",
        ("Host interface is reporting many {}.", "eth0 has seen 412 {} in two minutes"),
        (
            ("Receive Errors", "errors when it receives", "receive errors"),
            ("Transmit Errors", "errors when it transmits", "transmit errors"),
            ("Receive Drops", "packets dropped when it receives", "receive drops"),
            ("Transmit Drops", "packets dropped when it transmits", "transmit drops"),
        ),
    ),
    Family(
        "volume",
        "Volume {}",
        "A volume has {}. Writes fail when nothing is left. Delete what is not needed, or make the volume larger. "
        "Files and bytes are counted apart.",
        ("The volume {}.", "alert: volume on /srv {}"),
        (
            ("Space Filling Up", "bytes that fill up and are predicted to run out", "is predicted to run out of space"),
            ("Almost Out Of Space", "less than five percent of its bytes left", "has less than 5% space left"),
            (
                "Files Filling Up",
                "inodes that fill up and are predicted to run out",
                "is predicted to run out of inodes",
            ),
            ("Almost Out Of Files", "less than five percent of its inodes left", "has less than 5% inodes left"),
            ("Errors", "failed to be provisioned, its phase says so", "is in phase failed"),
        ),
    ),
    Family(
        "quota",
        "Namespace Quota {}",
        "A namespace has {} of its quota. New objects are refused once nothing is left. Ask for more or clean up.",
        ("Namespace quota {}.", "the quota of the namespace {}"),
        (
            ("Almost Full", "used more than nine tenths", "is going to be full"),
            ("Fully Used", "used all, exactly", "is fully used"),
            ("Exceeded", "gone over the limits", "has exceeded the limits"),
        ),
    ),
    Family(
        "certificate",
        "Agent {}",
        "The {} of the agent is concerned. The agent cannot join its controller without one. Look at the signing "
        "requests and at the agent's log, for the client and for the server side.",
        ("The agent's {}.", "agent on worker-7: {}"),
        (
            (
                "Client Certificate Expiration",
                "client certificate, which expires",
                "client certificate is about to expire",
            ),
            (
                "Server Certificate Expiration",
                "server certificate, which expires",
                "server certificate is about to expire",
            ),
            (
                "Client Certificate Renewal Errors",
                "renewal of the client certificate",
                "client certificate could not be renewed",
            ),
            (
                "Server Certificate Renewal Errors",
                "renewal of the server certificate",
                "server certificate could not be renewed",
            ),
        ),
    ),
    Family(
        "replicas",
        "{} Ready",
        "The ingest replicas are counted: {}. Reads need a quorum of ready replicas. Find out why they are not ready.",
        ("{} of the ingest replicas are ready", "ingest: {} replicas ready"),
        (
            ("Ingest Replicas Low", "fewer than planned, only a few", "only few"),
            ("Ingest Replicas None", "zero, none at all", "none"),
            ("Ingest Replicas Too Many", "more than planned", "more than wanted"),
        ),
    ),
    Family(
        "rollout",
        "{}",
        "The number of pods of the {}. Compare what is wanted with what runs, then describe the pods. Deployments, "
        "stateful sets and daemon sets are rolled out in different ways.",
        ("{}", "in namespace shop: {}"),
        (
            (
                "Deployment Replicas Mismatch",
                "deployment is not the wanted one",
                "Deployment has not matched the expected number of replicas",
            ),
            (
                "StatefulSet Replicas Mismatch",
                "stateful set is not the wanted one",
                "StatefulSet has not matched the expected number of replicas",
            ),
            (
                "Autoscaler Replicas Mismatch",
                "autoscaler is not the wanted one",
                "Autoscaler has not matched the desired number of replicas",
            ),
            ("Autoscaler Maxed Out", "autoscaler is at its maximum", "Autoscaler is running at max replicas"),
            ("DaemonSet Rollout Stuck", "daemon set does not progress", "DaemonSet rollout is stuck, 40% are updated"),
            ("DaemonSet Not Scheduled", "daemon set that lacks nodes", "3 pods of DaemonSet are not scheduled"),
            (
                "DaemonSet Misscheduled",
                "daemon set on nodes where it must not be",
                "3 pods of DaemonSet run where they are not supposed to run",
            ),
            (
                "Deployment Generation Mismatch",
                "deployment of an older generation",
                "Deployment generation does not match",
            ),
        ),
    ),
    Family(
        "operator",
        "Operator {}",
        "The operator has {} in its loop. Objects are not brought to the wanted state. Look at its log and its rights; "
        "listing, watching and reconciling need different ones.",
        ("Errors while performing {} operations in the operator", "the operator reports {} errors"),
        (
            ("List Errors", "errors when it lists objects", "list"),
            ("Watch Errors", "errors when it watches objects", "watch"),
            ("Reconcile Errors", "errors when it reconciles objects", "reconcile"),
            ("Node Lookup Errors", "errors when it looks up nodes", "node lookup"),
            ("Sync Failed", "failed to sync objects", "sync"),
        ),
    ),
    Family(
        "sending",
        "Notifier {}",
        "The notifier {}. Alerts are lost or late. Check the receiver, the network between, and the queue.",
        ("{}", "notifier-0: {}"),
        (
            (
                "Errors Sending To Some Receivers",
                "fails to send to some receivers",
                "more than 1% errors sending alerts to a specific receiver",
            ),
            (
                "Errors Sending To Any Receiver",
                "fails to send to every receiver",
                "at least 3% errors sending alerts to any receiver",
            ),
            ("Not Connected To Receivers", "knows no receiver", "is not connected to any receivers"),
            ("Queue Running Full", "has a queue that fills", "alert notification queue is predicted to run full"),
            ("Failed Reload", "could not load its configuration", "reloading the configuration has failed"),
            (
                "Config Inconsistent",
                "has other configurations within its cluster",
                "instances have different configurations",
            ),
        ),
    ),
    Family(
        "array",
        "Disk Array {}",
        "An array of disks {}. A spare takes over where there is one. Replace the disk and watch the rebuild.",
        ("{}", "md0 on db-4: {}"),
        (
            ("Degraded", "has lost a disk and has no spare left", "array is in degraded state, no spare drive left"),
            ("Disk Failure", "reports a failed disk", "at least one device in the array failed"),
            ("Rebuild Slow", "rebuilds for hours", "array has been rebuilding for hours"),
        ),
    ),
    Family(
        "clock",
        "Clock {}",
        "The clock of a machine {}. Certificates, tokens and logs depend on it. Look at chrony and its sources.",
        ("{}", "machine 12: {}"),
        (
            ("Skew Detected", "is off by more than 50 ms", "clock is out of sync by more than 300 ms"),
            ("Not Synchronising", "is not synchronised by any source", "clock is not synchronising, is NTP configured"),
        ),
    ),
    Family(
        "latency",
        "Store {} Slow",
        "The {} of the store take long at the 99th percentile. Disks and large values are the usual reasons, for reads "
        "and for writes.",
        ("store: {} are slow", "99th percentile of {} is 1.2 s"),
        (
            ("Reads", "reads", "reads"),
            ("Writes", "writes", "writes"),
            ("Commits", "commits to the backend", "commits"),
            ("Fsyncs", "fsync calls of the log", "fsync durations"),
            ("Leader Elections", "elections of a leader", "leader elections"),
        ),
    ),
)


def _id(family: Family, title: str) -> str:
    return f"sibling-{family.name}-{'-'.join(family.title.format(title).lower().split())}"


def documents() -> Iterator[tuple[str, str]]:
    """The id and the Markdown of every document."""
    for family in FAMILIES:
        for title, text, _ in family.members:
            others = ", ".join(family.title.format(other) for other, *_ in family.members if other != title)
            body = family.text.replace("{}", text)
            yield (
                _id(family, title),
                f"# {family.title.format(title)}\n\n## Meaning\n\n{body}\n\n## See also\n\n{others}.\n",
            )


def questions() -> Iterator[tuple[str, str]]:
    """Every question with the id of the one right document."""
    for family in FAMILIES:
        for title, _, said in family.members:
            for question in family.questions:
                yield question.format(said), _id(family, title)


def main() -> None:
    """Write the documents and the questions, or say how many there are."""
    asked = list(questions())
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(f"{len(list(documents()))} documents of {len(FAMILIES)} families, {len(asked)} questions")
        return
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    lines = (json.dumps({"text": text, "expected": name}) for text, name in asked)
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
