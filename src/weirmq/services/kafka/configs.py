"""DescribeConfigs, IncrementalAlterConfigs, AlterConfigs, ListConfigResources: configs of topics, groups, brokers, and
of subscriptions to clients' metrics.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from weirmq.services.kafka import broker_defaults, client_metrics_configs, facts, group_configs, rolling, topic_configs
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.broker_configs import BROKER_CONFIGS
from weirmq.services.kafka.client_metrics_configs import CLIENT_METRICS_CONFIGS, SUBSCRIPTIONS_MAX
from weirmq.services.kafka.config_documentation import described
from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.share_facts import GroupConfigured
from weirmq.services.kafka.telemetry_facts import ClientMetricsConfigured
from weirmq.services.kafka.topic_configs import LIST, Config
from weirmq.services.kafka.topics import name_fault
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_configs_request import AlterConfigsRequest
from weirmq.wire.kafka.messages.alter_configs_request import AlterConfigsResource as WholeResource
from weirmq.wire.kafka.messages.alter_configs_response import AlterConfigsResourceResponse as AlteredWhole
from weirmq.wire.kafka.messages.alter_configs_response import AlterConfigsResponse
from weirmq.wire.kafka.messages.describe_configs_request import DescribeConfigsRequest, DescribeConfigsResource
from weirmq.wire.kafka.messages.describe_configs_response import (
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeConfigsSynonym,
)
from weirmq.wire.kafka.messages.incremental_alter_configs_request import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from weirmq.wire.kafka.messages.incremental_alter_configs_response import (
    AlterConfigsResourceResponse,
    IncrementalAlterConfigsResponse,
)
from weirmq.wire.kafka.messages.list_config_resources_request import ListConfigResourcesRequest
from weirmq.wire.kafka.messages.list_config_resources_response import ConfigResource, ListConfigResourcesResponse

UNKNOWN, TOPIC, BROKER, CLIENT_METRICS, GROUP = 0, 2, 4, 16, 32  # ConfigResource.Type
# ConfigEntry.ConfigSource; never 0 or -1, which stop Kafka Connect
DYNAMIC_TOPIC, STATIC_BROKER, DEFAULT, DYNAMIC_CLIENT_METRICS, DYNAMIC_GROUP = 1, 4, 5, 7, 8
_SOURCES: Final = {  # of what was set
    TOPIC: DYNAMIC_TOPIC, BROKER: STATIC_BROKER, CLIENT_METRICS: DYNAMIC_CLIENT_METRICS, GROUP: DYNAMIC_GROUP,
}  # fmt: skip
_KINDS: Final = {TOPIC: "topic", CLIENT_METRICS: "client metrics", GROUP: "group"}
_GUARDS: Final = {
    TOPIC: (ResourceType.TOPIC, Code.TOPIC_AUTHORIZATION_FAILED),
    BROKER: (ResourceType.CLUSTER, Code.CLUSTER_AUTHORIZATION_FAILED),
    CLIENT_METRICS: (ResourceType.CLUSTER, Code.CLUSTER_AUTHORIZATION_FAILED),
    GROUP: (ResourceType.GROUP, Code.GROUP_AUTHORIZATION_FAILED),
}
_DEFAULT_NAMES: Final[dict[int, Callable[[str], str | None]]] = {  # of the configs that have defaults
    TOPIC: broker_defaults.broker_name,
    BROKER: lambda name: name,
    CLIENT_METRICS: lambda _: None,
    GROUP: group_configs.broker_name,
}
KINDS_FIRST: Final = 1  # the version of ListConfigResources that knows others than those of clients' metrics
SET, DELETE, APPEND, SUBTRACT = 0, 1, 2, 3  # AlterConfigOp.OpType
_LISTED: Final = {APPEND: "APPEND", SUBTRACT: "SUBTRACT"}  # those that only lists know
TWICE: Final = "Each resource must appear at most once."
_OWNERS: Final = {CLIENT_METRICS: "Client metrics subscription", GROUP: "Group"}


# DescribeConfigs


def describe_configs(kafka: Kafka, ask: Ask, request: DescribeConfigsRequest) -> DescribeConfigsResponse:
    """The configs of topics and brokers, those that were set and Kafka's own."""
    asked = {  # each once: the answer is to grow with what is asked alone
        (each.resource_type, each.resource_name, frozenset(each.configuration_keys or ())): each
        for each in request.resources
    }
    return DescribeConfigsResponse(0, [_described(kafka, ask, each, request) for each in asked.values()])


