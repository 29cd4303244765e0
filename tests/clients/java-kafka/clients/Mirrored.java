package clients;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.mirror.RemoteClusterUtils;

/** What MirrorMaker's own client finds out about the copies in the lower cluster: by heartbeats and checkpoints. */
public final class Mirrored {
    private static final Map<String, Object> LOWER = Map.of("bootstrap.servers", System.getenv("KAFKA_LOWER"));
    private static final String GROUP = "readers";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Mirrored() {}

    /** Compares what the checkpoints say of the group with what it has committed there. */
    public static void main(String[] arguments) throws Exception {
        becomes(Set.of("upper"), () -> RemoteClusterUtils.upstreamClusters(LOWER));
        becomes(1, () -> RemoteClusterUtils.replicationHops(LOWER, "upper"));
        Steps.ok("heartbeats");
        try (var admin = Admin.create(LOWER)) {
            var committed = offsets(admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get());
            Steps.check(!committed.isEmpty(), "nothing committed");
            becomes(committed, () -> offsets(RemoteClusterUtils.translateOffsets(LOWER, "upper", GROUP, LIMIT)));
        }
        Steps.ok("checkpoints");
    }

    private static Map<TopicPartition, Long> offsets(Map<TopicPartition, OffsetAndMetadata> found) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        found.forEach((partition, each) -> offsets.put(partition, each.offset()));
        return offsets;
    }

    /** Heartbeats and checkpoints are records too, which may come after what they tell of. */
    private static void becomes(Object expected, Callable<?> find) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        for (Object found = find.call(); !found.equals(expected); found = find.call()) {
            Steps.check(System.nanoTime() < end, found);
            Thread.sleep(100);
        }
    }
}
