package clients;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** One subscription to a shard: its events in their order, and its end. */
final class Subscribed {
    private static final int PATIENCE_S = 20;
    private final LinkedBlockingQueue<SubscribeToShardEvent> events = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> end;

    Subscribed(KinesisAsyncClient kinesis, String consumer, String shard, StartingPosition position) {
        SubscribeToShardResponseHandler handler = SubscribeToShardResponseHandler.builder()
                .subscriber(event -> {
                    if (event instanceof SubscribeToShardEvent came) {
                        events.add(came);
                    }
                })
                .build();
        end = kinesis.subscribeToShard(
                request -> request.consumerARN(consumer).shardId(shard).startingPosition(position), handler);
    }

    SubscribeToShardEvent next() throws InterruptedException {
        SubscribeToShardEvent event = events.poll(PATIENCE_S, TimeUnit.SECONDS);
        Streams.check(event != null, "no event came within " + PATIENCE_S + " seconds");
        return event;
    }

    /** Reads events until these records have come; gives the last event. */
    SubscribeToShardEvent until(String... texts) throws InterruptedException {
        List<String> found = new ArrayList<>();
        while (true) {
            SubscribeToShardEvent event = next();
            for (Record record : event.records()) {
                found.add(record.data().asUtf8String());
            }
            if (found.size() >= texts.length) {
                Streams.equal(found, List.of(texts));
                return event;
            }
        }
    }

    /** Waits for the end; gives the last event. */
    SubscribeToShardEvent last() throws Exception {
        end.get(PATIENCE_S, TimeUnit.SECONDS);
        List<SubscribeToShardEvent> left = new ArrayList<>();
        events.drainTo(left);
        return left.get(left.size() - 1);
    }

    /** Waits for the end, which must be an error. */
    Throwable failure() throws Exception {
        try {
            end.get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (ExecutionException error) {
            return error.getCause();
        }
        throw new AssertionError("an error expected, but the subscription ended well");
    }
}
