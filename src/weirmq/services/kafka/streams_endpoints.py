"""Where an application's processes can be asked for what is in their stores (interactive queries): which partitions are
with which endpoint. Members hear of it whenever the group's epoch of that isn't the one that they know.

An endpoint is named once, with what all members have that give it, as the threads of a process do: clients keep one
entry an endpoint.
"""

from collections.abc import Iterable

from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.streams_assignor import Task
from weirmq.services.kafka.streams_groups import Member, StreamsGroup
from weirmq.services.kafka.streams_topology import sources
from weirmq.wire.kafka.messages.streams_group_heartbeat_response import Endpoint, EndpointToPartitions, TopicPartition


def endpoints(cluster: Cluster, group: StreamsGroup) -> list[EndpointToPartitions]:
    """The source partitions of the tasks that can be asked for at each endpoint."""
    found: dict[tuple[str, int], list[Member]] = {}
    for member in group.members.values():
        if member.endpoint is not None:
            found.setdefault(member.endpoint, []).append(member)
    return [
        EndpointToPartitions(
            Endpoint(*endpoint),
            _partitions(cluster, group, [task for each in members for task in each.active]),
            _partitions(cluster, group, [task for each in members for task in each.standby]),
        )
        for endpoint, members in found.items()
    ]


def _partitions(cluster: Cluster, group: StreamsGroup, tasks: Iterable[Task]) -> list[TopicPartition]:
    indexes: dict[str, list[int]] = {}
    for name, index in sorted(tasks):
        for topic in sources(group.topology.subtopologies[name]):
            if topic in cluster.topics and index < len(cluster.topics[topic].partitions):
                indexes.setdefault(topic, []).append(index)
    return [TopicPartition(topic, found) for topic, found in indexes.items()]
