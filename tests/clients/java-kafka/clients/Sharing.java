package clients;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;

/** Share groups (KIP-932) with Apache Kafka's own client. */
public final class Sharing {
    private static final String TOPIC = "jobs";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final int LOCK_MS = 15_000;
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final String SERVERS = System.getenv("KAFKA");

    private Sharing() {}

    /** Goes through all steps. */
    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
            implicit(admin);
            explicit(admin);
            shared(admin);
            expired(admin);
            transactions(admin);
            administration(admin);
        }
    }

    private static Map<String, Object> settings(Object... more) {
        Map<String, Object> found = new HashMap<>(Map.of("bootstrap.servers", SERVERS));
        for (int at = 0; at < more.length; at += 2) {
            found.put((String) more[at], more[at + 1]);
        }
        return found;
    }

    private static void check(boolean holds, Object shown) {
        if (!holds) {
            throw new AssertionError(shown);
        }
    }

    private static void ok(String step) {
        System.out.println("ok " + step);
    }

    private static void configure(Admin admin, String group, String... configs) throws Exception {
        List<AlterConfigOp> changes = new ArrayList<>();
        for (int at = 0; at < configs.length; at += 2) {
            changes.add(new AlterConfigOp(new ConfigEntry(configs[at], configs[at + 1]), AlterConfigOp.OpType.SET));
        }
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, group), changes))
                .all()
                .get();
    }

    /** Has a group begin with what is produced from now on. */
    private static void begin(Admin admin, String group, String... configs) throws Exception {
        configure(admin, group, "share.auto.offset.reset", "earliest");
        configure(admin, group, "share.record.lock.duration.ms", String.valueOf(LOCK_MS));
        if (configs.length > 0) {
            configure(admin, group, configs);
        }
        long end = admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest()))
                .partitionResult(PARTITION)
                .get()
                .offset();
        admin.alterShareGroupOffsets(group, Map.of(PARTITION, end)).all().get();
    }

    private static KafkaShareConsumer<String, String> consumer(String group, Object... more) {
        var strings = "org.apache.kafka.common.serialization.StringDeserializer";
        var found = settings("group.id", group, "key.deserializer", strings, "value.deserializer", strings);
        found.putAll(settings(more));
        var consumer = new KafkaShareConsumer<String, String>(found);
        consumer.subscribe(List.of(TOPIC));
        return consumer;
    }

    private static KafkaShareConsumer<String, String> explicitly(String group) {
        return consumer(group, "share.acknowledgement.mode", "explicit");
    }

    private static void produce(String what, int count) {
        var strings = "org.apache.kafka.common.serialization.StringSerializer";
        try (var producer = new KafkaProducer<String, String>(
                settings("key.serializer", strings, "value.serializer", strings, "linger.ms", 0))) {
            for (int number = 0; number < count; number++) {
                producer.send(new ProducerRecord<>(TOPIC, what + " " + number));
            }
        }
    }

    private static List<ConsumerRecord<String, String>> poll(KafkaShareConsumer<String, String> consumer, int least) {
        List<ConsumerRecord<String, String>> found = new ArrayList<>();
        for (int tries = 0; tries < 100 && found.size() < least; tries++) {
            consumer.poll(SHORT).forEach(found::add);
        }
        check(found.size() >= least, found);
        return found;
    }

    private static void nothing(KafkaShareConsumer<String, String> consumer) {
        for (int tries = 0; tries < 3; tries++) {
            var found = consumer.poll(SHORT);
            check(found.isEmpty(), found.count());
        }
    }

    private static void implicit(Admin admin) throws Exception {
        begin(admin, "implicit");
        try (var consumer = consumer("implicit")) {
            produce("implicit", 10);
            Set<String> values = new HashSet<>();
            for (int tries = 0; tries < 100 && values.size() < 10; tries++) {
                for (var each : consumer.poll(SHORT)) {
                    check(each.deliveryCount().get() == 1, each);
                    values.add(each.value());
                }
            }
            check(values.size() == 10, values);
            consumer.commitSync().forEach((partition, error) -> check(error.isEmpty(), error));
        }
        try (var consumer = consumer("implicit")) {
            nothing(consumer);
        }
        ok("implicit");
    }

    private static void explicit(Admin admin) throws Exception {
        begin(admin, "explicit", "share.delivery.count.limit", "3");
        Map<String, Integer> deliveries = new TreeMap<>();
        try (var consumer = explicitly("explicit")) {
            produce("explicit", 6);
            for (int tries = 0; tries < 30; tries++) {
                for (var each : consumer.poll(SHORT)) {
                    deliveries.merge(each.value(), 1, Integer::sum);
                    check(each.deliveryCount().get().intValue() == deliveries.get(each.value()), each);
                    consumer.acknowledge(each, verdict(each.value(), each.deliveryCount().get()));
                }
                consumer.commitSync().forEach((partition, error) -> check(error.isEmpty(), error));
            }
        }
        check(deliveries.values().stream().toList().equals(List.of(1, 1, 2, 3, 1, 1)), deliveries);
        ok("explicit");
    }

    /** 2 is released once, 3 again and again, 4 is rejected. */
    private static AcknowledgeType verdict(String value, short count) {
        return switch (value.charAt(value.length() - 1)) {
            case '2' -> count == 1 ? AcknowledgeType.RELEASE : AcknowledgeType.ACCEPT;
            case '3' -> AcknowledgeType.RELEASE;
            case '4' -> AcknowledgeType.REJECT;
            default -> AcknowledgeType.ACCEPT;
        };
    }

    private static void shared(Admin admin) throws Exception {
        begin(admin, "shared");
        Set<String> values = new HashSet<>();
        int[] counts = new int[2];
        try (var first = consumer("shared", "max.poll.records", 10, "share.acquire.mode", "record_limit");
                var second = consumer("shared", "max.poll.records", 10, "share.acquire.mode", "record_limit")) {
            first.poll(SHORT);
            second.poll(SHORT);
            produce("shared", 1000);
            var consumers = List.of(first, second);
            for (int tries = 0; tries < 1000 && values.size() < 1000; tries++) {
                int who = tries % 2;
                for (var each : consumers.get(who).poll(SHORT)) {
                    check(values.add(each.value()), each);
                    counts[who]++;
                }
            }
        }
        check(values.size() == 1000, values.size());
        check(counts[0] > 100 && counts[1] > 100, counts[0] + " and " + counts[1]);
        ok("shared");
    }

    private static void expired(Admin admin) throws Exception {
        begin(admin, "expired");
        try (var slow = explicitly("expired");
                var other = explicitly("expired")) {
            produce("expired", 2);
            var records = poll(slow, 2);
            nothing(other);
            slow.acknowledge(records.get(0), AcknowledgeType.RENEW);
            slow.acknowledge(records.get(1), AcknowledgeType.ACCEPT);
            slow.commitSync().forEach((partition, error) -> check(error.isEmpty(), error));
            long until = System.currentTimeMillis() + LOCK_MS - 1000;
            while (System.currentTimeMillis() < until) {
                nothing(other);
            }
            var again = poll(other, 1);
            check(again.get(0).offset() == records.get(0).offset(), again);
            check(again.get(0).deliveryCount().get() == 2, again);
            other.acknowledge(again.get(0), AcknowledgeType.ACCEPT);
            other.commitSync().forEach((partition, error) -> check(error.isEmpty(), error));
        }
        ok("expired");
    }

    private static void transactions(Admin admin) throws Exception {
        begin(admin, "committed", "share.isolation.level", "read_committed");
        var strings = "org.apache.kafka.common.serialization.StringSerializer";
        var more = settings("key.serializer", strings, "value.serializer", strings, "transactional.id", "sharing");
        try (var producer = new KafkaProducer<String, String>(more);
                var consumer = consumer("committed")) {
            producer.initTransactions();
            for (boolean commits : List.of(false, true, false, true)) {
                producer.beginTransaction();
                for (int number = 0; number < 3; number++) {
                    producer.send(new ProducerRecord<>(TOPIC, commits + " " + number));
                }
                if (commits) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
            var found = poll(consumer, 6);
            check(found.stream().allMatch(each -> each.value().startsWith("true")), found);
            nothing(consumer);
            consumer.commitSync();
        }
        ok("transactions");
    }

    private static void administration(Admin admin) throws Exception {
        begin(admin, "admin");
        produce("admin", 5);
        try (var consumer = consumer("admin")) {
            poll(consumer, 5);
            consumer.commitSync();
            var described = admin.describeShareGroups(List.of("admin")).all().get().get("admin");
            check(described.groupState() == GroupState.STABLE && described.members().size() == 1, described);
            var partitions = described.members().iterator().next().assignment().topicPartitions();
            check(partitions.equals(Set.of(PARTITION)), described);
            check(refusal(() -> admin.deleteShareGroups(List.of("admin")).all().get()) instanceof GroupNotEmptyException,
                    "not empty");
        }
        var listed = admin.listGroups(ListGroupsOptions.forShareGroups()).all().get();
        check(listed.stream().anyMatch(each -> each.groupId().equals("admin")
                && each.type().equals(Optional.of(GroupType.SHARE))), listed);
        var spec = Map.of("admin", new ListShareGroupOffsetsSpec().topicPartitions(List.of(PARTITION)));
        var stands = admin.listShareGroupOffsets(spec).partitionsToOffsetInfo("admin").get().get(PARTITION);
        check(stands.lag().get() == 0, stands);
        admin.alterShareGroupOffsets("admin", Map.of(PARTITION, stands.startOffset() - 2)).all().get();
        try (var consumer = consumer("admin")) {
            poll(consumer, 2);
        }
        admin.deleteShareGroupOffsets("admin", Set.of(TOPIC)).all().get();
        admin.deleteShareGroups(List.of("admin")).all().get();
        check(refusal(() -> admin.describeShareGroups(List.of("admin")).all().get()) instanceof GroupIdNotFoundException,
                "deleted");
        ok("administration");
    }

    private interface Call {
        void run() throws Exception;
    }

    private static Throwable refusal(Call call) throws Exception {
        try {
            call.run();
        } catch (ExecutionException error) {
            return error.getCause();
        }
        return null;
    }
}
