package clients;

import static clients.Calls.call;
import static clients.Calls.calls;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterPartitionReassignmentsOptions;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** Topics and their partitions. */
record Topics(Admin admin) {
    private static final short ONE = 1;

    void all() throws Exception {
        created();
        refused();
        described();
        grown();
        moved();
        deleted();
    }

    private NewTopic topic(String name, String... configs) {
        Map<String, String> found = new HashMap<>();
        for (int at = 0; at < configs.length; at += 2) {
            found.put(configs[at], configs[at + 1]);
        }
        return new NewTopic(name, 1, ONE).configs(found);
    }

    private void created() throws Exception {
        call("createTopics plain", () -> admin.createTopics(List.of(new NewTopic("plain", 3, ONE))).values());
        call("createTopics by default", () -> {
            var made = admin.createTopics(List.of(new NewTopic("default", Optional.empty(), Optional.empty())));
            Shown.name(made.topicId("default").get(), "ID-of-default");
            return made.numPartitions("default").get() + " partitions, " + made.replicationFactor("default").get() + " replicas";
        });
        call("createTopics with configs", () -> {
            var made = admin.createTopics(List.of(topic("configured", "retention.ms", "1000", "cleanup.policy", "compact,delete")));
            return made.config("configured").get().entries().stream()
                    .filter(each -> !each.isDefault())
                    .map(each -> each.name() + "=" + each.value() + " " + each.source() + " " + each.isReadOnly() + " "
                            + each.isSensitive() + " " + each.type() + " " + each.synonyms() + " " + each.documentation())
                    .collect(Collectors.toSet());
        });
        calls("createTopics' configs", () -> admin.createTopics(List.of(topic("configs-told"))).config("configs-told").get().entries().stream()
                .collect(Collectors.toMap(each -> each.name(), each -> each.value() + " " + each.source() + " readonly " + each.isReadOnly())));
        call("createTopics, assigned", () -> admin.createTopics(List.of(new NewTopic("assigned", Map.of(0, List.of(1), 1, List.of(1))))).values());
        var trial = new CreateTopicsOptions().validateOnly(true);
        call("createTopics, trial", () -> {
            var made = admin.createTopics(List.of(new NewTopic("trial", 2, ONE)), trial);
            made.topicId("trial").get(); // Kafka tells one, of no topic
            return made.numPartitions("trial").get() + " " + made.replicationFactor("trial").get();
        });
        call("createTopics, trial of one that is there", () -> admin.createTopics(List.of(topic("plain")), trial).values());
    }

