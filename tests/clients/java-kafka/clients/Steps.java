package clients;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;

/** What the programs of this folder share: settings, and steps that hold or end the program. */
final class Steps {
    static final Duration SHORT = Duration.ofMillis(100);
    static final String SERVERS = System.getenv("KAFKA");
    private static final String STRINGS = "org.apache.kafka.common.serialization.String";

    private Steps() {}

    /** Settings of any client: names and values by turns. */
    static Map<String, Object> settings(Object... more) {
        Map<String, Object> found = new HashMap<>(Map.of("bootstrap.servers", SERVERS));
        for (int at = 0; at < more.length; at += 2) {
            found.put((String) more[at], more[at + 1]);
        }
        return found;
    }

    static KafkaProducer<String, String> producer(Object... more) {
        var found = settings(more);
        found.put("key.serializer", STRINGS + "Serializer");
        found.put("value.serializer", STRINGS + "Serializer");
        return new KafkaProducer<>(found);
    }

    static KafkaConsumer<String, String> consumer(Object... more) {
        var found = settings("auto.offset.reset", "earliest", "enable.auto.commit", false);
        found.putAll(settings(more));
        found.put("key.deserializer", STRINGS + "Deserializer");
        found.put("value.deserializer", STRINGS + "Deserializer");
        return new KafkaConsumer<>(found);
    }

    /** All values of a topic up to its end, as readers of that isolation level have them, partition by partition. */
    static List<String> values(String topic, String isolation) {
        return byPartition(topic, isolation).values().stream().flatMap(List::stream).toList();
    }

    /** The same, by partition. */
    static Map<Integer, List<String>> byPartition(String topic, String isolation) {
        Map<Integer, List<String>> found = new TreeMap<>();
        try (var consumer = consumer("isolation.level", isolation, "fetch.max.wait.ms", 10)) {
            var partitions = consumer.partitionsFor(topic).stream()
                    .map(each -> new TopicPartition(topic, each.partition()))
                    .toList();
            consumer.assign(partitions);
            var ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                for (var record : consumer.poll(SHORT)) {
                    found.computeIfAbsent(record.partition(), partition -> new ArrayList<>()).add(record.value());
                }
            }
        }
        return found;
    }

    static void check(boolean holds, Object shown) {
        if (!holds) {
            throw new AssertionError(shown);
        }
    }

    static void ok(String step) {
        System.out.println("ok " + step);
    }

    static void fails(Class<?> with, Future<?> future) throws InterruptedException {
        try {
            future.get();
        } catch (ExecutionException error) {
            check(with.isInstance(error.getCause()), error.getCause());
            return;
        }
        throw new AssertionError("no " + with);
    }
}
