package clients;

import static clients.Calls.call;
import static clients.Calls.calls;
import static clients.Calls.settings;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeShareGroupsOptions;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;

/** Share groups (KIP-932). */
record ShareGroups(Admin admin) {
    private static final TopicPartition PLACE = new TopicPartition("jobs", 0);
    private static final TopicPartition NO_PARTITION = new TopicPartition("jobs", 9);
    private static final TopicPartition NO_TOPIC = new TopicPartition("nowhere", 0);

    void all() throws Exception {
        admin.createTopics(List.of(new NewTopic("jobs", 1, (short) 1))).all().get();
        try (var producer = new KafkaProducer<String, String>(settings())) {
            for (int number = 0; number < 10; number++) {
                producer.send(new ProducerRecord<>("jobs", 0, "key", "value")).get();
            }
        }
        call("alterShareGroupOffsets makes a group", () -> admin.alterShareGroupOffsets("shared", Map.of(PLACE, 4L)).all());
        described();
        try (var consumer = new KafkaShareConsumer<String, String>(settings("group.id", "shared"))) {
            consumer.subscribe(List.of("jobs"));
            while (consumer.poll(Duration.ofMillis(50)).isEmpty()) {
                continue;
            }
            withMembers();
        }
        withoutMembers();
    }

    private void described() throws Exception {
        calls("describeShareGroups", () -> admin.describeShareGroups(List.of("shared", "nobody", "")).describedGroups());
        call("listShareGroupOffsets", () -> admin.listShareGroupOffsets(Map.of("shared", new ListShareGroupOffsetsSpec())).all());
        var spec = new ListShareGroupOffsetsSpec().topicPartitions(List.of(PLACE));
        call("listShareGroupOffsets of some", () -> admin.listShareGroupOffsets(Map.of("shared", spec)).all());
        call("listShareGroupOffsets of nobody", () -> admin.listShareGroupOffsets(Map.of("nobody", new ListShareGroupOffsetsSpec())).all());
        call("listShareGroupOffsets of some of nobody's", () -> admin.listShareGroupOffsets(Map.of("nobody", spec)).all());
        call("listShareGroupOffsets without a name", () -> admin.listShareGroupOffsets(Map.of("", new ListShareGroupOffsetsSpec())).all());
    }

    private void withMembers() throws Exception {
        calls("listGroups for sharers", () -> admin.listGroups(ListGroupsOptions.forShareGroups()).all().get().stream().collect(Collectors.toMap(each -> each.groupId(), each -> each)));
        calls("listGroups for sharers in Stable", () -> admin.listGroups(ListGroupsOptions.forShareGroups().inGroupStates(Set.of(GroupState.STABLE))).all().get().stream().collect(Collectors.toMap(each -> each.groupId(), each -> each)));
        calls("describeShareGroups with a member", () -> admin.describeShareGroups(List.of("shared"), new DescribeShareGroupsOptions().includeAuthorizedOperations(true)).describedGroups());
        calls("describeConsumerGroups of sharers", () -> admin.describeConsumerGroups(List.of("shared")).describedGroups());
        calls("describeClassicGroups of sharers", () -> admin.describeClassicGroups(List.of("shared")).describedGroups());
        alter("with a member", "shared", PLACE, 5);
        forget("with a member", "shared", "jobs");
        call("deleteShareGroups with a member", () -> admin.deleteShareGroups(List.of("shared")).deletedGroups());
        call("deleteConsumerGroups of sharers", () -> admin.deleteConsumerGroups(List.of("shared")).deletedGroups());
        call("listConsumerGroupOffsets of sharers", () -> admin.listConsumerGroupOffsets("shared").partitionsToOffsetAndMetadata());
        call("alterConsumerGroupOffsets of sharers", () -> admin.alterConsumerGroupOffsets("shared", Map.of(PLACE, new org.apache.kafka.clients.consumer.OffsetAndMetadata(1))).all());
        call("deleteConsumerGroupOffsets of sharers", () -> admin.deleteConsumerGroupOffsets("shared", Set.of(PLACE)).all());
    }

    private void withoutMembers() throws Exception {
        alter("of another group", "classic", PLACE, 5);
        alter("unknown partition", "shared", NO_PARTITION, 5);
        alter("unknown topic", "shared", NO_TOPIC, 5);
        alter("behind the end", "shared", PLACE, 5000);
        alter("negative", "shared", PLACE, -5);
        alter("without a name", "", PLACE, 5);
        alter("without members", "shared", PLACE, 5);
        call("listShareGroupOffsets, altered", () -> admin.listShareGroupOffsets(Map.of("shared", new ListShareGroupOffsetsSpec())).all());
        forget("of another group", "classic", "jobs");
        forget("unknown topic", "shared", "nowhere");
        forget("unknown group", "nobody", "jobs");
        forget("not its topic", "shared", "rivers");
        forget("without a name", "", "jobs");
        forget("without members", "shared", "jobs");
        call("listShareGroupOffsets, deleted", () -> admin.listShareGroupOffsets(Map.of("shared", new ListShareGroupOffsetsSpec())).all());
        calls("deleteShareGroups", () -> admin.deleteShareGroups(List.of("shared", "nobody", "")).deletedGroups());
        calls("describeShareGroups, deleted", () -> admin.describeShareGroups(List.of("shared")).describedGroups());
    }

    private void alter(String what, String group, TopicPartition place, long offset) throws Exception {
        call("alterShareGroupOffsets, " + what, () -> admin.alterShareGroupOffsets(group, Map.of(place, offset)).partitionResult(place));
    }

    private void forget(String what, String group, String topic) throws Exception {
        call("deleteShareGroupOffsets, " + what, () -> admin.deleteShareGroupOffsets(group, Set.of(topic)).topicResult(topic));
    }
}
