"""StreamsGroupDescribe: what groups of Kafka Streams applications are doing, and their members (KIP-1071)."""

from collections.abc import Iterable

from weirmq.services.kafka.acls import ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.group_access import description_fault
from weirmq.services.kafka.group_types import is_other_group, is_share_group
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.streams_assignor import NO_TASKS, Task, by_subtopology
from weirmq.services.kafka.streams_groups import Member, StreamsGroup
from weirmq.services.kafka.streams_topology import Layout, named
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages import streams_group_describe_response as described
from weirmq.wire.kafka.messages.streams_group_describe_request import StreamsGroupDescribeRequest
from weirmq.wire.kafka.messages.streams_group_heartbeat_request import Subtopology, TopicInfo


def streams_group_describe(
    kafka: Kafka, ask: Ask, request: StreamsGroupDescribeRequest
) -> described.StreamsGroupDescribeResponse:
    """Topology, state and members of groups."""
    groups = [_described(kafka, ask, name) for name in dict.fromkeys(request.group_ids)]  # each once
    if request.include_authorized_operations:
        for each in [group for group in groups if not group.error_code]:
            each.authorized_operations = kafka.authorizer.operations(ask, ResourceType.GROUP, each.group_id)
    return described.StreamsGroupDescribeResponse(0, groups)


def _described(kafka: Kafka, ask: Ask, name: str) -> described.DescribedGroup:
    key = (ask.cluster, name)
    group = kafka.streams_groups.get(key)
    topics = named(group.topology.subtopologies.values()) if group is not None else ()
    code, reason = description_fault(kafka, ask, name, topics)
    if code:
        return described.DescribedGroup(code, reason, name)
    if group is None:
        is_there = is_other_group(kafka, key) or is_share_group(kafka, key)
        reason = f"Group {name} is not a streams group." if is_there else f"Group {name} not found."
        return described.DescribedGroup(Code.GROUP_ID_NOT_FOUND, reason, name)
    layout = group.layout if group.layout.is_ready else Layout()
    subtopologies = sorted(group.topology.subtopologies.values(), key=lambda each: each.subtopology_id)
    topology = described.Topology(group.topology.epoch, [_subtopology(each, layout) for each in subtopologies])
    members = [_member(group, each) for each in group.members.values()]
    return described.DescribedGroup(0, None, name, group.state, group.epoch, group.assigned_epoch, topology, members)


def _subtopology(each: Subtopology, layout: Layout) -> described.Subtopology:
    return described.Subtopology(
        each.subtopology_id,
        sorted(each.source_topics),
        sorted(each.repartition_sink_topics),
        _infos(each.state_changelog_topics, layout),
        _infos(each.repartition_source_topics, layout),
    )


def _infos(topics: Iterable[TopicInfo], layout: Layout) -> list[described.TopicInfo]:
    return [
        described.TopicInfo(
            each.name,
            layout.partitions.get(each.name, each.partitions),
            each.replication_factor,
            [described.KeyValue(config.key, config.value) for config in each.topic_configs],
        )
        for each in sorted(topics, key=lambda topic: topic.name)
    ]


def _member(group: StreamsGroup, member: Member) -> described.Member:
    target = group.target.get(member.id, NO_TASKS)
    return described.Member(
        member.id,
        member.epoch,
        None,
        member.rack,
        member.client_id,
        f"/{member.host}",
        member.topology_epoch,
        member.process,
        None if member.endpoint is None else described.Endpoint(*member.endpoint),
        [described.KeyValue(key, value) for key, value in member.tags.items()],
        [],
        [],
        _assignment(member.active, member.standby),
        _assignment(target.active, target.standby),
        False,
    )


def _assignment(active: Iterable[Task], standby: Iterable[Task]) -> described.Assignment:
    return described.Assignment(_task_ids(active), _task_ids(standby))


def _task_ids(tasks: Iterable[Task]) -> list[described.TaskIds]:
    return [described.TaskIds(name, indexes) for name, indexes in by_subtopology(tasks).items()]
