"""Where an application's processes can be asked for what is in their stores (interactive queries): which partitions are
with which endpoint. Members hear of it whenever the group's epoch of that isn't the one that they know.

An endpoint is named once, with what all members have that give it, as the threads of a process do: clients keep one
entry an endpoint.
"""

from bisect import bisect_left
from collections.abc import Iterable

from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.streams_assignor import Task, by_subtopology
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
    found: dict[str, set[int]] = {}
    for name, indexes in by_subtopology(tasks).items():
        for topic in sources(group.topology.subtopologies[name]):
            count = len(cluster.topics[topic].partitions) if topic in cluster.topics else 0
            if here := indexes[: bisect_left(indexes, count)]:
                found.setdefault(topic, set()).update(here)
    return [TopicPartition(topic, sorted(indexes)) for topic, indexes in found.items()]
