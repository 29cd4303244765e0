"""StreamsGroupHeartbeat: the threads of Kafka Streams applications. See streams_groups.py for the rules."""

from collections.abc import Iterable
from typing import Final

import msgspec

from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.group_access import Refused, access_fault, may_read
from weirmq.services.kafka.group_configs import (
    STREAMS_ASSIGNMENT_MS,
    STREAMS_DELAY_MS,
    STREAMS_HEARTBEAT_MS,
    STREAMS_SESSION_MS,
    STREAMS_STANDBYS,
)
from weirmq.services.kafka.group_types import is_share_group
from weirmq.services.kafka.groups import Key
from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.streams_assignor import NO_TASKS, Task, Tasks, by_subtopology
from weirmq.services.kafka.streams_endpoints import endpoints
from weirmq.services.kafka.streams_groups import NOT_VALIDATED, Member, StreamsGroup
from weirmq.services.kafka.streams_topology import (
    DELAYED,
    SHUTDOWN,
    STALE_TOPOLOGY,
    Layout,
    Topology,
    check_size,
    laid_out,
    named,
    summary,
    topology_of,
)
from weirmq.services.kafka.topics import create_topics, name_fault
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from weirmq.wire.kafka.messages.streams_group_heartbeat_request import StreamsGroupHeartbeatRequest
from weirmq.wire.kafka.messages.streams_group_heartbeat_request import TaskIds as Owned
from weirmq.wire.kafka.messages.streams_group_heartbeat_response import Status, StreamsGroupHeartbeatResponse, TaskIds

JOIN, LEAVE, AWAY = 0, -1, -2  # epochs that say something else
SAID_LETTERS: Final = 8_192  # of what a member says of itself, and others may be told: our own
INTERNAL: Final = frozenset({"__consumer_offsets", "__transaction_state", "__share_group_state"})  # Kafka's own


def streams_group_heartbeat(
    kafka: Kafka, ask: Ask, request: StreamsGroupHeartbeatRequest
) -> StreamsGroupHeartbeatResponse:
    """Join, stay or leave; hear which tasks one is to run."""
    try:
        _check_access(kafka, ask, request)
        _check_features(request)
        _check(request)
        _check_type(kafka, (ask.cluster, request.group_id))
        if request.member_epoch in {LEAVE, AWAY}:
            return _leave(kafka, ask, request)
        return _beat(kafka, ask, request)
    except Refused as refused:
        return StreamsGroupHeartbeatResponse(0, refused.code, refused.reason)


# What is refused


def _check_access(kafka: Kafka, ask: Ask, request: StreamsGroupHeartbeatRequest) -> None:
    topics = []
    if request.topology is not None and may_read(kafka, ask, request.group_id):
        check_size(request.topology)
        topics = named(request.topology.subtopologies)
    for name in topics:
        if name in INTERNAL:
            raise Refused(Code.STREAMS_INVALID_TOPOLOGY, f"{name} is a topic of Kafka's own, and none of a topology.")
        if found := name_fault(name):
            raise Refused(Code.STREAMS_INVALID_TOPOLOGY, f"A topic's name in the topology is invalid: {found}.")
    code, reason = access_fault(kafka, ask, request.group_id, topics)
    if code:
        raise Refused(code, reason)


def _check_features(request: StreamsGroupHeartbeatRequest) -> None:
    """What the protocol has room for, and Kafka 4.3 refuses."""
    subtopologies = request.topology.subtopologies if request.topology is not None else []
    unsupported = {
        "Static membership": request.instance_id is not None,
        "TaskOffsets": request.task_offsets is not None,
        "TaskEndOffsets": request.task_end_offsets is not None,
        "WarmupTasks": bool(request.warmup_tasks),
        "Regular expressions for source topics": any(each.source_topic_regex for each in subtopologies),
    }
    for what, is_used in unsupported.items():
        if is_used:
            raise Refused(Code.INVALID_REQUEST, f"{what}: not supported in groups of Kafka Streams.")


