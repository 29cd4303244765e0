package clients;

import static clients.Steps.SHORT;
import static clients.Steps.check;
import static clients.Steps.consumer;
import static clients.Steps.fails;
import static clients.Steps.ok;
import static clients.Steps.producer;
import static clients.Steps.settings;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** A session of Apache Kafka's own client: topics, an idempotent producer, a group of two, Admin. */
public final class Session {
    private static final String TOPIC = "rivers";
    private static final int PARTITIONS = 4;
    private static final int RECORDS = 100;

    private Session() {}

    /** Goes through all steps. */
    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            create(admin);
            produce();
            group(admin);
            restart();
            admin(admin);
            remove(admin);
        }
    }

    private static void create(Admin admin) throws Exception {
        var topic = new NewTopic(TOPIC, PARTITIONS, (short) 1).configs(Map.of("retention.ms", "86400000"));
        var made = admin.createTopics(List.of(topic));
        made.all().get();
        check(made.numPartitions(TOPIC).get() == PARTITIONS, "partitions");
        check(made.config(TOPIC).get().get("retention.ms").value().equals("86400000"), "config");
        fails(TopicExistsException.class, admin.createTopics(List.of(topic)).all());
        var wrong = new NewTopic("wrong", 1, (short) 1).configs(Map.of("no.such.config", "1"));
        fails(InvalidConfigurationException.class, admin.createTopics(List.of(wrong)).all());
        check(admin.listTopics().names().get().equals(Set.of(TOPIC)), "list");
        var described = admin.describeTopics(List.of(TOPIC)).allTopicNames().get().get(TOPIC);
        check(described.partitions().size() == PARTITIONS, described);
        var leaders = described.partitions().stream().map(each -> each.leader()).collect(Collectors.toSet());
        check(leaders.equals(Set.copyOf(admin.describeCluster().nodes().get())), described);
        ok("create");
    }

    private static void produce() throws Exception {
        Map<Integer, Long> next = new HashMap<>();
        for (String compression : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            try (var producer = producer("compression.type", compression)) {
                List<Future<RecordMetadata>> sent = new ArrayList<>();
                for (int number = 0; number < RECORDS / 5; number++) {
                    var record = new ProducerRecord<>(TOPIC, "key " + number % 10, compression + " " + number);
                    record.headers().add("header", new byte[] {1, 2});
                    sent.add(producer.send(record));
                }
                for (var each : sent) {
                    RecordMetadata at = each.get();
                    check(at.offset() == next.getOrDefault(at.partition(), 0L), at);
                    next.put(at.partition(), at.offset() + 1);
                }
            }
        }
        check(next.size() == PARTITIONS, next);
        ok("produce");
    }

    private static KafkaConsumer<String, String> member() {
        return consumer("group.id", "readers");
    }

    private static long read(KafkaConsumer<String, String> consumer) {
        return consumer.assignment().stream().mapToLong(consumer::position).sum();
    }

    private static void group(Admin admin) throws Exception {
        Set<String> values = new HashSet<>();
        try (var first = member(); var second = member()) {
            first.subscribe(List.of(TOPIC));
            second.subscribe(List.of(TOPIC));
            while (values.size() < RECORDS
                    || first.assignment().size() != PARTITIONS / 2
                    || second.assignment().size() != PARTITIONS / 2
                    || read(first) + read(second) < RECORDS) { // what moved with its partition is read again
                for (var consumer : List.of(first, second)) {
                    for (ConsumerRecord<String, String> record : consumer.poll(SHORT)) {
                        values.add(record.value());
                        check(record.headers().lastHeader("header").value()[1] == 2, record);
                    }
                }
            }
            var described = admin.describeConsumerGroups(List.of("readers")).all().get().get("readers");
            check(described.members().size() == 2, described);
            first.commitSync();
            second.commitSync();
        }
        ok("group");
    }

    private static void restart() throws Exception {
        try (var producer = producer()) {
            producer.send(new ProducerRecord<>(TOPIC, "key", "one more")).get();
        }
        try (var again = member()) {
            again.subscribe(List.of(TOPIC));
            List<String> found = new ArrayList<>();
            while (found.isEmpty()) {
                again.poll(SHORT).forEach(record -> found.add(record.value()));
            }
            check(found.equals(List.of("one more")), found);
            again.commitSync();
        }
        ok("restart");
    }

    private static void admin(Admin admin) throws Exception {
        var offsets = admin.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata().get();
        long sum = offsets.values().stream().mapToLong(OffsetAndMetadata::offset).sum();
        check(sum == RECORDS + 1, offsets);
        var partition = new TopicPartition(TOPIC, 0);
        long end = admin.listOffsets(Map.of(partition, OffsetSpec.latest())).all().get().get(partition).offset();
        check(end == offsets.get(partition).offset(), end);
        admin.alterConsumerGroupOffsets("readers", Map.of(partition, new OffsetAndMetadata(3))).all().get();
        offsets = admin.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata().get();
        check(offsets.get(partition).offset() == 3, offsets);
        admin.deleteConsumerGroupOffsets("readers", Set.of(partition)).all().get();
        check(admin.listGroups().all().get().size() == 1, "groups");
        ok("offsets");

        var resource = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
        var change = new AlterConfigOp(new ConfigEntry("max.message.bytes", "2000000"), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
        var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        check(config.get("max.message.bytes").value().equals("2000000"), config);
        check(!config.get("max.message.bytes").isDefault(), config);
        var broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        check(!admin.describeConfigs(List.of(broker)).all().get().get(broker).entries().isEmpty(), "broker");
        ok("configs");

        admin.createPartitions(Map.of(TOPIC, NewPartitions.increaseTo(PARTITIONS + 1))).all().get();
        long low = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(2)))
                .lowWatermarks().get(partition).get().lowWatermark();
        check(low == 2, low);
        check(admin.listOffsets(Map.of(partition, OffsetSpec.earliest())).all().get().get(partition).offset() == 2, "low");
        check(admin.describeCluster().clusterId().get().length() == 22, "id");
        ok("admin");
    }

    private static void remove(Admin admin) throws Exception {
        admin.deleteConsumerGroups(List.of("readers")).all().get();
        check(admin.listGroups().all().get().isEmpty(), "groups");
        admin.deleteTopics(List.of(TOPIC)).all().get();
        fails(UnknownTopicOrPartitionException.class, admin.describeTopics(List.of(TOPIC)).allTopicNames());
        ok("remove");
    }
}