    private void refused() throws Exception {
        refused("twice", topic("plain"));
        refused("empty name", topic(""));
        refused("dots", topic("."));
        refused("bad letters", topic("bad name!"));
        refused("long name", topic("l".repeat(250)));
        refused("collides", topic("dotted.name"), topic("dotted_name"));
        refused("no partitions", new NewTopic("p1", 0, ONE));
        refused("negative partitions", new NewTopic("p2", -2, ONE));
        refused("no replicas", new NewTopic("p3", 1, (short) 0));
        refused("negative replicas", new NewTopic("p4", 1, (short) -2));
        refused("many replicas", new NewTopic("p5", 1, (short) 4));
        refused("assigned with a gap", new NewTopic("p6", Map.of(0, List.of(1), 2, List.of(1))));
        refused("assigned to nobody", new NewTopic("p7", Map.of(0, List.of())));
        refused("assigned twice", new NewTopic("p8", Map.of(0, List.of(1, 1))));
        refused("assigned to a stranger", new NewTopic("p9", Map.of(0, List.of(7))));
        refused("assigned to negative", new NewTopic("p10", Map.of(0, List.of(-1))));
        refused("assigned unevenly", new NewTopic("p11", Map.of(0, List.of(1), 1, List.of(1, 7))));
        refused("unknown config", topic("c12", "nonsense", "1"));
        refused("two unknown configs", topic("c13", "nonsense", "1", "other", "2"));
        refused("config's type", topic("c14", "retention.ms", "soon"));
        refused("config's range", topic("c15", "retention.ms", "-2"));
        refused("config's upper range", topic("c16", "min.cleanable.dirty.ratio", "2"));
        refused("config's word", topic("c17", "cleanup.policy", "burn"));
        refused("config's empty list", topic("c18", "cleanup.policy", ""));
        refused("compression's word", topic("c20", "compression.type", "zip"));
        refused("compression level", topic("c21", "compression.gzip.level", "0"));
        refused("compression level of lz4", topic("c22", "compression.lz4.level", "99"));
        refused("compression level of zstd", topic("c23", "compression.zstd.level", "99"));
        refused("boolean", topic("c24", "preallocate", "maybe"));
        refused("double", topic("c25", "min.cleanable.dirty.ratio", "half"));
        refused("int too large", topic("c26", "segment.bytes", "9999999999"));
        refused("small segments", topic("c27", "segment.bytes", "100"));
        refused("lags", topic("c28", "min.compaction.lag.ms", "10", "max.compaction.lag.ms", "5"));
        refused("tiered", topic("c29", "remote.storage.enable", "true"));
        refused("local retention", topic("c30", "local.retention.ms", "10", "retention.ms", "5"));
        refused("throttled replicas", topic("c36", "leader.replication.throttled.replicas", "nonsense"));
        refused("config's double word", topic("c37", "cleanup.policy", "compact,compact"));
        refused("timestamp type", topic("c32", "message.timestamp.type", "Never"));
        refused("min.insync.replicas", topic("c33", "min.insync.replicas", "0"));
        refused("many partitions", new NewTopic("c34", 100_000, ONE));
        refused("two, one bad", topic("good-one"), topic("bad one"));
        var nothing = new NewTopic("c35", 1, ONE);
        Map<String, String> configs = new HashMap<>();
        configs.put("retention.ms", null);
        refused("null config", nothing.configs(configs));
        call("createTopics none", () -> admin.createTopics(List.of()).values());
    }

    private void refused(String what, NewTopic... topics) throws Exception {
        calls("createTopics, " + what, () -> admin.createTopics(Arrays.asList(topics)).values());
    }

    private void described() throws Exception {
        call("listTopics", () -> admin.listTopics().names().get().stream().sorted().toList());
        call("listTopics plain", () -> admin.listTopics(new ListTopicsOptions().listInternal(true)).namesToListings().get().get("plain"));
        calls("describeTopics", () -> admin.describeTopics(List.of("plain", "nowhere", "bad name!", "")).topicNameValues());
        var operations = new DescribeTopicsOptions().includeAuthorizedOperations(true);
        call("describeTopics with operations", () -> admin.describeTopics(List.of("plain"), operations).allTopicNames());
        call("describeTopics in pages", () -> admin.describeTopics(List.of("plain"), new DescribeTopicsOptions().partitionSizeLimitPerResponse(1)).allTopicNames());
        call("describeTopics none", () -> admin.describeTopics(List.of()).allTopicNames());
        calls("describeTopics by id", () -> {
            Uuid known = admin.describeTopics(List.of("plain")).allTopicNames().get().get("plain").topicId();
            Shown.name(known, "ID-of-plain");
            return admin.describeTopics(TopicCollection.ofTopicIds(List.of(known, Uuid.ONE_UUID, Uuid.ZERO_UUID)), operations).topicIdValues();
        });
    }

    private void grow(String what, String topic, NewPartitions how) throws Exception {
        calls("createPartitions, " + what, () -> admin.createPartitions(Map.of(topic, how)).values());
    }