def _check(request: StreamsGroupHeartbeatRequest) -> None:
    for what, value in (("MemberId", request.member_id), ("GroupId", request.group_id), ("RackId", request.rack_id)):
        if value == "":
            raise Refused(Code.INVALID_REQUEST, f"{what} can't be empty.")
    if (letters := _said_letters(request)) > SAID_LETTERS:
        reason = f"The member says {letters} letters of itself; there may be {SAID_LETTERS} here."
        raise Refused(Code.INVALID_REQUEST, reason)
    tasks = (request.active_tasks, request.standby_tasks, request.warmup_tasks)
    if request.member_epoch == JOIN:
        if request.rebalance_timeout_ms == -1:
            raise Refused(Code.INVALID_REQUEST, "RebalanceTimeoutMs must be given by a member that joins.")
        if any(tasks):
            raise Refused(Code.INVALID_REQUEST, "ActiveTasks, StandbyTasks and WarmupTasks must be empty at a join.")
    elif request.member_epoch == AWAY:
        raise Refused(Code.INVALID_REQUEST, "InstanceId can't be null where a static member leaves for a while.")
    elif request.member_epoch < AWAY:
        raise Refused(Code.INVALID_REQUEST, f"MemberEpoch is {request.member_epoch}, and must be at least -2.")
    elif request.topology is not None:
        raise Refused(Code.INVALID_REQUEST, "Topology can only be given by a member that joins.")
    if len({each is None for each in tasks}) > 1:
        raise Refused(Code.INVALID_REQUEST, "Of ActiveTasks, StandbyTasks and WarmupTasks all must be given, or none.")


def _said_letters(request: StreamsGroupHeartbeatRequest) -> int:
    host = request.user_endpoint.host if request.user_endpoint is not None else ""
    tags = [text for each in request.client_tags or () for text in (each.key, each.value)]
    return sum(map(len, (request.member_id, request.rack_id or "", request.process_id or "", host, *tags)))


def _check_type(kafka: Kafka, key: Key) -> None:
    """Whether the group is one of this protocol, or may become one, as those of the classic one without members."""
    classic = kafka.groups.get(key)
    has_members = classic is not None and classic.members
    if has_members or is_share_group(kafka, key) or kafka.consumer_groups.get(key) is not None:
        raise Refused(Code.GROUP_ID_NOT_FOUND, f"Group {key[1]} is not a streams group.")


def _find(kafka: Kafka, ask: Ask, request: StreamsGroupHeartbeatRequest) -> tuple[StreamsGroup, Member]:
    group = kafka.streams_groups.get((ask.cluster, request.group_id))
    member = group.members.get(request.member_id) if group is not None else None
    if group is None or member is None:
        raise Refused(Code.UNKNOWN_MEMBER_ID, f"Member {request.member_id} is not a member of {request.group_id}.")
    return group, member


def _check_epoch(member: Member, epoch: int, owned: Tasks | None) -> None:
    has_missed_one = (
        epoch == member.epoch_before
        and owned is not None
        and owned.active <= member.active.keys()
        and owned.standby <= member.standby
    )
    if epoch != member.epoch and not has_missed_one:
        reason = f"The member is at epoch {member.epoch}, not {epoch}: it must give up its tasks and join again."
        raise Refused(Code.FENCED_MEMBER_EPOCH, reason)


def _topology(kafka: Kafka, ask: Ask, group: StreamsGroup | None, request: StreamsGroupHeartbeatRequest) -> Topology:
    """The topology that the group has, or gets by its first member."""
    sent = request.topology
    if group is not None and request.member_epoch != JOIN:
        return group.topology
    if sent is None:
        raise Refused(Code.INVALID_REQUEST, "Topology must be given by a member that joins.")
    asked = topology_of(sent)
    if group is not None and asked.epoch < group.topology.epoch:
        _check_described(kafka, ask, group)
        return group.topology
    if group is not None and asked != group.topology:
        reason = f"Group {request.group_id} has another topology, and keeps it until it is deleted."
        raise Refused(Code.INVALID_REQUEST, reason)
    return asked


def _check_described(kafka: Kafka, ask: Ask, group: StreamsGroup) -> None:
    """Whether a member may hear of the topics of the group, where these are others than its own."""
    code, reason = access_fault(kafka, ask, group.key[1], named(group.topology.subtopologies.values()))
    if code:
        raise Refused(code, reason)


def _check_tasks(layout: Layout, owned: Tasks | None) -> None:
    """Whether there are all the tasks that a member says it has, as far as that is known."""
    if owned is None or not layout.is_ready:
        return
    for name, index in owned.active | owned.standby:
        if name not in layout.tasks:
            raise Refused(Code.INVALID_REQUEST, f"There is no subtopology {name}.")
        if not 0 <= index < layout.tasks[name]:
            reason = f"There is no task {index} of subtopology {name}, which has {layout.tasks[name]}."
            raise Refused(Code.INVALID_REQUEST, reason)


# Joining and staying


