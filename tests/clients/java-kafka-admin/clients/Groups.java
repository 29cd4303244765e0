package clients;

import static clients.Calls.call;
import static clients.Calls.calls;
import static clients.Calls.settings;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClassicGroupsOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListConsumerGroupsOptions;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;

/** Groups of the classic protocol and of KIP-848's, and their offsets. */
record Groups(Admin admin) {
    private static final TopicPartition PLACE = new TopicPartition("brooks", 0);
    private static final TopicPartition OTHER = new TopicPartition("brooks", 1);
    private static final List<String> NAMES = List.of("classic", "static", "modern", "simple", "left", "nobody", "");

    void all() throws Exception {
        admin.createTopics(List.of(new NewTopic("brooks", 2, (short) 1))).all().get();
        try (var classic = joined("classic", "partition.assignment.strategy", "org.apache.kafka.clients.consumer.RangeAssignor");
                var fixed = joined("static", "group.instance.id", "one");
                var modern = joined("modern", "group.protocol", "consumer", "client.rack", "left-bank");
                var left = joined("left", "group.protocol", "consumer")) {
            left.close();
            listed();
            described();
            offsets();
            removed();
            kept();
        }
        deleted();
    }

    private static KafkaConsumer<String, String> joined(String group, Object... more) {
        var found = settings(more);
        found.putAll(Map.of("group.id", group, "enable.auto.commit", false, "auto.offset.reset", "earliest"));
        var consumer = new KafkaConsumer<String, String>(found);
        consumer.subscribe(List.of("brooks"));
        while (consumer.assignment().isEmpty()) {
            consumer.poll(Duration.ofMillis(50));
        }
        consumer.commitSync(Map.of(PLACE, new OffsetAndMetadata(7, "of " + group)));
        return consumer;
    }

    private void list(String what, ListGroupsOptions options) throws Exception {
        calls("listGroups" + what, () -> admin.listGroups(options).all().get().stream().collect(Collectors.toMap(each -> each.groupId(), each -> each)));
    }

    private void listed() throws Exception {
        call("alterConsumerGroupOffsets makes a group", () -> admin.alterConsumerGroupOffsets("simple", Map.of(PLACE, new OffsetAndMetadata(3))).all());
        list("", new ListGroupsOptions());
        list(" for consumers", ListGroupsOptions.forConsumerGroups());
        list(" in Empty", new ListGroupsOptions().inGroupStates(Set.of(GroupState.EMPTY)));
        list(" in Stable", new ListGroupsOptions().inGroupStates(Set.of(GroupState.STABLE)));
        list(" in Dead", new ListGroupsOptions().inGroupStates(Set.of(GroupState.DEAD)));
        list(" of Classic", new ListGroupsOptions().withTypes(Set.of(GroupType.CLASSIC)));
        list(" of Consumer", new ListGroupsOptions().withTypes(Set.of(GroupType.CONSUMER)));
        list(" of Share", new ListGroupsOptions().withTypes(Set.of(GroupType.SHARE)));
        list(" of Streams", new ListGroupsOptions().withTypes(Set.of(GroupType.STREAMS)));
        list(" of another protocol", new ListGroupsOptions().withProtocolTypes(Set.of("connect")));
        list(" of no protocol", new ListGroupsOptions().withProtocolTypes(Set.of("")));
        calls("listConsumerGroups", () -> admin.listConsumerGroups(new ListConsumerGroupsOptions()).all().get().stream().collect(Collectors.toMap(each -> each.groupId(), each -> each)));
        calls("listConsumerGroups, Stable and Consumer", () -> admin.listConsumerGroups(new ListConsumerGroupsOptions().inGroupStates(Set.of(GroupState.STABLE)).withTypes(Set.of(GroupType.CONSUMER)))
                .all().get().stream().collect(Collectors.toMap(each -> each.groupId(), each -> each)));
    }

