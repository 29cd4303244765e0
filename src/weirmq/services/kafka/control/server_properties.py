"""The server.properties of a configuration: read, checked, and what of it the brokers go by.

Sources: https://docs.aws.amazon.com/msk/latest/developerguide/msk-configuration-properties.html,
https://kafka.apache.org/documentation/#brokerconfigs
"""

from collections.abc import Mapping
from typing import Final

from weirmq.services.kafka import topic_configs
from weirmq.services.kafka.broker_defaults import topic_defaults
from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.limits import PROPERTIES_BYTES
from weirmq.services.kafka.topic_configs import (
    BOOLEAN,
    COMPRESSION,
    CONFIGS,
    DOUBLE,
    INT,
    LIST,
    LONG,
    MAX_LONG,
    STRING,
    Config,
)

PARAMETER: Final = "serverProperties"

# What MSK lets one set.
PROPERTIES: Final = {
    config.name: config
    for config in (
        Config("allow.everyone.if.no.acl.found", BOOLEAN, "true"),
        Config("auto.create.topics.enable", BOOLEAN, "false"),
        Config("compression.type", STRING, "producer", words=CONFIGS[COMPRESSION].words),
        Config("connections.max.idle.ms", LONG, "600000", -1),
        Config("default.replication.factor", INT, "1", 1),
        Config("delete.topic.enable", BOOLEAN, "true"),
        Config("group.initial.rebalance.delay.ms", INT, "3000"),
        Config("group.max.session.timeout.ms", INT, "1800000"),
        Config("group.min.session.timeout.ms", INT, "6000"),
        Config("leader.imbalance.per.broker.percentage", INT, "10"),
        Config("log.cleaner.delete.retention.ms", LONG, "86400000"),
        Config("log.cleaner.max.compaction.lag.ms", LONG, str(MAX_LONG), 1),
        Config("log.cleaner.min.cleanable.ratio", DOUBLE, "0.5", 0, 1),
        Config("log.cleaner.min.compaction.lag.ms", LONG, "0"),
        Config("log.cleanup.policy", LIST, "delete", words=("compact", "delete")),
        Config("log.flush.interval.messages", LONG, str(MAX_LONG), 1),
        Config("log.flush.interval.ms", LONG, str(MAX_LONG)),
        Config("log.index.interval.bytes", INT, "4096"),
        Config("log.index.size.max.bytes", INT, "10485760", 4),
        Config("log.message.timestamp.after.max.ms", LONG, "3600000"),
        Config("log.message.timestamp.before.max.ms", LONG, str(MAX_LONG)),
        Config("log.message.timestamp.difference.max.ms", LONG, str(MAX_LONG)),
        Config("log.message.timestamp.type", STRING, "CreateTime", words=("CreateTime", "LogAppendTime")),
        Config("log.preallocate", BOOLEAN, "false"),
        Config("log.retention.bytes", LONG, "-1", -1),
        Config("log.retention.hours", INT, "168", -1),
        Config("log.retention.minutes", INT, "10080", -1),
        Config("log.retention.ms", LONG, "604800000", -1),
        Config("log.roll.hours", INT, "168", 1),
        Config("log.roll.jitter.ms", LONG, "0"),
        Config("log.roll.ms", LONG, "604800000", 1),
        Config("log.segment.bytes", INT, "1073741824", 1_048_576),
        Config("log.segment.delete.delay.ms", LONG, "60000"),
        Config("max.incremental.fetch.session.cache.slots", INT, "1000"),
        Config("message.max.bytes", INT, "1048588"),
        Config("min.insync.replicas", INT, "1", 1),
        Config("num.io.threads", INT, "8", 1),
        Config("num.network.threads", INT, "3", 1),
        Config("num.partitions", INT, "1", 1),
        Config("num.recovery.threads.per.data.dir", INT, "2", 1),
        Config("num.replica.fetchers", INT, "1", 1),
        Config("offsets.retention.minutes", INT, "10080", 1),
        Config("offsets.topic.replication.factor", INT, "3", 1),
        Config("replica.fetch.max.bytes", INT, "1048576"),
        Config("replica.fetch.response.max.bytes", INT, "10485760"),
        Config("replica.lag.time.max.ms", LONG, "30000"),
        Config("replica.selector.class", STRING, ""),
        Config("replica.socket.receive.buffer.bytes", INT, "65536"),
        Config("socket.receive.buffer.bytes", INT, "102400", -1),
        Config("socket.request.max.bytes", INT, "104857600", 1),
        Config("socket.send.buffer.bytes", INT, "102400", -1),
        Config("transaction.max.timeout.ms", INT, "900000", 1),
        Config("transaction.state.log.min.isr", INT, "2", 1),
        Config("transaction.state.log.replication.factor", INT, "3", 1),
        Config("transactional.id.expiration.ms", INT, "604800000", 1),
        Config("unclean.leader.election.enable", BOOLEAN, "true"),
        Config("zookeeper.connection.timeout.ms", INT, "18000"),
        Config("zookeeper.session.timeout.ms", INT, "18000"),
    )
}  # fmt: skip

# What brokers of MSK go by where no configuration says otherwise, and Kafka's own defaults differ.
# https://docs.aws.amazon.com/msk/latest/developerguide/msk-default-configuration.html
MSK_DEFAULTS: Final[Mapping[str, str]] = {"auto.create.topics.enable": "false"}


def parse(text: bytes) -> dict[str, str]:
    """The properties of a file, as Java reads them. Raises BadRequest for a line that is none, or for bytes that are no
    text.
    """
    if len(text) > PROPERTIES_BYTES:
        raise errors.bad(PARAMETER, f"server.properties has at most {PROPERTIES_BYTES} bytes.")
    try:
        lines = text.decode().replace("\\\r\n", "").replace("\\\n", "").splitlines()
    except UnicodeDecodeError:
        raise errors.bad(PARAMETER, "server.properties must be UTF-8.") from None
    found: dict[str, str] = {}
    for line in map(str.strip, lines):
        if not line or line.startswith(("#", "!")):
            continue
        name, sign, value = line.partition("=")
        if not sign:
            name, sign, value = line.partition(":")
        if not sign or not name.strip():
            raise errors.bad(PARAMETER, f"This line of server.properties is no property: {line[:100]}")
        found[name.strip()] = value.strip()
    return found


def checked(text: bytes) -> dict[str, str]:
    """The properties of a file that MSK would take. Raises BadRequest."""
    found = parse(text)
    for name, value in found.items():
        config = PROPERTIES.get(name)
        if config is None:
            raise errors.bad(PARAMETER, f"The property {name} is unknown, or can't be set on an MSK cluster.")
        if fault := config.fault(value):
            raise errors.bad(PARAMETER, fault)
    if fault := topic_configs.fault(topic_defaults(found)):
        raise errors.bad(PARAMETER, fault)
    return found
