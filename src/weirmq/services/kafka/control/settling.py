"""What a crash may have left half done: a Kafka cluster without its name, or a name without its cluster."""

from weirmq.services.kafka.clusters import remove_cluster
from weirmq.services.kafka.control.facts import ClusterDeleted
from weirmq.services.kafka.model import DEFAULT_CLUSTER
from weirmq.services.kafka.service import Kafka


def settle(kafka: Kafka, now_ms: int) -> None:
    """Let go of what isn't whole: nobody was told that it is there. Raises NoRoom, LogFailed."""
    machine = kafka.machine
    for cluster in list(machine.clusters.values()):
        if cluster.number not in machine.control.by_number and cluster.number != DEFAULT_CLUSTER:
            remove_cluster(kafka, now_ms, cluster)
    for managed in list(machine.control.clusters.values()):
        if managed.number not in machine.clusters:
            kafka.commit(now_ms, ClusterDeleted(managed.arn))