def _described(
    kafka: Kafka, ask: Ask, asked: DescribeConfigsResource, request: DescribeConfigsRequest
) -> DescribeConfigsResult:
    code, reason, known, given = _resource(
        kafka, ask, Operation.DESCRIBE_CONFIGS, asked.resource_type, asked.resource_name
    )
    if code:
        return DescribeConfigsResult(code, reason, asked.resource_type, asked.resource_name)
    if asked.resource_type == BROKER and not asked.resource_name:
        known = {}  # what all brokers were given while they ran: nothing
    wanted = dict.fromkeys(asked.configuration_keys or known)  # none are as good as all
    names = [name for name in wanted if name in known]
    cluster = kafka.cluster(ask)
    shown = [_shown(known[name], given, cluster, asked.resource_type, request) for name in names]
    return DescribeConfigsResult(0, None, asked.resource_type, asked.resource_name, shown)


def _resource(
    kafka: Kafka, ask: Ask, operation: Operation, kind: int, name: str
) -> tuple[Code, str, dict[str, Config], dict[str, str]]:
    """What may be set on a resource, and what is; or why there is none for somebody who does that to it."""
    cluster = kafka.cluster(ask)
    if kind not in _GUARDS:
        return Code.INVALID_REQUEST, f"Unknown resource type {kind}", {}, {}
    resource, denied = _GUARDS[kind]
    if not kafka.authorizer.may(ask, operation, resource, *([] if resource is ResourceType.CLUSTER else [name])):
        return denied, f"{resource.name.capitalize()} authorization failed.", {}, {}
    if kind == TOPIC:
        topic = cluster.topics.get(name)
        if topic is None and (found := name_fault(name)):
            return Code.INVALID_TOPIC_EXCEPTION, f"Topic name is invalid: {found}", {}, {}
        if topic is None:
            return Code.UNKNOWN_TOPIC_OR_PARTITION, f"The topic '{name}' does not exist.", {}, {}
        return Code.NONE, "", topic_configs.CONFIGS, topic.given
    if kind == BROKER:
        if name and name not in {str(each) for each in cluster.brokers}:
            return Code.INVALID_REQUEST, f"Unexpected broker id {name}.", {}, {}
        return Code.NONE, "", BROKER_CONFIGS, cluster.configs
    if not name:
        return Code.INVALID_REQUEST, f"{_OWNERS[kind]} name must not be empty", {}, {}
    if kind == GROUP:
        return Code.NONE, "", group_configs.GROUP_CONFIGS, kafka.machine.group_configs.get((cluster.number, name), {})
    return Code.NONE, "", CLIENT_METRICS_CONFIGS, cluster.client_metrics.get(name, {})


def _shown(
    config: Config, given: dict[str, str], cluster: Cluster, kind: int, request: DescribeConfigsRequest
) -> DescribeConfigsResourceResult:
    """A config with its value, and with those of which it would have the value if that weren't set."""
    name = config.name
    synonyms = [DescribeConfigsSynonym(name, given[name], _SOURCES[kind])] if name in given else []
    inherited = broker_defaults.given(name, cluster.configs) if kind == TOPIC else None
    if inherited is not None:
        synonyms.append(DescribeConfigsSynonym(*inherited, STATIC_BROKER))
    default_name = _DEFAULT_NAMES[kind](name)
    if default_name is not None:
        synonyms.append(DescribeConfigsSynonym(default_name, config.default, DEFAULT))
    value, source = config.default, DEFAULT
    if name in given:
        value, source = given[name], _SOURCES[kind]
    elif inherited is not None:
        value, source = cluster.topic_defaults[name], STATIC_BROKER
    told = synonyms if request.include_synonyms else []
    documentation = described(name) if request.include_documentation else None
    return DescribeConfigsResourceResult(name, value, kind == BROKER, source, False, told, config.kind, documentation)


# IncrementalAlterConfigs