    private void grown() throws Exception {
        call("createPartitions, trial", () -> admin.createPartitions(Map.of("plain", NewPartitions.increaseTo(4)), new CreatePartitionsOptions().validateOnly(true)).values());
        call("createPartitions", () -> admin.createPartitions(Map.of("plain", NewPartitions.increaseTo(4))).values());
        grow("as many", "plain", NewPartitions.increaseTo(4));
        grow("fewer", "plain", NewPartitions.increaseTo(1));
        grow("none", "plain", NewPartitions.increaseTo(0));
        grow("negative", "plain", NewPartitions.increaseTo(-1));
        grow("unknown topic", "nowhere", NewPartitions.increaseTo(2));
        grow("bad topic", "bad name!", NewPartitions.increaseTo(2));
        grow("empty topic", "", NewPartitions.increaseTo(2));
        grow("assigned", "plain", NewPartitions.increaseTo(5, List.of(List.of(1))));
        grow("too few assigned", "plain", NewPartitions.increaseTo(7, List.of(List.of(1))));
        grow("too many assigned", "plain", NewPartitions.increaseTo(6, List.of(List.of(1), List.of(1))));
        grow("assigned to a stranger", "plain", NewPartitions.increaseTo(6, List.of(List.of(7))));
        grow("assigned twice", "plain", NewPartitions.increaseTo(6, List.of(List.of(1, 1))));
        grow("assigned to nobody", "plain", NewPartitions.increaseTo(6, List.of(List.of())));
        grow("another factor", "plain", NewPartitions.increaseTo(6, List.of(List.of(1, 2))));
    }

    private void move(String what, TopicPartition partition, Optional<NewPartitionReassignment> how) throws Exception {
        calls("alterPartitionReassignments, " + what, () -> admin.alterPartitionReassignments(Map.of(partition, how)).values());
    }

    private void moved() throws Exception {
        var plain = new TopicPartition("plain", 0);
        move("as it is", plain, Optional.of(new NewPartitionReassignment(List.of(1))));
        move("cancelled", plain, Optional.empty());
        move("to a stranger", plain, Optional.of(new NewPartitionReassignment(List.of(7))));
        move("to a negative one", plain, Optional.of(new NewPartitionReassignment(List.of(-1))));
        move("twice", plain, Optional.of(new NewPartitionReassignment(List.of(1, 1))));
        move("unknown topic", new TopicPartition("nowhere", 0), Optional.of(new NewPartitionReassignment(List.of(1))));
        move("unknown partition", new TopicPartition("plain", 99), Optional.of(new NewPartitionReassignment(List.of(1))));
        move("negative partition", new TopicPartition("plain", -1), Optional.of(new NewPartitionReassignment(List.of(1))));
        move("unknown partition, cancelled", new TopicPartition("plain", 99), Optional.empty());
        var fixed = new AlterPartitionReassignmentsOptions().allowReplicationFactorChange(false);
        calls("alterPartitionReassignments, another factor", () -> admin.alterPartitionReassignments(
                        Map.of(plain, Optional.of(new NewPartitionReassignment(List.of(1, 2)))), fixed).values());
        call("listPartitionReassignments", () -> admin.listPartitionReassignments().reassignments());
        call("listPartitionReassignments of one", () -> admin.listPartitionReassignments(Set.of(plain)).reassignments());
        call("listPartitionReassignments unknown", () -> admin.listPartitionReassignments(Set.of(new TopicPartition("nowhere", 0))).reassignments());
        for (ElectionType type : ElectionType.values()) {
            var asked = Set.of(plain, new TopicPartition("plain", 99), new TopicPartition("nowhere", 0));
            calls("electLeaders " + type, () -> admin.electLeaders(type, asked).partitions().get());
            call("electLeaders " + type + " of all", () -> admin.electLeaders(type, null).partitions());
            call("electLeaders " + type + " of none", () -> admin.electLeaders(type, Set.of()).partitions());
        }
    }

    private void deleted() throws Exception {
        Uuid known = admin.describeTopics(List.of("configured")).allTopicNames().get().get("configured").topicId();
        calls("deleteTopics", () -> admin.deleteTopics(List.of("assigned", "nowhere", "bad name!", "")).topicNameValues());
        call("deleteTopics none", () -> admin.deleteTopics(List.of()).topicNameValues());
        Shown.name(known, "ID-of-configured");
        calls("deleteTopics by id", () -> admin.deleteTopics(TopicCollection.ofTopicIds(List.of(known, Uuid.ONE_UUID, Uuid.ZERO_UUID))).topicIdValues());
        call("deleteTopics again", () -> admin.deleteTopics(List.of("configured")).all());
        Collection<String> made = Stream.of("p1", "c12", "trial", "good-one", "dotted.name").toList();
        calls("describeTopics of what may be there", () -> admin.describeTopics(made).topicNameValues());
    }
}
