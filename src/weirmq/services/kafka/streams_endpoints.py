"""Where an application's threads can be asked for what is in their stores (interactive queries): which partitions are
with which endpoint. Members hear of it whenever the group's epoch of that isn't the one that they know.
"""

from collections.abc import Iterable

from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.streams_assignor import Task
from weirmq.services.kafka.streams_groups import StreamsGroup
from weirmq.services.kafka.streams_topology import sources
from weirmq.wire.kafka.messages.streams_group_heartbeat_response import Endpoint, EndpointToPartitions, TopicPartition


def endpoints(cluster: Cluster, group: StreamsGroup) -> list[EndpointToPartitions]:
    """The source partitions of the tasks of each member that has an endpoint."""
    return [
        EndpointToPartitions(
            Endpoint(*member.endpoint),
            _partitions(cluster, group, member.active),
            _partitions(cluster, group, member.standby),
        )
        for member in group.members.values()
        if member.endpoint is not None
    ]


def _partitions(cluster: Cluster, group: StreamsGroup, tasks: Iterable[Task]) -> list[TopicPartition]:
    indexes: dict[str, list[int]] = {}
    for name, index in sorted(tasks):
        indexes.setdefault(name, []).append(index)
    return [
        TopicPartition(topic, there)
        for name, found in indexes.items()
        for topic in sources(group.topology.subtopologies[name])
        if topic in cluster.topics
        if (there := [each for each in found if each < len(cluster.topics[topic].partitions)])
    ]
