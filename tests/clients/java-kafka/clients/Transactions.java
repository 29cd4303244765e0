package clients;

import static clients.Steps.SHORT;
import static clients.Steps.check;
import static clients.Steps.consumer;
import static clients.Steps.ok;
import static clients.Steps.producer;
import static clients.Steps.settings;
import static clients.Steps.values;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;

/** Transactions of Apache Kafka's own client: committed, aborted, with what was consumed, against a zombie. */
public final class Transactions {
    private static final int RECORDS = 20;
    private static final int PARTITIONS = 2;
    private static final String COMMITTED = "read_committed";

    private Transactions() {}

    /** Goes through all steps. */
    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            var orders = new NewTopic("orders", PARTITIONS, (short) 1);
            var bills = new NewTopic("bills", PARTITIONS, (short) 1);
            admin.createTopics(List.of(orders, bills)).all().get();
            commit();
            abort();
            transform(admin);
            fence();
        }
    }

    private static KafkaProducer<String, String> begun(String id) {
        var made = producer("transactional.id", id);
        made.initTransactions();
        made.beginTransaction();
        return made;
    }

    private static void send(KafkaProducer<String, String> producer, String text) {
        for (int number = 0; number < RECORDS; number++) {
            producer.send(new ProducerRecord<>("orders", number % PARTITIONS, null, text + " " + number));
        }
    }

    private static void commit() {
        try (var producer = begun("clerk")) {
            send(producer, "first");
            producer.flush();
            check(values("orders", COMMITTED).isEmpty(), "seen before the commit");
            producer.commitTransaction();
            check(values("orders", COMMITTED).size() == RECORDS, "not seen after the commit");
        }
        ok("commit");
    }

    private static void abort() {
        try (var producer = begun("clerk")) {
            send(producer, "aborted");
            producer.flush();
            producer.abortTransaction();
            producer.beginTransaction();
            send(producer, "second");
            producer.commitTransaction();
        }
        check(values("orders", COMMITTED).size() == 2 * RECORDS, "not what was committed");
        check(values("orders", COMMITTED).stream().noneMatch(each -> each.startsWith("aborted")), "seen after the abort");
        check(values("orders", "read_uncommitted").size() == 3 * RECORDS, "not all");
        ok("abort");
    }

    private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin) throws Exception {
        return admin.listConsumerGroupOffsets("billing").partitionsToOffsetAndMetadata().get();
    }

    /** Writes a bill for each order, and where the reader stands after them, in one transaction. */
    private static void bill(
            KafkaProducer<String, String> producer,
            KafkaConsumer<String, String> consumer,
            List<ConsumerRecords<String, String>> polled) {
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        for (var records : polled) {
            for (var record : records) {
                producer.send(new ProducerRecord<>("bills", record.partition(), null, "bill of " + record.value()));
                var partition = new TopicPartition(record.topic(), record.partition());
                next.put(partition, new OffsetAndMetadata(record.offset() + 1));
            }
        }
        producer.sendOffsetsToTransaction(next, consumer.groupMetadata());
    }

    private static void transform(Admin admin) throws Exception {
        try (var producer = begun("biller");
                var consumer = consumer("group.id", "billing", "isolation.level", COMMITTED)) {
            consumer.subscribe(List.of("orders"));
            List<ConsumerRecords<String, String>> polled = new ArrayList<>();
            while (polled.stream().mapToInt(ConsumerRecords::count).sum() < 2 * RECORDS) {
                polled.add(consumer.poll(SHORT));
            }
            bill(producer, consumer, polled);
            producer.abortTransaction();
            check(committed(admin).isEmpty(), committed(admin));
            producer.beginTransaction();
            bill(producer, consumer, polled);
            producer.commitTransaction();
            var told = committed(admin);
            check(told.size() == PARTITIONS, told);
            told.forEach((partition, at) -> check(at.offset() <= consumer.position(partition), told));
        }
        var expected = values("orders", COMMITTED).stream().map(each -> "bill of " + each).toList();
        check(values("bills", COMMITTED).equals(expected), expected);
        ok("transform");
    }

    private static void fence() {
        try (var zombie = begun("twice")) {
            zombie.send(new ProducerRecord<>("orders", 0, null, "of a zombie"));
            zombie.flush();
            try (var heir = begun("twice")) {
                heir.send(new ProducerRecord<>("orders", 0, null, "of its heir"));
                heir.commitTransaction();
            }
            try {
                zombie.commitTransaction();
                throw new AssertionError("a zombie commits");
            } catch (ProducerFencedException expected) {
                check(!values("orders", COMMITTED).contains("of a zombie"), "seen, of a zombie");
            }
        }
        check(values("orders", COMMITTED).contains("of its heir"), "not seen, of the heir");
        ok("fence");
    }
}
