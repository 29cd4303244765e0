package clients;

import static clients.Calls.call;
import static clients.Calls.calls;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;

/** Configs of all kinds of resources. */
record Configs(Admin admin) {
    private static final DescribeConfigsOptions ALL =
            new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
    private static final ConfigResource TOPIC = new ConfigResource(Type.TOPIC, "shaped");
    private static final ConfigResource BROKER = new ConfigResource(Type.BROKER, "1");
    private static final ConfigResource BROKERS = new ConfigResource(Type.BROKER, "");
    private static final ConfigResource LOGGER = new ConfigResource(Type.BROKER_LOGGER, "1");
    private static final ConfigResource GROUP = new ConfigResource(Type.GROUP, "shaped");
    private static final ConfigResource METRICS = new ConfigResource(Type.CLIENT_METRICS, "shaped");

    /** Those of a broker's that are looked at: of the others, most are about what only Apache Kafka has. */
    private static final Set<String> SHOWN = Set.of(
            "auto.create.topics.enable", "compression.type", "connections.max.idle.ms", "default.replication.factor",
            "delete.topic.enable", "fetch.max.bytes", "group.max.session.timeout.ms", "group.min.session.timeout.ms",
            "log.cleanup.policy", "log.message.timestamp.type", "log.retention.bytes", "log.segment.bytes",
            "max.incremental.fetch.session.cache.slots", "message.max.bytes", "min.insync.replicas", "num.partitions",
            "offset.metadata.max.bytes", "offsets.retention.minutes", "producer.id.expiration.ms",
            "socket.request.max.bytes", "transaction.max.timeout.ms", "transactional.id.expiration.ms");

    void all() throws Exception {
        admin.createTopics(List.of(new NewTopic("shaped", 1, (short) 1).configs(Map.of("retention.ms", "1000"))))
                .all()
                .get();
        described();
        topics();
        groups();
        brokers();
        metrics();
        listed();
    }

    private void described() throws Exception {
        configs("describeConfigs of a topic", TOPIC, ALL);
        configs("describeConfigs of a group", GROUP, ALL);
        configs("describeConfigs of a broker", BROKER, ALL);
        configs("describeConfigs of all brokers", BROKERS, ALL);
        configs("describeConfigs of metrics", METRICS, ALL);
        call("describeConfigs of loggers", () -> !admin.describeConfigs(List.of(LOGGER)).all().get().get(LOGGER).entries().isEmpty());
        call("describeConfigs without options", () -> admin.describeConfigs(List.of(TOPIC)).all().get().get(TOPIC).get("retention.ms"));
        refused("unknown topic", Type.TOPIC, "nowhere");
        refused("bad topic", Type.TOPIC, "bad name!");
        refused("empty topic", Type.TOPIC, "");
        refused("named broker", Type.BROKER, "one");
        refused("empty group", Type.GROUP, "");
        refused("empty metrics", Type.CLIENT_METRICS, "");
    }

    private void refused(String what, Type type, String name) throws Exception {
        var asked = new ConfigResource(type, name);
        call("describeConfigs, " + what, () -> admin.describeConfigs(List.of(asked)).values().get(asked));
    }

    private void configs(String what, ConfigResource asked, DescribeConfigsOptions options) throws Exception {
        calls(what, () -> {
            Map<String, String> found = new HashMap<>();
            for (ConfigEntry each : admin.describeConfigs(List.of(asked), options).all().get().get(asked).entries()) {
                var synonyms = new ArrayList<String>();
                each.synonyms().forEach(one -> synonyms.add(one.name() + "=" + one.value() + " " + one.source()));
                String flags = (each.isReadOnly() ? " readonly" : "") + (each.isSensitive() ? " sensitive" : "")
                        + (each.documentation() == null ? "" : " documented");
                if (asked == BROKER && !SHOWN.contains(each.name())) {
                    continue;
                }
                found.put(each.name(), each.value() + " " + each.source() + " " + each.type() + flags + " " + synonyms);
            }
            return found;
        });
    }

