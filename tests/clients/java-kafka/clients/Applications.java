package clients;

import static clients.Steps.check;
import static clients.Steps.fails;
import static clients.Steps.ok;
import static clients.Steps.settings;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberAssignment.TaskIds;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/** What Kafka's Admin sees of the application that counts, and does to it. */
public final class Applications {
    private static final String GROUP = "counting";
    private static final TopicPartition LINES = new TopicPartition("lines", 0);

    private Applications() {}

    /**
     * `stable N M`: N members run, and M standby tasks are kept. `copied N`: N of each are to be. `ended`: no member is
     * left, and the group is deleted.
     */
    public static void main(String[] arguments) throws Exception {
        try (var admin = Admin.create(settings())) {
            if (arguments[0].equals("stable")) {
                stable(admin, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
            } else if (arguments[0].equals("copied")) {
                copied(admin, arguments[1]);
            } else {
                ended(admin);
            }
            ok(arguments[0]);
        }
    }

    private static StreamsGroupDescription described(Admin admin) throws Exception {
        return admin.describeStreamsGroups(List.of(GROUP)).all().get().get(GROUP);
    }

    private static void stable(Admin admin, int members, int standbys) throws Exception {
        var found = described(admin);
        while (found.groupState() != GroupState.STABLE || found.members().size() != members || kept(found) != standbys) {
            Thread.sleep(100);
            found = described(admin);
        }
        Set<String> active = new TreeSet<>();
        for (var member : found.members()) {
            check(member.assignment().equals(member.targetAssignment()), member);
            check(member.memberEpoch() == found.groupEpoch() && !member.isClassic(), member);
            member.assignment().activeTasks().forEach(each -> each.partitions().forEach(task -> {
                check(active.add(each.subtopologyId() + "_" + task), member);
            }));
        }
        check(active.equals(Set.of("0_0", "0_1", "1_0", "1_1")), active);
        long internal = found.subtopologies().stream()
                .mapToLong(each -> each.stateChangelogTopics().size() + each.repartitionSourceTopics().size())
                .sum();
        check(internal == 3, found);
        var listed = admin.listGroups(ListGroupsOptions.forStreamsGroups()).all().get();
        check(listed.stream().anyMatch(each -> each.groupId().equals(GROUP) && each.type().get() == GroupType.STREAMS), listed);
        check(admin.listStreamsGroupOffsets(Map.of(GROUP, new ListStreamsGroupOffsetsSpec())).all().get().get(GROUP).containsKey(LINES), "offsets");
        fails(GroupNotEmptyException.class, admin.deleteStreamsGroups(List.of(GROUP)).all());
        fails(UnknownMemberIdException.class, admin.alterStreamsGroupOffsets(GROUP, Map.of(LINES, new OffsetAndMetadata(0))).all());
        fails(GroupSubscribedToTopicException.class, admin.deleteStreamsGroupOffsets(GROUP, Set.of(LINES)).all());
        fails(GroupIdNotFoundException.class, admin.describeConsumerGroups(List.of(GROUP)).all());
    }

    private static void copied(Admin admin, String replicas) throws Exception {
        var group = new ConfigResource(ConfigResource.Type.GROUP, GROUP);
        var change = new AlterConfigOp(new ConfigEntry("streams.num.standby.replicas", replicas), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(group, List.of(change))).all().get();
    }

    private static long kept(StreamsGroupDescription group) {
        return group.members().stream()
                .flatMap(each -> each.assignment().standbyTasks().stream())
                .map(TaskIds::partitions)
                .mapToLong(List::size)
                .sum();
    }

    private static void ended(Admin admin) throws Exception {
        while (described(admin).groupState() != GroupState.EMPTY) {
            Thread.sleep(100);
        }
        admin.alterStreamsGroupOffsets(GROUP, Map.of(LINES, new OffsetAndMetadata(3))).all().get();
        var offsets = Map.of(GROUP, new ListStreamsGroupOffsetsSpec().topicPartitions(List.of(LINES)));
        check(admin.listStreamsGroupOffsets(offsets).all().get().get(GROUP).get(LINES).offset() == 3, "altered");
        admin.deleteStreamsGroupOffsets(GROUP, Set.of(LINES)).all().get();
        check(admin.listStreamsGroupOffsets(offsets).all().get().get(GROUP).get(LINES) == null, "deleted");
        admin.deleteStreamsGroups(List.of(GROUP)).all().get();
        fails(GroupIdNotFoundException.class, admin.describeStreamsGroups(List.of(GROUP)).all());
    }
}
