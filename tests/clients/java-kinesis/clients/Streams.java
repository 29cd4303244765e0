package clients;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.StreamDescription;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.Tag;

/**
 * What a program with the AWS SDK for Java v2 does with Kinesis, step by step; {@code refused} asks to be turned away.
 *
 * <p>The SDK finds the endpoint, the region and the credentials in its usual environment variables. It asks in CBOR: the
 * blocking client over HTTP/1.1, the asynchronous one, which subscribes, over HTTP/2. One line a step; exit status 1 when
 * a step fails.
 */
final class Streams {
    private static final String RUN = UUID.randomUUID().toString().substring(0, 8);
    private static final String FIRST = "shardId-000000000000";
    private static final String HALF = BigInteger.TWO.pow(127).toString();
    private static final KinesisClient kinesis = KinesisClient.create();
    private static final KinesisAsyncClient async = KinesisAsyncClient.create();
    private static int failures;

    interface Step {
        void run() throws Exception;
    }

    /** All of a shard from a position on, and the last answer. */
    private record Read(List<String> found, GetRecordsResponse answer) {}

    static void check(boolean good, Object what) {
        if (!good) {
            throw new AssertionError(what);
        }
    }

    static void equal(Object got, Object expected) {
        check(Objects.equals(got, expected), "got " + got + ", expected " + expected);
    }

    /** Calls, and gives back the error, which must be of the SDK's own class. */
    private static <E extends Throwable> E raises(Class<E> kind, Step call) {
        try {
            call.run();
        } catch (Exception error) {
            Throwable cause = error instanceof CompletionException ? error.getCause() : error;
            if (kind.isInstance(cause)) {
                return kind.cast(cause);
            }
            throw new AssertionError(kind.getSimpleName() + " expected", error);
        }
        throw new AssertionError(kind.getSimpleName() + " expected, but the call went well");
    }

    private static String stream(String name, int shards) {
        String full = RUN + "-" + name;
        kinesis.createStream(request -> request.streamName(full).shardCount(shards));
        kinesis.waiter().waitUntilStreamExists(request -> request.streamName(full));
        return kinesis.describeStreamSummary(request -> request.streamName(full))
                .streamDescriptionSummary()
                .streamARN();
    }

    private static String put(String arn, String text) {
        return put(arn, text, request -> {});
    }

    private static String put(String arn, String text, Consumer<PutRecordRequest.Builder> more) {
        return kinesis.putRecord(request -> more.accept(
                        request.streamARN(arn).partitionKey("k").data(SdkBytes.fromUtf8String(text))))
                .sequenceNumber();
    }

    private static Read read(String arn, String shard, ShardIteratorType kind, Consumer<GetShardIteratorRequest.Builder> more) {
        String iterator = kinesis.getShardIterator(request ->
                        more.accept(request.streamARN(arn).shardId(shard).shardIteratorType(kind)))
                .shardIterator();
        List<String> found = new ArrayList<>();
        while (true) {
            String asked = iterator;
            GetRecordsResponse answer = kinesis.getRecords(request -> request.streamARN(arn).shardIterator(asked));
            found.addAll(texts(answer.records()));
            iterator = answer.nextShardIterator();
            if (iterator == null || answer.records().isEmpty()) {
                return new Read(found, answer);
            }
        }
    }

    private static Read read(String arn, String shard) {
        return read(arn, shard, ShardIteratorType.TRIM_HORIZON, request -> {});
    }

    private static List<String> texts(List<Record> records) {
        return records.stream().map(record -> record.data().asUtf8String()).toList();
    }

    private static String consumer(String arn, String name) {
        return kinesis.registerStreamConsumer(request -> request.streamARN(arn).consumerName(name))
                .consumer()
                .consumerARN();
    }

    private static StartingPosition at(ShardIteratorType kind) {
        return StartingPosition.builder().type(kind).build();
    }

