"""The APIs that are offered, by key, with their versions. What isn't here isn't advertised, so clients don't ask."""

from typing import Final

from weirmq.services.kafka import (
    acl_admin,
    cluster,
    configs,
    consumer_membership,
    delegation_tokens,
    enlisting,
    features,
    fetching,
    group_admin,
    group_offsets,
    log_dirs,
    login,
    membership,
    offsets,
    producing,
    quorum,
    quota_admin,
    reassigning,
    scram,
    share_acknowledging,
    share_fetching,
    share_membership,
    share_offsets,
    streams_description,
    streams_membership,
    telemetry,
    topics,
    transaction_offsets,
    transactions,
    txn_markers,
)
from weirmq.services.kafka.ask import SOFTWARE_LETTERS, Api, Ask
from weirmq.services.kafka.features import FEATURES
from weirmq.services.kafka.service import Kafka
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.api_versions_request import ApiVersionsRequest
from weirmq.wire.kafka.messages.api_versions_response import (
    ApiVersion,
    ApiVersionsResponse,
    FinalizedFeatureKey,
    SupportedFeatureKey,
)

FROM_NOTHING_FIRST: Final = 4  # the version of ApiVersions that knows features whose lowest level is 0 (KIP-1022)


def api_versions(_kafka: Kafka, ask: Ask, request: ApiVersionsRequest) -> ApiVersionsResponse:
    """What is spoken here; and what the client is, from the version on that says so."""
    name, version = request.client_software_name, request.client_software_version
    ask.connection.software = (name[:SOFTWARE_LETTERS], version[:SOFTWARE_LETTERS])
    lowest = 0 if ask.version >= FROM_NOTHING_FIRST else 1
    return ApiVersionsResponse(
        Code.NONE,
        _told(),
        0,
        [SupportedFeatureKey(name, lowest, level) for name, level in FEATURES.items()],
        0,
        [FinalizedFeatureKey(name, level, level) for name, level in FEATURES.items()],
    )


def unsupported() -> ApiVersionsResponse:
    """The answer to an ApiVersions of a version that isn't spoken (KIP-511)."""
    return ApiVersionsResponse(Code.UNSUPPORTED_VERSION, _told())


def _told() -> list[ApiVersion]:
    return [
        ApiVersion(key, api.first if api.advertised is None else api.advertised, api.last)
        for key, api in sorted(APIS.items())
    ]


APIS: Final[dict[int, Api]] = {
    # librdkafka takes a broker that doesn't advertise Produce from 0 on for one without compression (KAFKA-18659).
    0: Api(producing.produce, 3, 13, advertised=0),
    1: Api(fetching.fetch, 4, 18),
    2: Api(offsets.list_offsets, 1, 11),
    3: Api(topics.metadata, 0, 13),
    8: Api(group_offsets.offset_commit, 2, 10),
    9: Api(group_offsets.offset_fetch, 1, 10),
    10: Api(group_admin.find_coordinator, 0, 6),
    11: Api(membership.join_group, 2, 9),
    12: Api(membership.heartbeat, 0, 4),
    13: Api(membership.leave_group, 0, 5),
    14: Api(membership.sync_group, 0, 5),
    15: Api(group_admin.describe_groups, 0, 6),
    16: Api(group_admin.list_groups, 0, 5),
    17: Api(login.sasl_handshake, 0, 1),
    18: Api(api_versions, 0, 4),
    19: Api(topics.create_topics, 2, 7),
    20: Api(topics.delete_topics, 1, 6),
    21: Api(topics.delete_records, 0, 2),
    22: Api(transactions.init_producer_id, 0, 5),
    23: Api(offsets.offset_for_leader_epoch, 2, 4),
    24: Api(enlisting.add_partitions_to_txn, 0, 5),
    25: Api(enlisting.add_offsets_to_txn, 0, 4),
    26: Api(transactions.end_txn, 0, 5),
    27: Api(txn_markers.write_txn_markers, 1, 2),
    28: Api(transaction_offsets.txn_offset_commit, 0, 5),
    29: Api(acl_admin.describe_acls, 1, 3),
    30: Api(acl_admin.create_acls, 1, 3),
    31: Api(acl_admin.delete_acls, 1, 3),
    32: Api(configs.describe_configs, 1, 4),
    33: Api(configs.alter_configs, 0, 2),
    36: Api(login.sasl_authenticate, 0, 2),
    34: Api(log_dirs.alter_replica_log_dirs, 1, 2),
    35: Api(log_dirs.describe_log_dirs, 1, 5),
    37: Api(topics.create_partitions, 0, 3),
    38: Api(delegation_tokens.create_delegation_token, 1, 3),
    39: Api(delegation_tokens.renew_delegation_token, 1, 2),
    40: Api(delegation_tokens.expire_delegation_token, 1, 2),
    41: Api(delegation_tokens.describe_delegation_token, 1, 3),
    42: Api(group_admin.delete_groups, 0, 2),
    43: Api(reassigning.elect_leaders, 0, 2),
    44: Api(configs.incremental_alter_configs, 0, 1),
    45: Api(reassigning.alter_partition_reassignments, 0, 1),
    46: Api(reassigning.list_partition_reassignments, 0, 0),
    47: Api(group_offsets.offset_delete, 0, 0),
    48: Api(quota_admin.describe_client_quotas, 0, 1),
    49: Api(quota_admin.alter_client_quotas, 0, 1),
    50: Api(scram.describe_user_scram_credentials, 0, 0),
    51: Api(scram.alter_user_scram_credentials, 0, 0),
    55: Api(quorum.describe_quorum, 0, 2),
    57: Api(features.update_features, 0, 2),
    60: Api(cluster.describe_cluster, 0, 2),
    61: Api(cluster.describe_producers, 0, 0),
    65: Api(transactions.describe_transactions, 0, 0),
    66: Api(transactions.list_transactions, 0, 2),
    68: Api(consumer_membership.consumer_group_heartbeat, 0, 1),
    69: Api(consumer_membership.consumer_group_describe, 0, 1),
    71: Api(telemetry.get_telemetry_subscriptions, 0, 0),
    72: Api(telemetry.push_telemetry, 0, 0),
    74: Api(configs.list_config_resources, 0, 1),
    75: Api(cluster.describe_topic_partitions, 0, 0),
    76: Api(share_membership.share_group_heartbeat, 1, 1),
    77: Api(share_membership.share_group_describe, 1, 1),
    78: Api(share_fetching.share_fetch, 1, 2),
    79: Api(share_acknowledging.share_acknowledge, 1, 2),
    88: Api(streams_membership.streams_group_heartbeat, 0, 0),
    89: Api(streams_description.streams_group_describe, 0, 0),
    90: Api(share_offsets.describe_share_group_offsets, 0, 1),
    91: Api(share_offsets.alter_share_group_offsets, 0, 0),
    92: Api(share_offsets.delete_share_group_offsets, 0, 0),
}