def _beat(kafka: Kafka, ask: Ask, request: StreamsGroupHeartbeatRequest) -> StreamsGroupHeartbeatResponse:
    key, cluster = (ask.cluster, request.group_id), kafka.cluster(ask)
    owned = _owned(request)
    known = kafka.streams_groups.get(key)
    before = known.members.get(request.member_id) if known is not None else None
    if request.member_epoch != JOIN:
        known, before = _find(kafka, ask, request)
        _check_epoch(before, request.member_epoch, owned)
    topology = _topology(kafka, ask, known, request)
    sizes = _sizes(cluster, topology)
    is_same = known is not None and known.sizes == sizes and not known.layout.missing
    layout = known.layout if known is not None and is_same else _laid_out(topology, sizes)
    _check_tasks(layout, owned)
    if layout.missing:
        refused = _make(kafka, ask, layout.missing)
        sizes = _sizes(cluster, topology)
        layout = _laid_out(topology, sizes, refused)
    member = _updated(ask, before or Member(request.member_id), request)
    group = kafka.streams_groups.make(key)
    group.topology = topology
    kafka.groups.drop(key)  # of the classic protocol, and without members
    _note(kafka, group, sizes, layout, is_new=known is None or member != before)
    if not group.members and ask.now_ms >= group.waits_until_ms:
        group.waits_until_ms = ask.now_ms + kafka.group_number(key, STREAMS_DELAY_MS)
    group.members[member.id] = member
    status = _aim(kafka, group, ask.now_ms)
    group.advance(member, owned, ask.now_ms)
    kafka.streams_groups.expect(group, member, ask.now_ms + kafka.group_number(key, STREAMS_SESSION_MS))
    if request.shutdown_application and not group.shutdown_by:
        group.shutdown_by = member.id
    is_told = before is None or request.member_epoch == JOIN or _is_news(before, member, owned)
    return _told(kafka, group, member, request, status, is_first=known is None, is_told=is_told)


def _owned(request: StreamsGroupHeartbeatRequest) -> Tasks | None:
    """What a member says that it has, if it does. One that joins has nothing."""
    if request.member_epoch == JOIN:
        return NO_TASKS
    if request.active_tasks is None or request.standby_tasks is None:
        return None
    return Tasks(_set_of(request.active_tasks), _set_of(request.standby_tasks))


def _set_of(tasks: Iterable[Owned]) -> frozenset[Task]:
    return frozenset((each.subtopology_id, index) for each in tasks for index in each.partitions)


def _sizes(cluster: Cluster, topology: Topology) -> dict[str, tuple[bytes, int]]:
    """The ids, and the numbers of partitions, of the topics that a topology needs and that are there."""
    topics = [cluster.topics[name] for name in topology.topics if name in cluster.topics]
    return {each.name: (each.id, len(each.partitions)) for each in topics}


def _laid_out(topology: Topology, sizes: dict[str, tuple[bytes, int]], refused: str = "") -> Layout:
    layout = laid_out(topology, {name: count for name, (_, count) in sizes.items()})
    if layout.status is None or not refused:
        return layout
    status = Status(layout.status.status_code, f"{layout.status.status_detail} {refused}")
    return msgspec.structs.replace(layout, status=status)


def _make(kafka: Kafka, ask: Ask, topics: list[CreatableTopic]) -> str:
    """Make internal topics, in the name of who asks; or say why not."""
    may = kafka.authorizer.may
    if not may(ask, Operation.CREATE, ResourceType.CLUSTER):
        denied = [each.name for each in topics if not may(ask, Operation.CREATE, ResourceType.TOPIC, each.name)]
        if denied:
            return f"Unauthorized to CREATE on topics {summary(denied)}."
    made = create_topics(kafka, ask, CreateTopicsRequest(topics)).topics
    failed = [f"{each.name} ({each.error_message})" for each in made if each.error_code]
    return f"Creation failed: {summary(failed)}." if failed else ""


def _updated(ask: Ask, member: Member, request: StreamsGroupHeartbeatRequest) -> Member:
    """The member, with what it says of itself now."""
    said = {
        "rack": request.rack_id,
        "rebalance_ms": None if request.rebalance_timeout_ms == -1 else request.rebalance_timeout_ms,
        "topology_epoch": None if request.topology is None else request.topology.epoch,
        "process": request.process_id,
        "tags": None if request.client_tags is None else {each.key: each.value for each in request.client_tags},
        "endpoint": None if request.user_endpoint is None else (request.user_endpoint.host, request.user_endpoint.port),
        "client_id": ask.head.client_id or "",
        "host": ask.connection.peer,
    }
    return msgspec.structs.replace(member, **{name: value for name, value in said.items() if value is not None})


