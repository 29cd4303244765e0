package clients;

import static clients.Steps.ok;
import static clients.Steps.settings;

import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/** Kafka Streams, exactly once: counts words, and joins each count with what a table says of the word. */
public final class Counting {
    private Counting() {}

    /**
     * Counts until it is told to end, or killed; the arguments are a folder for its state, its group's protocol, and of
     * how many processes it is to hear where their stores can be asked.
     */
    public static void main(String[] arguments) throws Exception {
        var builder = new StreamsBuilder();
        var strings = Serdes.String();
        var kinds = builder.table("kinds", Consumed.with(strings, strings));
        builder.stream("lines", Consumed.with(strings, strings))
                .flatMapValues(line -> Arrays.asList(line.split(" ")))
                .groupBy((key, word) -> word, org.apache.kafka.streams.kstream.Grouped.with(strings, strings))
                .count()
                .toStream()
                .mapValues(String::valueOf)
                .leftJoin(kinds, (count, kind) -> count + " " + kind)
                .to("counts", Produced.with(strings, strings));
        var found = new Properties();
        found.putAll(settings(
                StreamsConfig.APPLICATION_ID_CONFIG, "counting",
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2,
                StreamsConfig.STATE_DIR_CONFIG, arguments[0],
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 50,
                StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0,
                StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2,
                StreamsConfig.APPLICATION_SERVER_CONFIG, "localhost:" + (1 + ProcessHandle.current().pid() % 65_535),
                StreamsConfig.GROUP_PROTOCOL_CONFIG, arguments[1]));
        if (arguments[1].equals("classic")) {
            found.putAll(Map.of("consumer.session.timeout.ms", 6000, "consumer.heartbeat.interval.ms", 500));
        }
        var streams = new KafkaStreams(builder.build(), found);
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING) {
                ok("running");
            }
        });
        var leaves = CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(leaves)));
        streams.start();
        while (hosts(streams) < Integer.parseInt(arguments[2])) {
            Thread.sleep(100);
        }
        ok("found");
        new CountDownLatch(1).await();
    }

    /** How many processes are known to have tasks, if all partitions that are read are known of. */
    private static long hosts(KafkaStreams streams) {
        if (streams.state() != KafkaStreams.State.RUNNING) {
            return 0;
        }
        var sizes = streams.metadataForAllStreamsClients().stream()
                .map(each -> each.topicPartitions().size())
                .filter(size -> size > 0)
                .toList();
        return sizes.stream().mapToInt(Integer::intValue).sum() == 6 ? sizes.size() : 0;
    }
}
