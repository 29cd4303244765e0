package clients;

import static clients.Steps.SHORT;
import static clients.Steps.check;
import static clients.Steps.consumer;
import static clients.Steps.fails;
import static clients.Steps.ok;
import static clients.Steps.producer;
import static clients.Steps.settings;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.quota.ClientQuotaFilter;

/** What AKHQ and kafka-ui ask of Admin, each as they show their pages; and metrics that are asked of clients. */
public final class Administration {
    private static final TopicPartition PLACE = new TopicPartition("rivers", 0);

    private Administration() {}

    /** Goes through all steps. */
    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            brokers(admin);
            topics(admin);
            groups(admin);
            transactions(admin);
            security(admin);
            telemetry(admin);
        }
    }

    private static void brokers(Admin admin) throws Exception {
        var described = admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
        int id = described.controller().get().id();
        check(described.clusterId().get().length() == 22, "cluster");
        check(!described.authorizedOperations().get().isEmpty(), "operations");
        var broker = new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(id));
        check(!admin.describeConfigs(List.of(broker)).all().get().get(broker).entries().isEmpty(), "configs");
        check(admin.describeFeatures().featureMetadata().get().finalizedFeatures().containsKey("transaction.version"), "features");
        check(admin.describeMetadataQuorum().quorumInfo().get().leaderId() >= 0, "quorum");
        ok("brokers");
    }

    private static void topics(Admin admin) throws Exception {
        admin.createTopics(List.of(new NewTopic("rivers", 2, (short) -1))).all().get();
        var compacted = new NewTopic("schema-changes", 1, (short) 1) // as Debezium's
                .configs(Map.of("cleanup.policy", "compact", "retention.ms", "-1", "retention.bytes", "-1"));
        admin.createTopics(List.of(compacted)).all().get();
        var names = admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
        check(names.equals(Set.of("rivers", "schema-changes")), names);
        check(admin.describeTopics(names).allTopicNames().get().size() == 2, names);
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, "schema-changes");
        var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        check(config.get("cleanup.policy").value().equals("compact"), config);
        long then = System.currentTimeMillis() - 10_000;
        try (var producer = producer()) {
            for (int number = 0; number < 10; number++) {
                producer.send(new ProducerRecord<>("rivers", 0, then + number, "key", "value")).get();
            }
        }
        check(offset(admin, OffsetSpec.latest()) == 10 && offset(admin, OffsetSpec.earliest()) == 0, "offsets");
        check(offset(admin, OffsetSpec.forTimestamp(then + 5)) == 5, "offset of a time");
        check(offset(admin, OffsetSpec.maxTimestamp()) == 9, "offset of the youngest");
        admin.deleteRecords(Map.of(PLACE, RecordsToDelete.beforeOffset(3))).all().get();
        check(offset(admin, OffsetSpec.earliest()) == 3, "deleted records");
        var rivers = admin.describeTopics(Set.of("rivers")).allTopicNames().get().get("rivers");
        int id = rivers.partitions().get(PLACE.partition()).leader().id();
        var logs = admin.describeLogDirs(List.of(id)).allDescriptions().get().get(id);
        check(logs.values().stream().anyMatch(each -> each.replicaInfos().get(PLACE).size() > 0), logs);
        check(admin.listPartitionReassignments().reassignments().get().isEmpty(), "reassignments");
        ok("topics");
    }

    private static long offset(Admin admin, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(PLACE, spec)).partitionResult(PLACE).get().offset();
    }

    private static void groups(Admin admin) throws Exception {
        try (var consumer = consumer("group.id", "readers")) {
            consumer.subscribe(List.of("rivers"));
            while (consumer.poll(SHORT).isEmpty()) {
                continue;
            }
            consumer.commitSync();
            var listed = admin.listGroups().all().get();
            check(listed.size() == 1 && listed.iterator().next().groupId().equals("readers"), listed);
            var described = admin.describeConsumerGroups(List.of("readers")).all().get().get("readers");
            check(described.members().iterator().next().assignment().topicPartitions().size() == 2, described);
        }
        var offsets = admin.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata().get();
        check(offsets.get(PLACE).offset() == 10, offsets);
        admin.alterConsumerGroupOffsets("readers", Map.of(PLACE, new OffsetAndMetadata(4))).all().get();
        offsets = admin.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata().get();
        check(offsets.get(PLACE).offset() == 4, offsets);
        admin.deleteConsumerGroups(List.of("readers")).all().get();
        fails(GroupIdNotFoundException.class, admin.deleteConsumerGroups(List.of("readers")).all());
        ok("groups");
    }

    private static void transactions(Admin admin) throws Exception {
        try (var producer = producer("transactional.id", "clerk")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("rivers", 0, "key", "value")).get();
            var listed = admin.listTransactions().all().get();
            check(listed.size() == 1 && listed.iterator().next().transactionalId().equals("clerk"), listed);
            var described = admin.describeTransactions(List.of("clerk")).description("clerk").get();
            check(described.topicPartitions().equals(Set.of(PLACE)), described);
            var producers = admin.describeProducers(List.of(PLACE)).partitionResult(PLACE).get().activeProducers();
            check(producers.stream().anyMatch(each -> each.producerId() == described.producerId()), producers);
            producer.abortTransaction();
        }
        admin.fenceProducers(List.of("clerk")).all().get();
        fails(TransactionalIdNotFoundException.class, admin.describeTransactions(List.of("nobody")).description("nobody"));
        ok("transactions");
    }

    private static void security(Admin admin) throws Exception {
        try {
            check(admin.describeAcls(AclBindingFilter.ANY).values().get().isEmpty(), "ACLs");
        } catch (java.util.concurrent.ExecutionException error) {
            check(error.getCause() instanceof SecurityDisabledException, error);
        }
        check(admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get().isEmpty(), "quotas");
        check(admin.describeUserScramCredentials().all().get().isEmpty(), "credentials");
        ok("security");
    }

    /** Somebody subscribes to metrics of a producer, and finds at /metrics what it pushes. */
    private static void telemetry(Admin admin) throws Exception {
        var subscription = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "senders");
        var configs = Map.of(
                "metrics", "org.apache.kafka.producer.",
                "interval.ms", "100",
                "match", "client_id=told,client_software_name=apache-kafka-java,client_software_version=4\\..*");
        var set = configs.entrySet().stream()
                .map(each -> new ConfigEntry(each.getKey(), each.getValue()))
                .map(each -> new AlterConfigOp(each, AlterConfigOp.OpType.SET))
                .toList();
        admin.incrementalAlterConfigs(Map.of(subscription, set)).all().get();
        var kind = Set.of(ConfigResource.Type.CLIENT_METRICS);
        var listed = admin.listConfigResources(kind, new ListConfigResourcesOptions()).all().get();
        check(List.copyOf(listed).equals(List.of(subscription)), listed);
        try (var producer = producer("client.id", "told")) {
            var id = producer.clientInstanceId(Duration.ofSeconds(10));
            var sent = Pattern.compile("client_count_total.*client=\"" + id + "\".*record\\.send\\.total\"} [1-9]");
            do {
                producer.send(new ProducerRecord<>("rivers", "value")).get();
            } while (!sent.matcher(metrics()).find());
        }
        ok("telemetry");
    }

    private static String metrics() throws Exception {
        var uri = URI.create(System.getenv("AWS_ENDPOINT_URL") + "/metrics");
        var request = HttpRequest.newBuilder(uri).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