    private static AlterConfigOp op(OpType type, String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), type);
    }

    private void alter(String what, ConfigResource resource, AlterConfigOp... ops) throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> asked = Map.of(resource, List.of(ops));
        call("incrementalAlterConfigs, " + what, () -> admin.incrementalAlterConfigs(asked).values().get(resource));
    }

    private void topics() throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> trial = Map.of(TOPIC, List.of(op(OpType.SET, "retention.ms", "5")));
        call("incrementalAlterConfigs, trial", () -> admin.incrementalAlterConfigs(trial, new AlterConfigsOptions().validateOnly(true)).values().get(TOPIC));
        alter("set", TOPIC, op(OpType.SET, "retention.ms", "86400000"), op(OpType.SET, "segment.ms", "1000"));
        alter("append", TOPIC, op(OpType.APPEND, "cleanup.policy", "compact"));
        alter("append again", TOPIC, op(OpType.APPEND, "cleanup.policy", "compact"));
        alter("subtract", TOPIC, op(OpType.SUBTRACT, "cleanup.policy", "delete"));
        alter("subtract all", TOPIC, op(OpType.SUBTRACT, "cleanup.policy", "compact"));
        alter("delete", TOPIC, op(OpType.DELETE, "segment.ms", ""));
        alter("delete what isn't set", TOPIC, op(OpType.DELETE, "flush.ms", ""));
        alter("delete unknown", TOPIC, op(OpType.DELETE, "nonsense", ""));
        alter("append to no list", TOPIC, op(OpType.APPEND, "retention.ms", "5"));
        alter("subtract from no list", TOPIC, op(OpType.SUBTRACT, "retention.ms", "5"));
        alter("append to unknown", TOPIC, op(OpType.APPEND, "nonsense", "5"));
        alter("append a bad word", TOPIC, op(OpType.APPEND, "cleanup.policy", "burn"));
        alter("unknown", TOPIC, op(OpType.SET, "nonsense", "5"));
        alter("type", TOPIC, op(OpType.SET, "retention.ms", "soon"));
        alter("range", TOPIC, op(OpType.SET, "retention.ms", "-2"));
        alter("null", TOPIC, op(OpType.SET, "retention.ms", null));
        alter("empty number", TOPIC, op(OpType.SET, "retention.ms", ""));
        alter("spaces", TOPIC, op(OpType.SET, "retention.ms", " 7000 "));
        alter("twice", TOPIC, op(OpType.SET, "retention.ms", "1"), op(OpType.SET, "retention.ms", "2"));
        alter("none", TOPIC);
        alter("unknown topic", new ConfigResource(Type.TOPIC, "nowhere"), op(OpType.SET, "retention.ms", "5"));
        alter("bad topic", new ConfigResource(Type.TOPIC, "bad name!"), op(OpType.SET, "retention.ms", "5"));
        alter("empty topic", new ConfigResource(Type.TOPIC, ""), op(OpType.SET, "retention.ms", "5"));
        alter("tiered", TOPIC, op(OpType.SET, "remote.storage.enable", "true"));
        alter("unknown type", new ConfigResource(Type.UNKNOWN, "x"), op(OpType.SET, "retention.ms", "5"));
        alter("throttled", TOPIC, op(OpType.SET, "follower.replication.throttled.replicas", "0:1,1:1"));
        alter("throttled by all", TOPIC, op(OpType.SET, "leader.replication.throttled.replicas", "*"));
        configs("describeConfigs of the topic now", TOPIC, new DescribeConfigsOptions().includeSynonyms(true));
    }

    private void groups() throws Exception {
        alter("group", GROUP, op(OpType.SET, "consumer.session.timeout.ms", "50000"), op(OpType.SET, "share.auto.offset.reset", "earliest"));
        alter("group, unknown", GROUP, op(OpType.SET, "nonsense", "5"));
        alter("group, type", GROUP, op(OpType.SET, "consumer.session.timeout.ms", "soon"));
        alter("group, below the broker's", GROUP, op(OpType.SET, "consumer.session.timeout.ms", "5"));
        alter("group, above the broker's", GROUP, op(OpType.SET, "consumer.session.timeout.ms", "500000000"));
        alter("group, zero", GROUP, op(OpType.SET, "consumer.session.timeout.ms", "0"));
        alter("group, heartbeats below", GROUP, op(OpType.SET, "consumer.heartbeat.interval.ms", "5"));
        alter("group, heartbeats above the session", GROUP, op(OpType.SET, "share.heartbeat.interval.ms", "15000"), op(OpType.SET, "share.session.timeout.ms", "45000"));
        alter("group, reset", GROUP, op(OpType.SET, "share.auto.offset.reset", "middle"));
        alter("group, reset by duration", GROUP, op(OpType.SET, "share.auto.offset.reset", "by_duration:PT1H"));
        alter("group, reset by bad duration", GROUP, op(OpType.SET, "share.auto.offset.reset", "by_duration:soon"));
        alter("group, reset by negative duration", GROUP, op(OpType.SET, "share.auto.offset.reset", "by_duration:-PT1H"));
        alter("group, isolation", GROUP, op(OpType.SET, "share.isolation.level", "none"));
        alter("group, lock", GROUP, op(OpType.SET, "share.record.lock.duration.ms", "5"));
        alter("group, long lock", GROUP, op(OpType.SET, "share.record.lock.duration.ms", "5000000"));
        alter("group, deliveries", GROUP, op(OpType.SET, "share.delivery.count.limit", "1"));
        alter("group, many deliveries", GROUP, op(OpType.SET, "share.delivery.count.limit", "100"));
        alter("group, locks", GROUP, op(OpType.SET, "share.partition.max.record.locks", "1"));
        alter("group, append", GROUP, op(OpType.APPEND, "consumer.session.timeout.ms", "5"));
        alter("group, without a name", new ConfigResource(Type.GROUP, ""), op(OpType.SET, "consumer.session.timeout.ms", "50000"));
        configs("describeConfigs of the group now", GROUP, ALL);
        alter("group, back", GROUP, op(OpType.DELETE, "consumer.session.timeout.ms", ""));
    }

    private void brokers() throws Exception {
        alter("broker, read-only", BROKER, op(OpType.SET, "broker.id", "5"));
        alter("broker, unknown", BROKER, op(OpType.SET, "nonsense", "5"));
        alter("broker, type", BROKERS, op(OpType.SET, "log.cleaner.threads", "many"));
        alter("broker, no number", new ConfigResource(Type.BROKER, "one"), op(OpType.SET, "log.cleaner.threads", "2"));
        alter("broker", BROKER, op(OpType.SET, "log.cleaner.threads", "2"));
        alter("brokers", BROKERS, op(OpType.SET, "message.max.bytes", "2000000"));
        alter("brokers, back", BROKERS, op(OpType.DELETE, "message.max.bytes", ""));
        alter("loggers", LOGGER, op(OpType.SET, "kafka.server.KafkaServer", "TRACE"));
        alter("loggers, unknown level", LOGGER, op(OpType.SET, "root", "LOUD"));
        alter("loggers, unknown", LOGGER, op(OpType.SET, "nonsense", "INFO"));
    }

    private void metrics() throws Exception {
        alter("metrics", METRICS, op(OpType.SET, "interval.ms", "5000"), op(OpType.SET, "metrics", "org.apache.kafka.producer."));
        alter("metrics, append", METRICS, op(OpType.APPEND, "match", "client_id=a.*"));
        alter("metrics, unknown", METRICS, op(OpType.SET, "nonsense", "5"));
        alter("metrics, type", METRICS, op(OpType.SET, "interval.ms", "soon"));
        alter("metrics, range", METRICS, op(OpType.SET, "interval.ms", "5"));
        alter("metrics, upper range", METRICS, op(OpType.SET, "interval.ms", "9999999"));
        alter("metrics, match", METRICS, op(OpType.SET, "match", "nonsense"));
        alter("metrics, match of unknown", METRICS, op(OpType.SET, "match", "nonsense=1"));
        alter("metrics, match without a pattern", METRICS, op(OpType.SET, "match", "client_id=("));
        alter("metrics, without a name", new ConfigResource(Type.CLIENT_METRICS, ""), op(OpType.SET, "interval.ms", "5000"));
        configs("describeConfigs of the metrics now", METRICS, ALL);
    }

    private void listed() throws Exception {
        for (Type type : List.of(Type.TOPIC, Type.BROKER, Type.BROKER_LOGGER, Type.GROUP, Type.CLIENT_METRICS, Type.UNKNOWN)) {
            call("listConfigResources of " + type, () -> Set.copyOf(admin.listConfigResources(Set.of(type), new org.apache.kafka.clients.admin.ListConfigResourcesOptions()).all().get()));
        }
        call("listConfigResources", () -> Set.copyOf(admin.listConfigResources().all().get()));
        call("listClientMetricsResources", () -> admin.listClientMetricsResources().all());
    }
}
