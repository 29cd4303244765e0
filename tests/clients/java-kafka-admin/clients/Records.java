package clients;

import static clients.Calls.call;
import static clients.Calls.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DeleteRecordsOptions;
import org.apache.kafka.clients.admin.DescribeProducersOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Offsets, records to delete, and producers of partitions. */
record Records(Admin admin) {
    static final long THEN = 1_700_000_000_000L;
    private static final TopicPartition PLACE = new TopicPartition("rivers", 0);
    private static final TopicPartition EMPTY = new TopicPartition("rivers", 1);
    private static final TopicPartition COMPACTED = new TopicPartition("compacted", 0);
    private static final int SOON_MS = 1000;

    void all() throws Exception {
        var rivers = new NewTopic("rivers", 2, (short) 1).configs(Map.of("retention.ms", "-1"));
        var compacted = new NewTopic("compacted", 1, (short) 1).configs(Map.of("cleanup.policy", "compact"));
        admin.createTopics(List.of(rivers, compacted)).all().get();
        try (var producer = new KafkaProducer<String, String>(settings())) {
            for (int number = 0; number < 10; number++) {
                long time = THEN + (number == 4 ? 1000 : number);
                producer.send(new ProducerRecord<>("rivers", 0, time, "key", "value")).get();
            }
        }
        offsets();
        deleted();
        producers();
    }

    private void offsets() throws Exception {
        Map<String, OffsetSpec> specs = new LinkedHashMap<>();
        specs.put("earliest", OffsetSpec.earliest());
        specs.put("latest", OffsetSpec.latest());
        specs.put("maxTimestamp", OffsetSpec.maxTimestamp());
        specs.put("earliestLocal", OffsetSpec.earliestLocal());
        specs.put("latestTiered", OffsetSpec.latestTiered());
        specs.put("earliestPendingUpload", OffsetSpec.earliestPendingUpload());
        specs.put("time of the first", OffsetSpec.forTimestamp(THEN));
        specs.put("time between", OffsetSpec.forTimestamp(THEN + 5));
        specs.put("time after all", OffsetSpec.forTimestamp(THEN + 5000));
        specs.put("time before all", OffsetSpec.forTimestamp(0));
        specs.put("negative time", OffsetSpec.forTimestamp(-9));
        for (var each : specs.entrySet()) {
            String name = each.getKey();
            OffsetSpec spec = each.getValue();
            for (IsolationLevel level : IsolationLevel.values()) {
                call("listOffsets " + name + ", " + level, () -> admin.listOffsets(Map.of(PLACE, spec), new ListOffsetsOptions(level)).partitionResult(PLACE));
            }
            call("listOffsets " + name + ", empty", () -> admin.listOffsets(Map.of(EMPTY, spec)).partitionResult(EMPTY));
        }
        var bad = new TopicPartition("bad name!", 0);
        call("listOffsets of a bad topic", () -> admin.listOffsets(Map.of(bad, OffsetSpec.latest())).partitionResult(bad));
    }

    private void delete(String what, TopicPartition place, long before) throws Exception {
        call("deleteRecords " + what, () -> admin.deleteRecords(Map.of(place, RecordsToDelete.beforeOffset(before)), new DeleteRecordsOptions().timeoutMs(5 * SOON_MS)).lowWatermarks().get(place));
    }

    private void deleted() throws Exception {
        delete("before 3", PLACE, 3);
        delete("before 2", PLACE, 2);
        delete("before the end", PLACE, 10);
        delete("behind the end", PLACE, 11);
        delete("before -2", PLACE, -2);
        delete("of all", EMPTY, -1);
        delete("of a compacted topic", COMPACTED, 0);
        call("listOffsets earliest, afterwards", () -> admin.listOffsets(Map.of(PLACE, OffsetSpec.earliest())).partitionResult(PLACE));
        call("listOffsets maxTimestamp, afterwards", () -> admin.listOffsets(Map.of(PLACE, OffsetSpec.maxTimestamp())).partitionResult(PLACE));
    }

    private void producers() throws Exception {
        call("describeProducers", () -> admin.describeProducers(List.of(PLACE)).partitionResult(PLACE));
        call("describeProducers, empty", () -> admin.describeProducers(List.of(EMPTY)).partitionResult(EMPTY));
        var here = new DescribeProducersOptions().brokerId(1);
        call("describeProducers of a broker", () -> admin.describeProducers(List.of(PLACE), here).partitionResult(PLACE));
        var bad = new TopicPartition("bad name!", 0);
        call("describeProducers of a bad topic", () -> admin.describeProducers(List.of(bad), here).partitionResult(bad));
    }
}
