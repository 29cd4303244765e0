package clients;

import static clients.Steps.SHORT;
import static clients.Steps.check;
import static clients.Steps.consumer;
import static clients.Steps.ok;
import static clients.Steps.producer;
import static clients.Steps.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;

/** Groups of Apache Kafka's own client: cooperative rebalancing, static members, KIP-848's protocol, and the way there. */
public final class Groups {
    private static final int PARTITIONS = 4;
    private static final int RECORDS = 40;
    private static final List<String> TOPICS = List.of("north", "south");

    private Groups() {}

    /** Goes through all steps. */
    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            var made = TOPICS.stream().map(each -> new NewTopic(each, PARTITIONS, (short) 1)).toList();
            admin.createTopics(made).all().get();
            try (var producer = producer()) {
                for (int number = 0; number < RECORDS; number++) {
                    producer.send(new ProducerRecord<>("north", number % PARTITIONS, null, "record " + number));
                }
            }
            cooperative();
            statically(admin);
            assignedByBroker(admin);
            staticallyByBroker();
            migrating(admin);
        }
    }

    /** A member, what it has read, and what was taken from it. */
    private static final class Member implements AutoCloseable, ConsumerRebalanceListener {
        final KafkaConsumer<String, String> consumer;
        final Set<String> values = new HashSet<>();
        final List<TopicPartition> revoked = new ArrayList<>();
        int rebalances;

        Member(String group, Collection<String> topics, Object... more) {
            Map<String, Object> found = new HashMap<>(settings(more));
            found.put("group.id", group);
            consumer = consumer(found.entrySet().stream()
                    .flatMap(each -> Arrays.stream(new Object[] {each.getKey(), each.getValue()}))
                    .toArray());
            consumer.subscribe(topics, this);
        }

        void take() {
            consumer.poll(SHORT).forEach(record -> values.add(record.value()));
        }

        long read() {
            return consumer.assignment().stream().mapToLong(consumer::position).sum();
        }

        boolean has(int partitions) {
            return consumer.assignment().size() == partitions;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            revoked.addAll(partitions);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            rebalances++;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    private static void until(BooleanSupplier so, Member... members) {
        while (!so.getAsBoolean()) {
            for (var each : members) {
                each.take();
            }
        }
    }

    private static void cooperative() {
        Object[] how = {
            "group.protocol", "classic",
            "heartbeat.interval.ms", 100,
            "partition.assignment.strategy", List.of(CooperativeStickyAssignor.class)
        };
        try (var first = new Member("cooperative", List.of("north"), how)) {
            until(() -> first.has(PARTITIONS) && first.values.size() == RECORDS, first);
            try (var second = new Member("cooperative", List.of("north"), how)) {
                until(() -> first.has(PARTITIONS / 2) && second.has(PARTITIONS / 2), first, second);
                check(first.revoked.size() == PARTITIONS / 2, first.revoked);
                check(second.consumer.assignment().equals(Set.copyOf(first.revoked)), second.consumer.assignment());
            }
            until(() -> first.has(PARTITIONS), first);
            check(first.revoked.size() == PARTITIONS / 2, first.revoked);
        }
        ok("cooperative");
    }

    private static Member fixed(String instance) {
        return new Member("static", List.of("north"), "group.instance.id", instance, "heartbeat.interval.ms", 100);
    }

    private static void statically(Admin admin) throws Exception {
        try (var first = fixed("one")) {
            var second = fixed("two");
            until(() -> first.has(PARTITIONS / 2) && second.has(PARTITIONS / 2), first, second);
            int rebalances = first.rebalances;
            var kept = second.consumer.assignment();
            second.close();
            try (var again = fixed("two")) {
                until(() -> again.has(PARTITIONS / 2), first, again);
                check(again.consumer.assignment().equals(kept), again.consumer.assignment());
                check(first.rebalances == rebalances, "a static member that came back made the group rebalance");
                isFenced(again);
            }
        }
        var left = List.of(new MemberToRemove("one"), new MemberToRemove("two"));
        admin.removeMembersFromConsumerGroup("static", new RemoveMembersFromConsumerGroupOptions(left)).all().get();
        admin.deleteConsumerGroups(List.of("static")).all().get();
        ok("static");
    }

    /** Another one takes its name. */
    private static void isFenced(Member member) {
        try (var thief = fixed("two")) {
            until(() -> thief.has(PARTITIONS / 2), thief);
            until(() -> false, member);
        } catch (FencedInstanceIdException expected) {
            return;
        }
    }

    private static void assignedByBroker(Admin admin) throws Exception {
        Object[] how = {"group.protocol", "consumer", "group.remote.assignor", "range"};
        try (var first = new Member("modern", TOPICS, how)) {
            until(() -> first.has(2 * PARTITIONS), first);
            try (var second = new Member("modern", TOPICS, how)) {
                until(() -> first.has(PARTITIONS) && second.has(PARTITIONS), first, second);
                var indexes = first.consumer.assignment().stream().map(TopicPartition::partition).distinct();
                check(indexes.count() == PARTITIONS / 2, first.consumer.assignment()); // the same of both topics
                until(() -> first.read() + second.read() == RECORDS, first, second);
                first.consumer.commitSync();
                second.consumer.commitSync();
                var described = admin.describeConsumerGroups(List.of("modern")).all().get().get("modern");
                check(described.type() == GroupType.CONSUMER && described.members().size() == 2, described);
                check(described.partitionAssignor().equals("range"), described);
            }
        }
        var committed = admin.listConsumerGroupOffsets("modern").partitionsToOffsetAndMetadata().get();
        check(committed.values().stream().mapToLong(each -> each.offset()).sum() == RECORDS, committed);
        ok("consumer");
    }

    private static Member fixedByBroker(String instance) {
        return new Member("modern static", List.of("north"), "group.protocol", "consumer", "group.instance.id", instance);
    }

    private static void staticallyByBroker() {
        try (var first = fixedByBroker("one")) {
            var second = fixedByBroker("two");
            until(() -> first.has(PARTITIONS / 2) && second.has(PARTITIONS / 2), first, second);
            try (var thief = fixedByBroker("two")) {
                until(() -> false, thief);
            } catch (UnreleasedInstanceIdException expected) {
                check(second.has(PARTITIONS / 2), second);
            }
            var kept = second.consumer.assignment();
            second.close();
            try (var again = fixedByBroker("two")) {
                until(() -> again.has(PARTITIONS / 2), first, again);
                check(again.consumer.assignment().equals(kept) && first.revoked.size() <= PARTITIONS / 2, first.revoked);
            }
        }
        ok("static consumer");
    }

    /** A group's members change their protocol one by one, and change it back; where they stand is kept. */
    private static void migrating(Admin admin) throws Exception {
        Object[] classic = {"group.protocol", "classic", "heartbeat.interval.ms", 100};
        Object[] modern = {"group.protocol", "consumer"};
        try (var first = new Member("migrating", List.of("north"), classic)) {
            until(() -> first.has(PARTITIONS) && first.values.size() == RECORDS, first);
            first.consumer.commitSync();
            try (var second = new Member("migrating", List.of("north"), modern)) {
                until(() -> first.has(PARTITIONS / 2) && second.has(PARTITIONS / 2), first, second);
                check(type(admin) == GroupType.CONSUMER, type(admin));
                first.consumer.commitSync();
                second.consumer.commitSync();
                first.close();
                until(() -> second.has(PARTITIONS), second);
                try (var third = new Member("migrating", List.of("north"), classic)) {
                    until(() -> third.has(PARTITIONS / 2) && second.has(PARTITIONS / 2), third, second);
                    second.close();
                    until(() -> third.has(PARTITIONS) && third.read() == RECORDS, third);
                    check(type(admin) == GroupType.CLASSIC, type(admin));
                    third.consumer.commitSync();
                    check(second.values.isEmpty() && third.values.isEmpty(), "something was read twice");
                }
            }
        }
        ok("migration");
    }

    private static GroupType type(Admin admin) throws Exception {
        return admin.describeConsumerGroups(List.of("migrating")).all().get().get("migrating").type();
    }
}