    private void described() throws Exception {
        calls("describeConsumerGroups", () -> admin.describeConsumerGroups(NAMES).describedGroups());
        var operations = new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true);
        calls("describeConsumerGroups, operations", () -> {
            Map<String, Object> found = new HashMap<>();
            for (String each : List.of("classic", "modern", "simple")) {
                found.put(each, admin.describeConsumerGroups(List.of(each), operations).all().get().get(each).authorizedOperations());
            }
            return found;
        });
        calls("describeClassicGroups", () -> admin.describeClassicGroups(NAMES).describedGroups());
        calls("describeClassicGroups, operations", () -> admin.describeClassicGroups(List.of("simple"), new DescribeClassicGroupsOptions().includeAuthorizedOperations(true)).describedGroups());
        calls("describeShareGroups of others", () -> admin.describeShareGroups(NAMES).describedGroups());
        calls("describeStreamsGroups of others", () -> admin.describeStreamsGroups(List.of("classic", "nobody")).describedGroups());
    }

    private void offsets() throws Exception {
        for (String each : NAMES) {
            call("listConsumerGroupOffsets '" + each + "'", () -> admin.listConsumerGroupOffsets(each).partitionsToOffsetAndMetadata(each));
        }
        var spec = new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(PLACE, OTHER, new TopicPartition("brooks", 9), new TopicPartition("nowhere", 0), new TopicPartition("bad name!", 0)));
        call("listConsumerGroupOffsets of some", () -> admin.listConsumerGroupOffsets(Map.of("classic", spec, "nobody", spec)).all());
        call("listConsumerGroupOffsets of none", () -> admin.listConsumerGroupOffsets(Map.of("classic", new ListConsumerGroupOffsetsSpec().topicPartitions(List.of()))).all());
        call("listConsumerGroupOffsets, stable", () -> admin.listConsumerGroupOffsets("classic", new ListConsumerGroupOffsetsOptions().requireStable(true)).partitionsToOffsetAndMetadata());
        alter("simple", "simple", PLACE, new OffsetAndMetadata(5, java.util.Optional.of(0), "note"));
        alter("unknown partition", "simple", new TopicPartition("brooks", 9), new OffsetAndMetadata(5));
        alter("unknown topic", "simple", new TopicPartition("nowhere", 0), new OffsetAndMetadata(5));
        alter("long metadata", "simple", PLACE, new OffsetAndMetadata(5, "m".repeat(5000)));
        alter("behind the end", "simple", OTHER, new OffsetAndMetadata(5_000_000));
        alter("of one with members", "classic", PLACE, new OffsetAndMetadata(5));
        alter("of a modern one with members", "modern", PLACE, new OffsetAndMetadata(5));
        alter("of one that was left", "left", PLACE, new OffsetAndMetadata(5));
        alter("without a name", "", PLACE, new OffsetAndMetadata(5));
        call("alterConsumerGroupOffsets, none", () -> admin.alterConsumerGroupOffsets("simple", Map.of()).all());
        call("listConsumerGroupOffsets of simple", () -> admin.listConsumerGroupOffsets("simple").partitionsToOffsetAndMetadata());
    }

    private void alter(String what, String group, TopicPartition place, OffsetAndMetadata offset) throws Exception {
        call("alterConsumerGroupOffsets, " + what, () -> admin.alterConsumerGroupOffsets(group, Map.of(place, offset)).partitionResult(place));
    }

    private void forget(String what, String group, TopicPartition place) throws Exception {
        call("deleteConsumerGroupOffsets, " + what, () -> admin.deleteConsumerGroupOffsets(group, Set.of(place)).partitionResult(place));
    }

    private void removed() throws Exception {
        forget("simple", "simple", OTHER);
        forget("again", "simple", OTHER);
        forget("unknown partition", "simple", new TopicPartition("brooks", 9));
        forget("unknown topic", "simple", new TopicPartition("nowhere", 0));
        forget("subscribed", "classic", PLACE);
        forget("subscribed in a modern group", "modern", PLACE);
        forget("not subscribed", "classic", new TopicPartition("rivers", 0));
        forget("not subscribed in a modern group", "modern", new TopicPartition("rivers", 0));
        forget("unknown group", "nobody", PLACE);
        forget("without a name", "", PLACE);
    }

    private void kept() throws Exception {
        calls("deleteConsumerGroups", () -> admin.deleteConsumerGroups(List.of("classic", "modern", "nobody", "")).deletedGroups());
        var stranger = new MemberToRemove("stranger");
        remove("a stranger", "static", new RemoveMembersFromConsumerGroupOptions(Set.of(stranger)));
        remove("unknown group", "nobody", new RemoveMembersFromConsumerGroupOptions(Set.of(stranger)));
        remove("a member", "static", new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("one"))));
        remove("all", "classic", new RemoveMembersFromConsumerGroupOptions());
        remove("all of an empty one", "simple", new RemoveMembersFromConsumerGroupOptions());
        remove("all of a modern one", "modern", new RemoveMembersFromConsumerGroupOptions());
        remove("a stranger of a modern one", "modern", new RemoveMembersFromConsumerGroupOptions(Set.of(stranger)));
        remove("all of nobody", "nobody", new RemoveMembersFromConsumerGroupOptions());
        calls("describeConsumerGroups, afterwards", () -> admin.describeConsumerGroups(List.of("classic", "static", "modern")).describedGroups());
        calls("describeClassicGroups, afterwards", () -> admin.describeClassicGroups(List.of("classic", "static")).describedGroups());
    }

    private void remove(String what, String group, RemoveMembersFromConsumerGroupOptions options) throws Exception {
        call("removeMembersFromConsumerGroup, " + what, () -> admin.removeMembersFromConsumerGroup(group, options).all());
    }

    private void deleted() throws Exception {
        calls("deleteConsumerGroups, empty", () -> admin.deleteConsumerGroups(List.of("simple", "left")).deletedGroups());
        calls("describeConsumerGroups, deleted", () -> admin.describeConsumerGroups(List.of("simple", "left")).describedGroups());
        calls("deleteShareGroups of others", () -> admin.deleteShareGroups(List.of("classic", "nobody")).deletedGroups());
    }
}
