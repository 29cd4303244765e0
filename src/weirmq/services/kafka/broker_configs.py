"""The configs of brokers that clients ask for: what holds here. They are read, not set.

Source: https://kafka.apache.org/documentation/#brokerconfigs (4.3)
"""

from typing import Final

from weirmq.services.kafka.topic_configs import BOOLEAN, INT, LIST, LONG, MAX_LONG, STRING, Config

MAX_SESSION_MS: Final = "group.max.session.timeout.ms"
MIN_SESSION_MS: Final = "group.min.session.timeout.ms"
OFFSETS_RETENTION_MINUTES: Final = "offsets.retention.minutes"
MAX_TRANSACTION_MS: Final = "transaction.max.timeout.ms"
TRANSACTIONAL_ID_MS: Final = "transactional.id.expiration.ms"

BROKER_CONFIGS: Final = {
    config.name: config
    for config in (
        Config("auto.create.topics.enable", BOOLEAN, "true"),
        Config("compression.type", STRING, "producer"),
        Config("connections.max.idle.ms", LONG, "600000"),
        Config("default.replication.factor", INT, "1"),
        Config("delegation.token.expiry.time.ms", LONG, "86400000", 1),
        Config("delegation.token.max.lifetime.ms", LONG, "604800000", 1),
        Config("delete.topic.enable", BOOLEAN, "true"),
        Config("fetch.max.bytes", INT, "57671680"),
        Config("group.initial.rebalance.delay.ms", INT, "0"),
        Config(MAX_SESSION_MS, INT, "1800000"),
        Config(MIN_SESSION_MS, INT, "6000"),
        Config("log.cleanup.policy", LIST, "delete"),
        Config("log.message.timestamp.after.max.ms", LONG, "3600000"),
        Config("log.message.timestamp.before.max.ms", LONG, str(MAX_LONG)),
        Config("log.message.timestamp.type", STRING, "CreateTime"),
        Config("log.retention.bytes", LONG, "-1", -1),
        Config("log.retention.ms", LONG, "604800000", -1),
        Config("log.segment.bytes", INT, "67108864"),
        Config("max.incremental.fetch.session.cache.slots", INT, "1000", 0),
        Config("message.max.bytes", INT, "1048588"),
        Config("min.insync.replicas", INT, "1"),
        Config("num.partitions", INT, "1"),
        Config("offset.metadata.max.bytes", INT, "4096"),
        Config(OFFSETS_RETENTION_MINUTES, INT, "10080", 1),
        Config("producer.id.expiration.ms", INT, "86400000"),
        Config("socket.request.max.bytes", INT, "104857600"),
        Config(MAX_TRANSACTION_MS, INT, "900000"),
        Config(TRANSACTIONAL_ID_MS, INT, "604800000"),
    )
}
