package clients;

import static clients.Calls.call;
import static clients.Calls.calls;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;

/** Brokers, features, the quorum, and folders. */
record Clusters(Admin admin) {
    void all() throws Exception {
        cluster();
        features();
        quorum();
        folders();
    }

    private void cluster() throws Exception {
        call("describeCluster clusterId is 22 long", () -> admin.describeCluster().clusterId().get().length());
        call("describeCluster nodes", () -> admin.describeCluster().nodes());
        call("describeCluster controller", () -> admin.describeCluster().controller());
        call("describeCluster operations, unasked", () -> admin.describeCluster().authorizedOperations());
        var operations = new DescribeClusterOptions().includeAuthorizedOperations(true);
        call("describeCluster operations", () -> admin.describeCluster(operations).authorizedOperations());
        var fenced = new DescribeClusterOptions().includeFencedBrokers(true);
        call("describeCluster fenced", () -> admin.describeCluster(fenced).nodes());
        call("describeCluster node", () -> {
            var node = admin.describeCluster().nodes().get().iterator().next();
            return node.host() + " rack " + node.rack() + " fenced " + node.isFenced();
        });
    }

    private void features() throws Exception {
        calls("describeFeatures finalized", () -> admin.describeFeatures().featureMetadata().get().finalizedFeatures());
        calls("describeFeatures supported", () -> admin.describeFeatures().featureMetadata().get().supportedFeatures());
        feature("nonsense", 1, UpgradeType.UPGRADE);
        feature("transaction.version", 2, UpgradeType.UPGRADE);
        feature("transaction.version", 9, UpgradeType.UPGRADE);
        feature("transaction.version", 1, UpgradeType.UPGRADE);
        feature("group.version", 0, UpgradeType.UNSAFE_DOWNGRADE);
        feature("nonsense", 0, UpgradeType.SAFE_DOWNGRADE);
        feature("group.version", 1, UpgradeType.SAFE_DOWNGRADE);
        feature("group.version", 9, UpgradeType.SAFE_DOWNGRADE);
        feature("share.version", 0, UpgradeType.SAFE_DOWNGRADE);
        feature("metadata.version", 1, UpgradeType.SAFE_DOWNGRADE);
        call("updateFeatures none", () -> admin.updateFeatures(Map.of(), new UpdateFeaturesOptions()).values());
        call("updateFeatures two, one bad", () -> admin.updateFeatures(
                        Map.of(
                                "group.version", new FeatureUpdate((short) 1, UpgradeType.UPGRADE),
                                "nonsense", new FeatureUpdate((short) 1, UpgradeType.UPGRADE)),
                        new UpdateFeaturesOptions().validateOnly(true))
                .values());
    }

    private void feature(String name, int level, UpgradeType type) throws Exception {
        var trial = new UpdateFeaturesOptions().validateOnly(true);
        call("updateFeatures " + name + " " + level + " " + type + ", trial", () -> {
            var update = Map.of(name, new FeatureUpdate((short) level, type));
            return admin.updateFeatures(update, trial).values();
        });
    }

    private void quorum() throws Exception {
        call("describeMetadataQuorum leader", () -> admin.describeMetadataQuorum().quorumInfo().get().leaderId());
        call("describeMetadataQuorum voters", () -> admin.describeMetadataQuorum().quorumInfo().get().voters());
        call("describeMetadataQuorum observers", () -> admin.describeMetadataQuorum().quorumInfo().get().observers());
        call("describeMetadataQuorum nodes", () -> admin.describeMetadataQuorum().quorumInfo().get().nodes().keySet());
        call("unregisterBroker 99", () -> admin.unregisterBroker(99).all());
        call("unregisterBroker -1", () -> admin.unregisterBroker(-1).all());
    }

    private void folders() throws Exception {
        admin.createTopics(List.of(new NewTopic("folders", 2, (short) 1))).all().get();
        int broker = admin.describeCluster().controller().get().id();
        var partition = new TopicPartition("folders", 0);
        while (admin.describeLogDirs(List.of(broker)).allDescriptions().get().get(broker).values().stream()
                .noneMatch(each -> each.replicaInfos().containsKey(partition))) {
            Thread.sleep(10); // Kafka makes it a moment later
        }
        call("describeLogDirs", () -> {
            var found = admin.describeLogDirs(List.of(broker)).allDescriptions().get().get(broker);
            return found.size() + " " + found.values().iterator().next().replicaInfos().get(partition);
        });
        call("describeLogDirs sizes told", () -> {
            var found = admin.describeLogDirs(List.of(broker)).allDescriptions().get().get(broker);
            var first = found.values().iterator().next();
            return first.totalBytes().isPresent() + " " + first.usableBytes().isPresent() + " cordoned " + first.isCordoned();
        });
        calls("describeReplicaLogDirs", () -> {
            var found = admin.describeReplicaLogDirs(List.of(
                            new TopicPartitionReplica("folders", 0, broker),
                            new TopicPartitionReplica("folders", 7, broker),
                            new TopicPartitionReplica("nowhere", 0, broker)))
                    .all()
                    .get();
            found.values().stream()
                    .map(each -> each.getCurrentReplicaLogDir())
                    .filter(each -> each != null)
                    .forEach(each -> Shown.name(each, "FOLDER"));
            return found;
        });
        calls("alterReplicaLogDirs", () -> admin.alterReplicaLogDirs(Map.of(
                        new TopicPartitionReplica("folders", 0, broker), "/nowhere",
                        new TopicPartitionReplica("folders", 9, broker), "/nowhere",
                        new TopicPartitionReplica("nowhere", 0, broker), "/nowhere"))
                .values());
        call("alterReplicaLogDirs, relative", () -> admin.alterReplicaLogDirs(
                        Map.of(new TopicPartitionReplica("folders", 0, broker), "here"))
                .all());
        calls("alterReplicaLogDirs, as it is", () -> {
            var folder = admin.describeLogDirs(List.of(broker)).allDescriptions().get().get(broker).keySet().iterator().next();
            return admin.alterReplicaLogDirs(Map.of(
                            new TopicPartitionReplica("folders", 0, broker), folder,
                            new TopicPartitionReplica("folders", 9, broker), folder))
                    .values();
        });
    }
}