    private static void streams() {
        String arn = stream("streams", 2);
        StreamDescription found =
                kinesis.describeStream(request -> request.streamARN(arn)).streamDescription();
        equal(found.shards().size(), 2);
        Duration age = Duration.between(found.streamCreationTimestamp(), Instant.now());
        check(age.abs().toSeconds() < 60, age); // a CBOR timestamp is in milliseconds
        raises(
                ResourceInUseException.class,
                () -> kinesis.createStream(request -> request.streamName(RUN + "-streams").shardCount(1)));
        check(kinesis.listStreams().streamNames().contains(RUN + "-streams"), "not listed");
        kinesis.tagResource(request -> request.resourceARN(arn).tags(Map.of("größe", "Fluß")));
        Tag tag = Tag.builder().key("größe").value("Fluß").build();
        equal(kinesis.listTagsForResource(request -> request.resourceARN(arn)).tags(), List.of(tag));
        kinesis.deleteStream(request -> request.streamARN(arn));
        raises(ResourceNotFoundException.class, () -> kinesis.describeStream(request -> request.streamARN(arn)));
    }

    private static void records() throws Exception {
        String arn = stream("records", 2);
        put(arn, "größe 🐟", request -> request.partitionKey("漢字").explicitHashKey("0"));
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (int n = 0; n < 500; n++) {
            entries.add(PutRecordsRequestEntry.builder()
                    .partitionKey("" + n)
                    .data(SdkBytes.fromUtf8String("" + n))
                    .build());
        }
        PutRecordsResponse answer = kinesis.putRecords(request -> request.streamARN(arn).records(entries));
        equal(answer.failedRecordCount(), 0);
        List<String> expected = new ArrayList<>(List.of("größe 🐟"));
        for (int n = 0; n < 500; n++) {
            byte[] digest = MessageDigest.getInstance("MD5").digest(("" + n).getBytes());
            equal(answer.records().get(n).shardId(), "shardId-00000000000" + (digest[0] < 0 ? 1 : 0));
            expected.add("" + n);
        }
        List<String> found = new ArrayList<>(read(arn, FIRST).found());
        found.addAll(read(arn, "shardId-000000000001").found());
        equal(found.stream().sorted().toList(), expected.stream().sorted().toList());
        Record first = async.getShardIterator(request -> request.streamARN(arn)
                        .shardId(FIRST)
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .thenCompose(got -> async.getRecords(request -> request.shardIterator(got.shardIterator())))
                .join()
                .records()
                .get(0);
        equal(first.partitionKey(), "漢字");
        check(Duration.between(first.approximateArrivalTimestamp(), Instant.now()).abs().toSeconds() < 60, first);
    }

    private static void iterators() throws Exception {
        String arn = stream("iterators", 1);
        put(arn, "1");
        String second = put(arn, "2");
        put(arn, "3");
        Thread.sleep(10); // the server's clock has milliseconds
        Instant now = Instant.now();
        put(arn, "4");
        String latest = kinesis.getShardIterator(request -> request.streamARN(arn)
                        .shardId("shardId-0")
                        .shardIteratorType(ShardIteratorType.LATEST))
                .shardIterator();
        put(arn, "5");
        equal(texts(kinesis.getRecords(request -> request.shardIterator(latest)).records()), List.of("5"));
        equal(read(arn, FIRST).found(), List.of("1", "2", "3", "4", "5"));
        Consumer<GetShardIteratorRequest.Builder> number = request -> request.startingSequenceNumber(second);
        equal(read(arn, FIRST, ShardIteratorType.AT_SEQUENCE_NUMBER, number).found(), List.of("2", "3", "4", "5"));
        equal(read(arn, FIRST, ShardIteratorType.AFTER_SEQUENCE_NUMBER, number).found(), List.of("3", "4", "5"));
        equal(
                read(arn, FIRST, ShardIteratorType.AT_TIMESTAMP, request -> request.timestamp(now)).found(),
                List.of("4", "5"));
    }

    private static void resharding() {
        String arn = stream("resharding", 1);
        put(arn, "before");
        kinesis.splitShard(request -> request.streamARN(arn).shardToSplit(FIRST).newStartingHashKey(HALF));
        Read parent = read(arn, FIRST);
        equal(parent.found(), List.of("before"));
        equal(parent.answer().nextShardIterator(), null);
        List<String> children =
                parent.answer().childShards().stream().map(ChildShard::shardId).toList();
        put(arn, "low", request -> request.explicitHashKey("0"));
        put(arn, "high", request -> request.explicitHashKey(HALF));
        equal(read(arn, children.get(0)).found(), List.of("low"));
        equal(read(arn, children.get(1)).found(), List.of("high"));
        kinesis.mergeShards(request -> request.streamARN(arn)
                .shardToMerge(children.get(0))
                .adjacentShardToMerge(children.get(1)));
        equal(read(arn, children.get(0)).answer().childShards().get(0).parentShards(), children);
        equal(
                kinesis.listShards(request -> request.streamARN(arn)
                                .shardFilter(filter -> filter.type(ShardFilterType.AT_LATEST)))
                        .shards()
                        .size(),
                1);
    }

    private static void fanout() throws Exception {
        String arn = stream("fanout", 1);
        String own = consumer(arn, "app");
        String first = put(arn, "1");
        put(arn, "2");
        Subscribed all = new Subscribed(async, own, FIRST, at(ShardIteratorType.TRIM_HORIZON));
        all.until("1", "2");
        Throwable again = new Subscribed(async, own, FIRST, at(ShardIteratorType.LATEST)).failure();
        check(again instanceof ResourceInUseException, again);
        StartingPosition behind = StartingPosition.builder()
                .type(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                .sequenceNumber(first)
                .build();
        Subscribed second = new Subscribed(async, consumer(arn, "second"), FIRST, behind);
        second.until("2");
        String third = put(arn, "3");
        equal(all.until("3").continuationSequenceNumber(), third);
        equal(second.until("3").continuationSequenceNumber(), third);
        SubscribeToShardEvent quiet = all.next(); // within five seconds
        equal(quiet.records(), List.of());
        equal(quiet.millisBehindLatest(), 0L);
        kinesis.splitShard(request -> request.streamARN(arn).shardToSplit(FIRST).newStartingHashKey(HALF));
        for (Subscribed each : List.of(all, second)) {
            SubscribeToShardEvent last = each.last();
            equal(last.childShards().stream().map(ChildShard::parentShards).toList(), List.of(List.of(FIRST), List.of(FIRST)));
            equal(last.continuationSequenceNumber(), null); // by this the KCL knows the end of a shard
        }
        Subscribed child = new Subscribed(async, own, "shardId-000000000001", at(ShardIteratorType.TRIM_HORIZON));
        put(arn, "4", request -> request.explicitHashKey("0"));
        child.until("4");
        kinesis.deregisterStreamConsumer(request -> request.consumerARN(own));
        Throwable end = child.failure();
        check(end instanceof ResourceNotFoundException, end);
    }

    private static void refusals() {
        String arn = stream("refusals", 1);
        raises(
                InvalidArgumentException.class,
                () -> put(arn, "x", request -> request.explicitHashKey(BigInteger.TWO.pow(128).toString())));
        raises(ResourceNotFoundException.class, () -> put(arn + "-no", "x"));
        raises(
                InvalidArgumentException.class,
                () -> async.getRecords(request -> request.shardIterator("AAAA")).join());
        KinesisException error = raises(KinesisException.class, () -> put(arn, "x".repeat(1024 * 1024 + 1)));
        equal(error.awsErrorDetails().errorCode(), "ValidationException");
    }

    /** Takes one step. The others are taken whether it goes well or not. */
    private static void step(String name, Step step) {
        try {
            step.run();
            System.out.println("ok " + name);
        } catch (Exception | AssertionError failure) {
            failures++;
            System.out.println("FAILED " + name);
            failure.printStackTrace();
        }
    }

    private static void refused() {
        KinesisException error = raises(KinesisException.class, () -> async.listStreams().join());
        System.out.println("refused " + error.awsErrorDetails().errorCode());
    }

    public static void main(String[] arguments) {
        if (List.of(arguments).equals(List.of("refused"))) {
            refused();
            System.exit(0);
        }
        step("streams", Streams::streams);
        step("records", Streams::records);
        step("iterators", Streams::iterators);
        step("resharding", Streams::resharding);
        step("fanout", Streams::fanout);
        step("refusals", Streams::refusals);
        System.exit(failures == 0 ? 0 : 1);
    }
}