def incremental_alter_configs(
    kafka: Kafka, ask: Ask, request: IncrementalAlterConfigsRequest
) -> IncrementalAlterConfigsResponse:
    """Set, reset, lengthen and shorten configs, resource by resource."""
    cluster = kafka.cluster(ask)
    responses, counts = [], _counts(request.resources)
    for each in request.resources:
        if counts[each.resource_type, each.resource_name] > 1:
            code, reason = Code.INVALID_REQUEST, TWICE
        else:
            code, reason = _altered(kafka, ask, cluster, each, is_trial=request.validate_only)
        responses.append(AlterConfigsResourceResponse(code, reason or None, each.resource_type, each.resource_name))
    return IncrementalAlterConfigsResponse(0, responses)


def _altered(
    kafka: Kafka, ask: Ask, cluster: Cluster, asked: AlterConfigsResource, *, is_trial: bool
) -> tuple[Code, str]:
    if fault := _changes_fault(asked):
        return Code.INVALID_REQUEST, fault
    code, reason, known, given = _resource(
        kafka, ask, Operation.ALTER_CONFIGS, asked.resource_type, asked.resource_name
    )
    if code:
        return code, reason
    if asked.resource_type == BROKER:
        return Code.INVALID_REQUEST, "The configs of brokers are those of the server; they can't be altered by clients."
    inherited = cluster.topic_defaults if asked.resource_type == TOPIC else {}
    configs = dict(given)
    for change in asked.configs:
        code, reason = _change(configs, known, inherited, change, asked.resource_type)
        if code:
            return code, reason
    return _configured(kafka, ask, cluster, asked, configs, is_trial=is_trial)


def _counts(resources: Iterable[AlterConfigsResource | WholeResource]) -> Counter[tuple[int, str]]:
    """How often each resource is named."""
    return Counter((each.resource_type, each.resource_name) for each in resources)


def _changes_fault(asked: AlterConfigsResource) -> str:
    """What is wrong with changes whatever they are made to; "" for nothing."""
    names = [each.name for each in asked.configs]
    if len(set(names)) < len(names):
        return "Error due to duplicate config keys"
    nulls = [each.name for each in asked.configs if each.value is None and each.config_operation != DELETE]
    if nulls:
        return f"Null value not supported for : {','.join(nulls)}"
    if not asked.resource_name and asked.resource_type == CLIENT_METRICS:
        return "Subscription name can't be empty"
    if not asked.resource_name and asked.resource_type in _KINDS:
        return f"Default {_KINDS[asked.resource_type]} resources are not allowed."
    return ""


def _change(
    configs: dict[str, str], known: dict[str, Config], inherited: dict[str, str], change: AlterableConfig, kind: int
) -> tuple[Code, str]:
    """Apply one change to `configs`."""
    config, value = known.get(change.name), change.value
    if change.config_operation == DELETE or value is None:
        configs.pop(change.name, None)
        return Code.NONE, ""
    if change.config_operation in _LISTED and (config is None or config.kind != LIST):
        verb = _LISTED[change.config_operation]
        return Code.INVALID_CONFIG, f"Can't {verb} to key {change.name} because its type is not LIST."
    if config is None and kind == CLIENT_METRICS:
        return Code.INVALID_REQUEST, f"Unknown client metrics configuration: {change.name}"
    if config is None:
        return Code.INVALID_CONFIG, f"Unknown {_KINDS[kind]} config name: {change.name}"
    if change.config_operation == SET:
        configs[change.name] = config.trimmed(value)
        return Code.NONE, ""
    if change.config_operation not in _LISTED:
        return Code.INVALID_REQUEST, f"There is no operation {change.config_operation} on configs."
    words = topic_configs.listed(configs.get(change.name) or inherited.get(change.name, config.default))
    if change.config_operation == APPEND:
        words = list(dict.fromkeys(words + topic_configs.listed(value)))
    else:
        without = set(topic_configs.listed(value))
        words = [each for each in words if each not in without]
    configs[change.name] = ",".join(words)
    return Code.NONE, ""


