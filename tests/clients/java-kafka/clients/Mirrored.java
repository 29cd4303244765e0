package clients;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.connect.mirror.RemoteClusterUtils;

/** What MirrorMaker's own client finds out about the copies in the lower cluster: by heartbeats and checkpoints. */
public final class Mirrored {
    private static final Map<String, Object> LOWER = Map.of("bootstrap.servers", System.getenv("KAFKA_LOWER"));

    private Mirrored() {}

    /** Compares what the checkpoints say of the group with what it has committed there. */
    public static void main(String[] arguments) throws Exception {
        Steps.check(RemoteClusterUtils.upstreamClusters(LOWER).equals(Set.of("upper")), "upstream");
        Steps.check(RemoteClusterUtils.replicationHops(LOWER, "upper") == 1, "hops");
        Steps.ok("heartbeats");
        var translated = RemoteClusterUtils.translateOffsets(LOWER, "upper", "readers", Steps.SHORT.multipliedBy(100));
        try (var admin = Admin.create(LOWER)) {
            var committed = admin.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata().get();
            Steps.check(!committed.isEmpty() && committed.keySet().equals(translated.keySet()), translated);
            committed.forEach((partition, each) -> Steps.check(translated.get(partition).offset() == each.offset(), translated));
        }
        Steps.ok("checkpoints");
    }
}
