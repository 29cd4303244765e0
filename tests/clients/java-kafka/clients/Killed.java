package clients;

import static clients.Steps.SHORT;
import static clients.Steps.byPartition;
import static clients.Steps.check;
import static clients.Steps.consumer;
import static clients.Steps.ok;
import static clients.Steps.producer;
import static clients.Steps.settings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Transactions of Apache Kafka's own client while the server is killed and started again, as in
 * kafka_killed_transactions.py; but of transaction.version 2, where each one has an epoch of its own (KIP-890).
 */
public final class Killed {
    private static final int PARTITIONS = 3;
    private static final int ABORTED_EACH = 5;
    private static final int LEAST = 5; // transactions of each, else nothing was tested
    private static final int PAUSE_MS = 5; // the server needs some of the processor to start
    private static final Path STOP = Path.of(System.getenv("STOP"));
    private static final Path GOING = Path.of(System.getenv("GOING"));

    private Killed() {}

    /** Works until it is told to stop, and checks what there is. */
    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            var names = List.of("list", "source", "copy");
            admin.createTopics(names.stream().map(each -> new NewTopic(each, PARTITIONS, (short) 1)).toList()).all().get();
        }
        var threads = Executors.newCachedThreadPool();
        var feeding = threads.submit(Killed::feed);
        Callable<List<Outcome>> append = Killed::append;
        var appending = threads.submit(append);
        move(feeding);
        verify(appending.get());
        ok("atomic");
        var source = read("source");
        source.values().forEach(each -> check(each.equals(IntStream.range(0, each.size()).boxed().toList()), each));
        check(read("copy").equals(source), "lost, twice, or out of order");
        ok("exactly once");
        threads.shutdown();
    }

    /** What is committed, by partition. */
    private static Map<Integer, List<Integer>> read(String topic) {
        Map<Integer, List<Integer>> found = new TreeMap<>();
        byPartition(topic, "read_committed").forEach((partition, values) ->
                found.put(partition, values.stream().map(Integer::valueOf).toList()));
        return found;
    }

    // A transactional producer that starts anew where it can't go on

    private enum Outcome { COMMITTED, ABORTED, UNKNOWN }

    private static final class Transactor implements AutoCloseable {
        private final String id;
        private KafkaProducer<String, String> producer;

        Transactor(String id) {
            this.id = id;
            make();
        }

        private void make() {
            producer = producer("transactional.id", id, "reconnect.backoff.max.ms", 100);
            for (boolean isReady = false; !isReady; ) {
                try {
                    producer.initTransactions(); // which ends what is open
                    isReady = true;
                } catch (TimeoutException error) {
                    continue; // the server is away
                }
            }
        }

        KafkaProducer<String, String> begun() {
            producer.beginTransaction();
            return producer;
        }

        /** Ends what was begun; `work` is the rest of it. */
        Outcome end(Runnable work, boolean commits) {
            boolean isEnding = false;
            try {
                work.run();
                producer.flush();
                isEnding = commits;
                if (commits) {
                    commit();
                    return Outcome.COMMITTED;
                }
                producer.abortTransaction();
                return Outcome.ABORTED;
            } catch (KafkaException error) {
                return abort() || !isEnding ? Outcome.ABORTED : Outcome.UNKNOWN;
            }
        }

        private void commit() {
            for (boolean isOver = false; !isOver; ) {
                try {
                    producer.commitTransaction();
                    isOver = true;
                } catch (TimeoutException error) {
                    continue; // nothing else may be asked now
                }
            }
        }

        /** Whether it is aborted by this producer, and not by the next one. */
        private boolean abort() {
            try {
                producer.abortTransaction();
                return true;
            } catch (KafkaException fatal) {
                producer.close(SHORT);
                make();
                return false;
            }
        }

        @Override
        public void close() {
            producer.close();
        }
    }

    // One that writes its next number to every partition

    private static List<Outcome> append() throws InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        try (var transactor = new Transactor("appender")) {
            while (!Files.exists(STOP)) {
                String number = String.valueOf(outcomes.size());
                var producer = transactor.begun();
                outcomes.add(transactor.end(
                        () -> IntStream.range(0, PARTITIONS)
                                .forEach(each -> producer.send(new ProducerRecord<>("list", each, null, number))),
                        outcomes.size() % ABORTED_EACH != 0));
                Thread.sleep(PAUSE_MS);
            }
        }
        return outcomes;
    }

    private static void verify(List<Outcome> outcomes) {
        var lists = read("list");
        var found = lists.get(0);
        check(lists.values().stream().allMatch(found::equals), "transactions in some partitions only");
        check(found.equals(List.copyOf(new TreeSet<>(found))), "twice, or out of order");
        var numbers = IntStream.range(0, outcomes.size()).boxed().toList();
        var committed = numbers.stream().filter(each -> outcomes.get(each) == Outcome.COMMITTED).toList();
        check(found.containsAll(committed), "lost");
        check(found.stream().noneMatch(each -> outcomes.get(each) == Outcome.ABORTED), "of what was aborted");
        check(committed.size() >= LEAST, outcomes);
    }

    // One that copies a topic, and commits what it has read in the transaction that writes it

    /** An idempotent producer, whose records are there to be copied. */
    private static Void feed() throws InterruptedException {
        try (var producer = producer()) {
            for (int number = 0; !Files.exists(STOP); number++) {
                producer.send(new ProducerRecord<>("source", number % PARTITIONS, null, "" + number / PARTITIONS));
                Thread.sleep(PAUSE_MS);
            }
        }
        return null;
    }

    private static void move(Future<?> feeding) throws Exception {
        int transactions = 0;
        try (var transactor = new Transactor("mover");
                var consumer = consumer(
                        "group.id", "movers",
                        "isolation.level", "read_committed",
                        "heartbeat.interval.ms", 500,
                        "reconnect.backoff.max.ms", 100)) {
            consumer.subscribe(List.of("source"));
            while (!feeding.isDone() || !isAtEnd(consumer)) {
                var polled = consumer.poll(SHORT);
                if (polled.isEmpty()) {
                    continue;
                }
                transactions++;
                var producer = transactor.begun();
                var outcome = transactor.end(() -> copy(producer, consumer, polled), transactions % ABORTED_EACH != 0);
                if (outcome == Outcome.COMMITTED) {
                    Files.write(GOING, new byte[0]);
                } else {
                    rewind(consumer);
                }
            }
        }
        check(transactions >= LEAST, transactions);
    }

    private static void copy(
            KafkaProducer<String, String> producer,
            KafkaConsumer<String, String> consumer,
            ConsumerRecords<String, String> polled) {
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        for (ConsumerRecord<String, String> each : polled) {
            producer.send(new ProducerRecord<>("copy", each.partition(), null, each.value()));
            next.put(new TopicPartition(each.topic(), each.partition()), new OffsetAndMetadata(each.offset() + 1));
        }
        producer.sendOffsetsToTransaction(next, consumer.groupMetadata());
    }

    private static Map<TopicPartition, Long> committed(KafkaConsumer<String, String> consumer) {
        while (true) {
            try {
                Map<TopicPartition, Long> found = new HashMap<>();
                consumer.committed(consumer.assignment())
                        .forEach((partition, at) -> found.put(partition, at == null ? 0L : at.offset()));
                return found;
            } catch (TimeoutException error) {
                continue; // the server is away
            }
        }
    }

    private static void rewind(KafkaConsumer<String, String> consumer) {
        committed(consumer).forEach(consumer::seek);
    }

    private static boolean isAtEnd(KafkaConsumer<String, String> consumer) {
        var partitions = consumer.assignment();
        return partitions.size() == PARTITIONS && committed(consumer).equals(consumer.endOffsets(partitions));
    }
}
