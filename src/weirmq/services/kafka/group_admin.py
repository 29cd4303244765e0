"""FindCoordinator, DescribeGroups, ListGroups, DeleteGroups."""

import re
from typing import Final

from weirmq.services.kafka import facts
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.group_types import is_share_group
from weirmq.services.kafka.groups import COMPLETING, DEAD, EMPTY, STABLE, Group, Member
from weirmq.services.kafka.service import Kafka
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.delete_groups_request import DeleteGroupsRequest
from weirmq.wire.kafka.messages.delete_groups_response import DeletableGroupResult, DeleteGroupsResponse
from weirmq.wire.kafka.messages.describe_groups_request import DescribeGroupsRequest
from weirmq.wire.kafka.messages.describe_groups_response import (
    DescribedGroup,
    DescribedGroupMember,
    DescribeGroupsResponse,
)
from weirmq.wire.kafka.messages.find_coordinator_request import FindCoordinatorRequest
from weirmq.wire.kafka.messages.find_coordinator_response import Coordinator, FindCoordinatorResponse
from weirmq.wire.kafka.messages.list_groups_request import ListGroupsRequest
from weirmq.wire.kafka.messages.list_groups_response import ListedGroup, ListGroupsResponse

KEYS_FIRST: Final = 4  # the version of FindCoordinator that asks for several
NOT_FOUND_FIRST: Final = 6  # the version of DescribeGroups that says so (KIP-1043)
GROUP, TRANSACTION, SHARE = 0, 1, 2  # key types
DENIED: Final = "Authorization failed."
_GUARDED: Final = {
    GROUP: (Operation.DESCRIBE, ResourceType.GROUP, Code.GROUP_AUTHORIZATION_FAILED),
    TRANSACTION: (Operation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
    SHARE: (Operation.CLUSTER_ACTION, ResourceType.CLUSTER, Code.CLUSTER_AUTHORIZATION_FAILED),
}
_SHARE_KEY: Final = re.compile(r"(.+):([A-Za-z0-9_-]{22}):(\d{1,10})", re.DOTALL)  # group, topic id, partition


def find_coordinator(kafka: Kafka, ask: Ask, request: FindCoordinatorRequest) -> FindCoordinatorResponse:
    """The broker that looks after a group or a transactional id. Any could; they share the work."""
    if ask.version >= KEYS_FIRST:
        return FindCoordinatorResponse(
            coordinators=[_coordinator(kafka, ask, key, request.key_type) for key in request.coordinator_keys]
        )
    found = _coordinator(kafka, ask, request.key, request.key_type)
    return FindCoordinatorResponse(0, found.error_code, found.error_message, found.node_id, found.host, found.port)


def _coordinator(kafka: Kafka, ask: Ask, key: str, key_type: int) -> Coordinator:
    if key_type not in {GROUP, TRANSACTION, SHARE}:
        return Coordinator(key, -1, "", -1, Code.INVALID_REQUEST, f"There is no coordinator of type {key_type}.")
    operation, kind, denied = _GUARDED[key_type]
    if not kafka.authorizer.may(ask, operation, kind, *([] if key_type == SHARE else [key])):
        return Coordinator(key, -1, "", -1, denied, DENIED)
    if key_type == SHARE and not _SHARE_KEY.fullmatch(key):
        return Coordinator(key, -1, "", -1, Code.INVALID_REQUEST, "The key is no share partition.")
    broker = kafka.cluster(ask).coordinator(key)
    return Coordinator(key, broker, ask.connection.host, kafka.port(ask, broker), 0, None)


def describe_groups(kafka: Kafka, ask: Ask, request: DescribeGroupsRequest) -> DescribeGroupsResponse:
    """What groups are doing, and their members."""
    groups = [_described(kafka, ask, name) for name in dict.fromkeys(request.groups)]  # each once
    if request.include_authorized_operations:
        for each in [group for group in groups if not group.error_code]:
            each.authorized_operations = kafka.authorizer.operations(ask, ResourceType.GROUP, each.group_id)
    return DescribeGroupsResponse(0, groups)


def _described(kafka: Kafka, ask: Ask, name: str) -> DescribedGroup:
    if not kafka.authorizer.may(ask, Operation.DESCRIBE, ResourceType.GROUP, name):
        return DescribedGroup(Code.GROUP_AUTHORIZATION_FAILED, None, name)
    key = (ask.cluster, name)
    group = kafka.groups.get(key)
    others = (kafka.consumer_groups, kafka.streams_groups)
    is_other = any(kind.get(key) is not None for kind in others) or is_share_group(kafka, key)
    if is_other or (group is None and key not in kafka.machine.offsets):
        code = Code.GROUP_ID_NOT_FOUND if ask.version >= NOT_FOUND_FIRST else Code.NONE
        reason = f"Group {name} is not a classic group." if is_other else f"Group {name} not found."
        return DescribedGroup(code, reason if code else None, name, DEAD)
    if group is None:
        return DescribedGroup(0, None, name, EMPTY)
    protocol = group.protocol if group.state == STABLE else ""
    members = [_shown(group, each) for each in group.members.values()]
    return DescribedGroup(0, None, name, group.state, group.protocol_type, protocol, members)


def _shown(group: Group, member: Member) -> DescribedGroupMember:
    is_settled = group.state in {STABLE, COMPLETING}
    return DescribedGroupMember(
        member.id,
        member.instance,
        member.client_id,
        f"/{member.host}",
        member.metadata(group.protocol) if is_settled else b"",
        member.assignment,
    )


def list_groups(kafka: Kafka, ask: Ask, request: ListGroupsRequest) -> ListGroupsResponse:
    """The groups of this broker that have members or offsets. Clients ask all brokers, and put the answers together."""
    listed = {
        group.key[1]: ListedGroup(group.key[1], group.protocol_type, group.state, "classic")
        for group in kafka.groups.of(ask.cluster)
    }
    for found in kafka.consumer_groups.of(ask.cluster):
        listed[found.key[1]] = ListedGroup(found.key[1], "consumer", found.state, "consumer")
    for each in kafka.streams_groups.of(ask.cluster):
        listed[each.key[1]] = ListedGroup(each.key[1], "streams", each.state, "streams")
    listed |= _share_groups(kafka, ask.cluster)
    for cluster, name in kafka.machine.offsets:
        if cluster == ask.cluster and name not in listed:
            listed[name] = ListedGroup(name, "", EMPTY, "classic")
    states = {each.lower() for each in request.states_filter}
    types = {each.lower() for each in request.types_filter}
    coordinator, may = kafka.cluster(ask).coordinator, kafka.authorizer.may
    sees_all = may(ask, Operation.DESCRIBE, ResourceType.CLUSTER)
    chosen = [
        each
        for each in listed.values()
        if coordinator(each.group_id) == ask.broker
        and (sees_all or may(ask, Operation.DESCRIBE, ResourceType.GROUP, each.group_id))
        and (not states or each.group_state.lower() in states)
        and (not types or each.group_type in types)
    ]
    return ListGroupsResponse(0, 0, chosen)


def _share_groups(kafka: Kafka, cluster: int) -> dict[str, ListedGroup]:
    states = {name: EMPTY for number, name in kafka.machine.shares.groups if number == cluster}
    states |= {group.key[1]: group.state for group in kafka.share_groups.of(cluster)}
    return {name: ListedGroup(name, "share", state, "share") for name, state in states.items()}


def delete_groups(kafka: Kafka, ask: Ask, request: DeleteGroupsRequest) -> DeleteGroupsResponse:
    """Delete groups without members, each for itself."""
    return DeleteGroupsResponse(
        0, [DeletableGroupResult(name, _deleted(kafka, ask, name)) for name in request.groups_names]
    )


def _deleted(kafka: Kafka, ask: Ask, name: str) -> Code:
    if not kafka.authorizer.may(ask, Operation.DELETE, ResourceType.GROUP, name):
        return Code.GROUP_AUTHORIZATION_FAILED
    key = (ask.cluster, name)
    kinds = (*kafka.offset_groups, kafka.share_groups)
    groups = [group for kind in kinds if (group := kind.get(key)) is not None]
    is_kept = key in kafka.machine.offsets or key in kafka.machine.shares.groups
    if not groups and not is_kept:
        return Code.GROUP_ID_NOT_FOUND
    if any(each.members for each in groups):
        return Code.NON_EMPTY_GROUP
    if is_kept and (
        code := kafka.record(ask.now_ms, facts.GroupDeleted(ask.cluster, name), full=Code.COORDINATOR_NOT_AVAILABLE)
    ):
        return code
    for kind in kinds:
        kind.drop(key)
    kafka.share_partitions.prune()
    return Code.NONE
