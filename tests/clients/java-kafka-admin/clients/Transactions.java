package clients;

import static clients.Calls.call;
import static clients.Calls.calls;
import static clients.Calls.settings;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTransactionsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Transactions that are open, that hang, and that are ended by force. */
record Transactions(Admin admin) {
    private static final TopicPartition PLACE = new TopicPartition("deals", 0);
    private static final int SOON_MS = 1000;

    void all() throws Exception {
        admin.createTopics(List.of(new NewTopic("deals", 2, (short) 1))).all().get();
        var before = new KafkaProducer<String, String>(settings("transactional.id", "clerk"));
        before.initTransactions();
        before.close();
        try (var clerk = new KafkaProducer<String, String>(settings("transactional.id", "clerk"));
                var other = new KafkaProducer<String, String>(settings("transactional.id", "other.one"))) {
            for (var each : List.of(clerk, other)) {
                each.initTransactions();
            }
            clerk.beginTransaction();
            clerk.send(new ProducerRecord<>("deals", 0, "key", "value")).get();
            listed();
            described();
            aborted();
            fenced();
        }
    }

    private void list(String what, ListTransactionsOptions options) throws Exception {
        calls("listTransactions " + what, () -> admin.listTransactions(options).all().get().stream().collect(Collectors.toMap(each -> each.transactionalId(), each -> each)));
    }

    private void listed() throws Exception {
        list("all", new ListTransactionsOptions());
        list("Ongoing", new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING)));
        list("Empty", new ListTransactionsOptions().filterStates(List.of(TransactionState.EMPTY)));
        list("PrepareEpochFence", new ListTransactionsOptions().filterStates(List.of(TransactionState.PREPARE_EPOCH_FENCE)));
        list("Unknown", new ListTransactionsOptions().filterStates(List.of(TransactionState.UNKNOWN)));
        list("of a producer", new ListTransactionsOptions().filterProducerIds(List.of(producer().producerId())));
        list("of no producer", new ListTransactionsOptions().filterProducerIds(List.of(987654L)));
        list("for long", new ListTransactionsOptions().filterOnDuration(3_600_000));
        list("by pattern", new ListTransactionsOptions().filterOnTransactionalIdPattern("cl.*"));
        list("by half a pattern", new ListTransactionsOptions().filterOnTransactionalIdPattern("cl"));
        list("by an empty pattern", new ListTransactionsOptions().filterOnTransactionalIdPattern(""));
        list("by a bad pattern", new ListTransactionsOptions().filterOnTransactionalIdPattern("cl(["));
        list("by pattern and state", new ListTransactionsOptions().filterOnTransactionalIdPattern(".*[.]one").filterStates(List.of(TransactionState.EMPTY)));
    }

    private org.apache.kafka.clients.admin.TransactionDescription producer() throws Exception {
        return admin.describeTransactions(List.of("clerk")).description("clerk").get();
    }

    private void described() throws Exception {
        for (String each : List.of("clerk", "other.one", "nobody", "")) {
            call("describeTransactions '" + each + "'", () -> admin.describeTransactions(List.of(each), new DescribeTransactionsOptions().timeoutMs(5 * SOON_MS)).description(each));
        }
        call("describeProducers with one that is open", () -> admin.describeProducers(List.of(PLACE)).partitionResult(PLACE));
    }

    private void abort(String what, TopicPartition place, long producer, int epoch, int coordinator) throws Exception {
        call("abortTransaction, " + what, () -> admin.abortTransaction(new AbortTransactionSpec(place, producer, (short) epoch, coordinator), new org.apache.kafka.clients.admin.AbortTransactionOptions().timeoutMs(5 * SOON_MS)).all());
    }

    private void aborted() throws Exception {
        var found = producer();
        abort("stale epoch", PLACE, found.producerId(), found.producerEpoch() - 1, 0);
        abort("as it is", PLACE, found.producerId(), found.producerEpoch(), 0);
        abort("stale coordinator", PLACE, found.producerId(), found.producerEpoch(), -1);
        abort("again", PLACE, found.producerId(), found.producerEpoch(), 0);
        abort("unknown producer", PLACE, 987_654, 0, 0);
        call("describeProducers, aborted", () -> admin.describeProducers(List.of(PLACE)).partitionResult(PLACE).get().activeProducers().stream()
                .map(each -> each.currentTransactionStartOffset() + " " + each.coordinatorEpoch()).collect(Collectors.toSet()));
        call("describeTransactions, aborted", () -> producer());
    }

    private void fenced() throws Exception {
        call("fenceProducers", () -> admin.fenceProducers(List.of("clerk")).fencedProducers());
        call("fenceProducers of somebody new", () -> admin.fenceProducers(List.of("new one")).fencedProducers());
        call("fenceProducers' epoch of somebody new", () -> admin.fenceProducers(List.of("newer one")).epochId("newer one"));
        call("forceTerminateTransaction", () -> admin.forceTerminateTransaction("other.one").result());
        call("forceTerminateTransaction of nobody", () -> admin.forceTerminateTransaction("nobody").result());
        list("afterwards", new ListTransactionsOptions());
        call("describeTransactions, fenced", () -> admin.describeTransactions(List.of("clerk")).description("clerk"));
    }
}
