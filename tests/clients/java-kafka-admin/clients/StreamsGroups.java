package clients;

import static clients.Calls.call;
import static clients.Calls.calls;
import static clients.Calls.settings;

import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeStreamsGroupsOptions;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;

/** Groups of Kafka Streams applications (KIP-1071). */
record StreamsGroups(Admin admin) {
    private static final String GROUP = "flowing";
    private static final TopicPartition PLACE = new TopicPartition("waters", 0);
    private static final TopicPartition NO_PARTITION = new TopicPartition("waters", 9);
    private static final TopicPartition NO_TOPIC = new TopicPartition("nowhere", 0);
    private static final TopicPartition OTHER = new TopicPartition("brooks", 0);

    void all() throws Exception {
        admin.createTopics(List.of(new NewTopic("waters", 2, (short) 1))).all().get();
        set("streams.num.standby.replicas", "3");
        set("streams.heartbeat.interval.ms", "1000");
        set("streams.session.timeout.ms", "90000");
        set("streams.assignment.interval.ms", "16000");
        set("streams.initial.rebalance.delay.ms", "0");
        try (var application = application()) {
            application.start();
            while (!isStable()) {
                Thread.sleep(50);
            }
            withMembers();
            application.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        }
        withoutMembers();
    }

    private void set(String name, String value) throws Exception {
        var change = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
        var group = new ConfigResource(ConfigResource.Type.GROUP, GROUP);
        call("incrementalAlterConfigs, " + name + " " + value, () -> admin.incrementalAlterConfigs(Map.of(group, List.of(change))).all());
    }

    private static KafkaStreams application() throws Exception {
        var builder = new StreamsBuilder();
        builder.stream("waters").selectKey((key, value) -> value).groupByKey().count();
        var found = new Properties();
        found.putAll(settings("application.id", GROUP, "group.protocol", "streams", "application.server", "localhost:4567"));
        found.put("state.dir", Files.createTempDirectory("calls").toString());
        found.put("default.key.serde", Serdes.StringSerde.class);
        found.put("default.value.serde", Serdes.StringSerde.class);
        return new KafkaStreams(builder.build(), found);
    }

    private boolean isStable() throws Exception {
        var group = admin.describeStreamsGroups(List.of(GROUP)).describedGroups().get(GROUP);
        try {
            return group.get().groupState() == GroupState.STABLE && !group.get().members().iterator().next().assignment().activeTasks().isEmpty();
        } catch (java.util.concurrent.ExecutionException error) {
            return false;
        }
    }

    private void listed(String what, ListGroupsOptions options) throws Exception {
        calls("listGroups for streams" + what, () -> admin.listGroups(options).all().get().stream().collect(Collectors.toMap(each -> each.groupId(), each -> each)));
    }

    private void withMembers() throws Exception {
        listed("", ListGroupsOptions.forStreamsGroups());
        listed(" in Stable", ListGroupsOptions.forStreamsGroups().inGroupStates(Set.of(GroupState.STABLE)));
        listed(" in Empty", ListGroupsOptions.forStreamsGroups().inGroupStates(Set.of(GroupState.EMPTY)));
        calls("describeStreamsGroups with a member", () -> admin.describeStreamsGroups(List.of(GROUP, "nobody"), new DescribeStreamsGroupsOptions().includeAuthorizedOperations(true)).describedGroups());
        calls("describeTopics, internal", () -> sizes());
        calls("describeConfigs, internal", () -> configs());
        calls("describeConsumerGroups of streams", () -> admin.describeConsumerGroups(List.of(GROUP)).describedGroups());
        calls("describeClassicGroups of streams", () -> admin.describeClassicGroups(List.of(GROUP)).describedGroups());
        calls("describeShareGroups of streams", () -> admin.describeShareGroups(List.of(GROUP)).describedGroups());
        offsets("with a member");
        alter("with a member", GROUP, PLACE);
        forget("with a member", GROUP, PLACE);
        forget("with a member, of another topic", GROUP, OTHER);
        call("alterShareGroupOffsets of streams", () -> admin.alterShareGroupOffsets(GROUP, Map.of(PLACE, 1L)).all());
        calls("deleteStreamsGroups with a member", () -> admin.deleteStreamsGroups(List.of(GROUP)).deletedGroups());
    }

    private Map<?, ?> sizes() throws Exception {
        Map<String, Integer> found = new HashMap<>();
        for (String each : internal()) {
            found.put(each, admin.describeTopics(List.of(each)).allTopicNames().get().get(each).partitions().size());
        }
        return found;
    }

    private Map<?, ?> configs() throws Exception {
        Map<String, Object> found = new HashMap<>();
        for (String each : internal()) {
            var topic = new ConfigResource(ConfigResource.Type.TOPIC, each);
            found.put(each, admin.describeConfigs(List.of(topic)).all().get().get(topic).entries().stream()
                    .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                    .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value)));
        }
        return found;
    }

    private List<String> internal() throws Exception {
        return admin.listTopics().names().get().stream().filter(each -> each.startsWith(GROUP + "-")).toList();
    }

    private void offsets(String what) throws Exception {
        call("listStreamsGroupOffsets, " + what, () -> admin.listStreamsGroupOffsets(Map.of(GROUP, new ListStreamsGroupOffsetsSpec())).all());
        var spec = new ListStreamsGroupOffsetsSpec().topicPartitions(List.of(PLACE, NO_PARTITION, NO_TOPIC));
        call("listStreamsGroupOffsets of some, " + what, () -> admin.listStreamsGroupOffsets(Map.of(GROUP, spec, "nobody", spec)).all());
    }

    private void alter(String what, String group, TopicPartition place) throws Exception {
        call("alterStreamsGroupOffsets, " + what, () -> admin.alterStreamsGroupOffsets(group, Map.of(place, new OffsetAndMetadata(5))).partitionResult(place));
    }

    private void forget(String what, String group, TopicPartition place) throws Exception {
        call("deleteStreamsGroupOffsets, " + what, () -> admin.deleteStreamsGroupOffsets(group, Set.of(place)).partitionResult(place));
    }

    private void withoutMembers() throws Exception {
        calls("describeStreamsGroups without members", () -> admin.describeStreamsGroups(List.of(GROUP)).describedGroups());
        listed(", left, in Empty", ListGroupsOptions.forStreamsGroups().inGroupStates(Set.of(GroupState.EMPTY)));
        alter("unknown partition", GROUP, NO_PARTITION);
        alter("unknown topic", GROUP, NO_TOPIC);
        alter("without members", GROUP, PLACE);
        alter("of another topic", GROUP, OTHER);
        alter("without a name", "", PLACE);
        offsets("altered");
        forget("unknown partition", GROUP, NO_PARTITION);
        forget("unknown topic", GROUP, NO_TOPIC);
        forget("unknown group", "nobody", PLACE);
        forget("without a name", "", PLACE);
        forget("without members", GROUP, PLACE);
        offsets("deleted");
        calls("deleteStreamsGroups", () -> admin.deleteStreamsGroups(List.of(GROUP, "nobody", "")).deletedGroups());
        calls("describeStreamsGroups, deleted", () -> admin.describeStreamsGroups(List.of(GROUP, "")).describedGroups());
    }
}