def _configured(
    kafka: Kafka,
    ask: Ask,
    cluster: Cluster,
    asked: AlterConfigsResource | WholeResource,
    configs: dict[str, str],
    *,
    is_trial: bool,
) -> tuple[Code, str]:
    if asked.resource_type == GROUP:
        return _group_configured(kafka, ask, asked.resource_name, configs, is_trial=is_trial)
    if asked.resource_type == CLIENT_METRICS:
        return _subscribed(kafka, ask, cluster, asked.resource_name, configs, is_trial=is_trial)
    topic = cluster.topics[asked.resource_name]
    if found := topic_configs.fault(configs):
        return Code.INVALID_CONFIG, found
    if not is_trial and configs != topic.given:
        code = kafka.record(ask.now_ms, facts.TopicConfigured(topic.cluster.number, topic.id, configs))
        rolling.fit(kafka, topic)
        return code, ""
    return Code.NONE, ""


def _group_configured(
    kafka: Kafka, ask: Ask, group: str, configs: dict[str, str], *, is_trial: bool
) -> tuple[Code, str]:
    if found := group_configs.fault(configs):
        return Code.INVALID_CONFIG, found
    if not is_trial and configs != kafka.machine.group_configs.get((ask.cluster, group), {}):
        return kafka.record(ask.now_ms, GroupConfigured(ask.cluster, group, configs)), ""
    return Code.NONE, ""


def _subscribed(
    kafka: Kafka, ask: Ask, cluster: Cluster, name: str, configs: dict[str, str], *, is_trial: bool
) -> tuple[Code, str]:
    code, reason = client_metrics_configs.fault(configs)
    if code:
        return code, reason
    known = cluster.client_metrics
    if name not in known and configs and len(known) >= SUBSCRIPTIONS_MAX:
        return Code.INVALID_REQUEST, f"There are {SUBSCRIPTIONS_MAX} subscriptions already, the most that there may be."
    if not is_trial and configs != known.get(name, {}):
        return kafka.record(ask.now_ms, ClientMetricsConfigured(cluster.number, name, configs)), ""
    return Code.NONE, ""


# AlterConfigs


def alter_configs(kafka: Kafka, ask: Ask, request: AlterConfigsRequest) -> AlterConfigsResponse:
    """Have a topic's or a group's configs be exactly those that are named."""
    cluster = kafka.cluster(ask)
    responses, counts = [], _counts(request.resources)
    for each in request.resources:
        code, reason, _, _ = _resource(kafka, ask, Operation.ALTER_CONFIGS, each.resource_type, each.resource_name)
        if counts[each.resource_type, each.resource_name] > 1:
            code, reason = Code.INVALID_REQUEST, TWICE
        if not code and each.resource_type == BROKER:
            code, reason = Code.INVALID_REQUEST, "The configs of brokers can't be altered by clients."
        if not code:
            configs = {config.name: config.value for config in each.configs if config.value is not None}
            code, reason = _configured(kafka, ask, cluster, each, configs, is_trial=request.validate_only)
        responses.append(AlteredWhole(code, reason or None, each.resource_type, each.resource_name))
    return AlterConfigsResponse(0, responses)


# ListConfigResources

_RESOURCES: Final[dict[int, Callable[[Kafka, Cluster], Iterable[Any]]]] = {
    TOPIC: lambda _, cluster: cluster.topics,
    BROKER: lambda _, cluster: cluster.brokers,
    CLIENT_METRICS: lambda _, cluster: cluster.client_metrics,
    GROUP: lambda kafka, cluster: [name for number, name in kafka.machine.group_configs if number == cluster.number],
}


def list_config_resources(kafka: Kafka, ask: Ask, request: ListConfigResourcesRequest) -> ListConfigResourcesResponse:
    """What has configs."""
    if not kafka.authorizer.may(ask, Operation.DESCRIBE_CONFIGS, ResourceType.CLUSTER):
        return ListConfigResourcesResponse(0, Code.CLUSTER_AUTHORIZATION_FAILED)
    cluster = kafka.cluster(ask)
    if UNKNOWN in request.resource_types:
        return ListConfigResourcesResponse(0, Code.UNSUPPORTED_VERSION)
    kinds = [CLIENT_METRICS] if ask.version < KINDS_FIRST else dict.fromkeys(request.resource_types or _RESOURCES)
    found = [
        ConfigResource(str(name), kind)
        for kind in kinds
        if kind in _RESOURCES
        for name in _RESOURCES[kind](kafka, cluster)
    ]
    return ListConfigResourcesResponse(0, 0, found)