def _note(
    kafka: Kafka, group: StreamsGroup, sizes: dict[str, tuple[bytes, int]], layout: Layout, *, is_new: bool
) -> None:
    """Begin an epoch where there is a new member, or other topics or configs."""
    validated = group.topology.epoch if layout.is_ready else NOT_VALIDATED
    replicas = kafka.group_number(group.key, STREAMS_STANDBYS)
    now = (sizes, validated, replicas)
    if is_new or now != (group.sizes, group.validated, group.replicas):
        group.epoch += 1
    group.sizes, group.validated, group.replicas = now
    group.layout = layout


def _aim(kafka: Kafka, group: StreamsGroup, now_ms: int) -> Status | None:
    """Make the target anew where it is out of date; or say why not yet."""
    if now_ms < group.waits_until_ms:
        return Status(DELAYED, "The group waits for more members (streams.initial.rebalance.delay.ms).")
    if group.assigned_epoch >= group.epoch:
        return None
    if group.assigned_ms and now_ms < group.assigned_ms + kafka.group_number(group.key, STREAMS_ASSIGNMENT_MS):
        return Status(DELAYED, "Tasks were assigned a moment ago (streams.assignment.interval.ms).")
    group.aim(now_ms)
    return None


def _is_news(before: Member, member: Member, owned: Tasks | None) -> bool:
    """Whether a member is to have something else than it was told, or than it says that it has."""
    is_another = (before.active, before.standby) != (member.active, member.standby)
    return is_another or (owned is not None and owned != member.tasks)


def _told(
    kafka: Kafka,
    group: StreamsGroup,
    member: Member,
    request: StreamsGroupHeartbeatRequest,
    delayed: Status | None,
    *,
    is_first: bool,
    is_told: bool,
) -> StreamsGroupHeartbeatResponse:
    heartbeat_ms = kafka.group_number(group.key, STREAMS_HEARTBEAT_MS)
    answer = StreamsGroupHeartbeatResponse(0, 0, None, member.id, member.epoch, heartbeat_ms)
    answer.status = list(_status(group, member, delayed))
    if is_told:
        answer.active_tasks, answer.standby_tasks = _task_ids(member.active), _task_ids(member.standby)
        answer.warmup_tasks = []
        if member.endpoint is not None and not is_first:
            group.endpoints_epoch += 1
    if is_first or group.endpoints_epoch != request.endpoint_information_epoch:
        answer.partitions_by_user_endpoint = endpoints(kafka.machine.clusters[group.key[0]], group)
    answer.endpoint_information_epoch = group.endpoints_epoch
    return answer


def _task_ids(tasks: Iterable[Task]) -> list[TaskIds]:
    """Tasks as answers name them."""
    return [TaskIds(name, indexes) for name, indexes in by_subtopology(tasks).items()]


def _status(group: StreamsGroup, member: Member, delayed: Status | None) -> Iterable[Status]:
    if member.topology_epoch < group.topology.epoch:
        detail = f"The member's topology is of epoch {member.topology_epoch}, the group's of {group.topology.epoch}."
        yield Status(STALE_TOPOLOGY, detail)
    if delayed is not None:
        yield delayed
    if group.layout.status is not None:
        yield group.layout.status
    if group.shutdown_by:
        yield Status(SHUTDOWN, f"Member {group.shutdown_by} has failed, and wants the whole application to end.")


# Leaving


def _leave(kafka: Kafka, ask: Ask, request: StreamsGroupHeartbeatRequest) -> StreamsGroupHeartbeatResponse:
    group, member = _find(kafka, ask, request)
    if request.shutdown_application and not group.shutdown_by:
        group.shutdown_by = member.id
    _remove(kafka, group, member, ask.now_ms)
    return StreamsGroupHeartbeatResponse(0, 0, None, member.id, request.member_epoch)


def _remove(kafka: Kafka, group: StreamsGroup, member: Member, now_ms: int) -> None:
    kafka.streams_groups.relax(group, member)
    group.remove(member, now_ms)


def expire(kafka: Kafka, now_ms: int) -> None:
    """Let go of members that were silent, or that keep what they were to give up, for too long."""
    for group, member in kafka.streams_groups.expired(now_ms):
        _remove(kafka, group, member, now_ms)
