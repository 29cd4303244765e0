"""DescribeClientQuotas, AlterClientQuotas."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Final

from weirmq.services.kafka import access_facts as facts
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.client_quotas import (
    CLIENT_ID,
    CONNECTION,
    CONSUMER,
    IP,
    MUTATION,
    PRODUCER,
    REQUEST,
    USER,
    Entity,
)
from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topic_configs import MAX_INT, MAX_LONG
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages import alter_client_quotas_request as altering
from weirmq.wire.kafka.messages import alter_client_quotas_response as altered
from weirmq.wire.kafka.messages import describe_client_quotas_response as described
from weirmq.wire.kafka.messages.describe_client_quotas_request import ComponentData, DescribeClientQuotasRequest

EXACT, DEFAULT, SPECIFIED = 0, 1, 2  # match types
_WHOLE: Final = {PRODUCER: MAX_LONG, CONSUMER: MAX_LONG, CONNECTION: MAX_INT}  # whole numbers up to there
_KINDS: Final = {
    IP: {CONNECTION},
    USER: {PRODUCER, CONSUMER, REQUEST, MUTATION},
    CLIENT_ID: {PRODUCER, CONSUMER, REQUEST, MUTATION},
}


class _Refused(Exception):  # noqa: N818 - says what is so
    def __init__(self, reason: str, code: Code = Code.INVALID_REQUEST) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


# DescribeClientQuotas


def describe_client_quotas(
    kafka: Kafka, ask: Ask, request: DescribeClientQuotasRequest
) -> described.DescribeClientQuotasResponse:
    """The quotas of the entities that the components take; `strict`, of those that have no other parts."""
    if not kafka.authorizer.may(ask, Operation.DESCRIBE_CONFIGS, ResourceType.CLUSTER):
        reason = "Cluster authorization failed."
        return described.DescribeClientQuotasResponse(0, Code.CLUSTER_AUTHORIZATION_FAILED, reason)
    try:
        wanted = _components(request.components)
    except _Refused as refused:
        return described.DescribeClientQuotasResponse(0, refused.code, refused.reason)
    entries = [
        described.EntryData(
            [described.EntityData(*part) for part in entity],
            [described.ValueData(*value) for value in sorted(values.items())],
        )
        for entity, values in kafka.cluster(ask).quotas.items()
        if _takes(wanted, entity, is_strict=request.strict)
    ]
    return described.DescribeClientQuotasResponse(0, 0, None, entries)


def _components(asked: Iterable[ComponentData]) -> dict[str, ComponentData]:
    """The components by their types. Raises _Refused."""
    found: dict[str, ComponentData] = {}
    for each in asked:
        if not each.entity_type:
            raise _Refused("Invalid empty entity type.")
        if each.entity_type in found:
            raise _Refused(f"Entity type {each.entity_type} cannot appear more than once in the filter.")
        if each.entity_type not in _KINDS:
            raise _Refused(f"Unsupported entity type {each.entity_type}", Code.UNSUPPORTED_VERSION)
        if each.match_type not in {EXACT, DEFAULT, SPECIFIED}:
            raise _Refused(f"Unknown match type {each.match_type}")
        if each.match_type == EXACT and each.match is None:
            raise _Refused("Request specified MATCH_TYPE_EXACT, but set match string to null.")
        if each.match_type != EXACT and each.match is not None:
            raise _Refused("Only a match type of MATCH_TYPE_EXACT goes with a match string.")
        found[each.entity_type] = each
    if IP in found and len(found) > 1:
        raise _Refused(
            "Invalid entity filter component combination. IP filter component should not be used with user or clientId "
            "filter component."
        )
    return found


def _takes(wanted: Mapping[str, ComponentData], entity: Entity, *, is_strict: bool) -> bool:
    parts = dict(entity)
    if is_strict and parts.keys() != wanted.keys():
        return False
    return all(
        kind in parts and (each.match_type == SPECIFIED or parts[kind] == each.match) for kind, each in wanted.items()
    )


# AlterClientQuotas


def alter_client_quotas(
    kafka: Kafka, ask: Ask, request: altering.AlterClientQuotasRequest
) -> altered.AlterClientQuotasResponse:
    """Set and remove quotas, each entity for itself."""
    cluster = kafka.cluster(ask)
    entries = []
    for each in request.entries:
        told = [altered.EntityData(part.entity_type, part.entity_name) for part in each.entity]
        try:
            _alter(kafka, ask, cluster, each, is_trial=request.validate_only)
            entries.append(altered.EntryData(0, None, told))
        except _Refused as refused:
            entries.append(altered.EntryData(refused.code, refused.reason, told))
    return altered.AlterClientQuotasResponse(0, entries)


def _alter(kafka: Kafka, ask: Ask, cluster: Cluster, asked: altering.EntryData, *, is_trial: bool) -> None:
    if not kafka.authorizer.may(ask, Operation.ALTER_CONFIGS, ResourceType.CLUSTER):
        raise _Refused("Cluster authorization failed.", Code.CLUSTER_AUTHORIZATION_FAILED)
    entity = _entity(asked.entity)
    allowed = _KINDS[entity[0][0]]
    values = dict(cluster.quotas.get(entity))
    for each in asked.ops:
        if each.remove:
            values.pop(each.key, None)
        else:
            _check(each, allowed)
            values[each.key] = each.value
    if is_trial or values == cluster.quotas.get(entity):
        return
    if code := kafka.record(ask.now_ms, facts.QuotasSet(cluster.number, list(entity), values)):
        raise _Refused("There is no room on the disk.", code)


def _entity(parts: Iterable[altering.EntityData]) -> Entity:
    found: dict[str, str | None] = {}
    for each in parts:
        if each.entity_type in found:
            raise _Refused(f"Invalid client quota entity, duplicate entity entry for {each.entity_type}")
        if each.entity_type not in _KINDS:
            raise _Refused(f"Unhandled client quota entity type: {each.entity_type}")
        if each.entity_name == "":
            raise _Refused(f"Empty {each.entity_type} not supported")
        found[each.entity_type] = each.entity_name
    if not found:
        raise _Refused("Invalid empty client quota entity")
    if IP in found:
        if len(found) > 1:
            raise _Refused("Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId")
        if not _is_address(found[IP]):
            raise _Refused(f"{found[IP]} is not a valid IP or resolvable host.")
    return tuple(sorted(found.items()))


def _is_address(text: str | None) -> bool:
    try:
        return text is None or bool(ip_address(text))
    except ValueError:
        return False


def _check(asked: altering.OpData, allowed: set[str]) -> None:
    if asked.key not in allowed:
        raise _Refused(f"Invalid configuration key {asked.key}")
    if not asked.value > 0:
        raise _Refused(f"Quota {asked.key} must be greater than 0")
    most = _WHOLE.get(asked.key)
    if most is not None and asked.value > most:
        kind = "an INT" if most == MAX_INT else "a LONG"
        raise _Refused(f"Proposed value for {asked.key} is too large for {kind}.")
    if most is not None and asked.value != int(asked.value):
        raise _Refused(f"{asked.key} cannot be a fractional value.")
