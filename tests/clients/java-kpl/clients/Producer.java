package clients;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;
import software.amazon.kinesis.producer.UserRecordResult;

/**
 * A producer with the Kinesis Producer Library: Producer STREAM COUNT CERTIFICATE. It puts the numbers below COUNT under
 * ten keys, and prints `put SHARD SEQUENCE` of each when all are there.
 */
public final class Producer {
    private Producer() {
    }

    public static void main(String[] arguments) throws Exception {
        URI endpoint = URI.create(System.getenv("AWS_ENDPOINT_URL"));
        KinesisProducerConfiguration configuration = new KinesisProducerConfiguration()
                .setRegion(System.getenv("AWS_REGION"))
                .setKinesisEndpoint(endpoint.getHost()).setKinesisPort(endpoint.getPort())
                .setStsEndpoint(endpoint.getHost()).setStsPort(endpoint.getPort())
                .setCloudwatchEndpoint(endpoint.getHost()).setCloudwatchPort(endpoint.getPort())
                .setCaCertFile(arguments[2])
                .setMetricsLevel("detailed").setMetricsUploadDelay(1000)
                .setRecordMaxBufferedTime(200).setAggregationMaxCount(50);
        KinesisProducer producer = new KinesisProducer(configuration);
        List<Future<UserRecordResult>> results = new ArrayList<>();
        for (int number = 0; number < Integer.parseInt(arguments[1]); number++) {
            ByteBuffer data = ByteBuffer.wrap(Integer.toString(number).getBytes(StandardCharsets.UTF_8));
            results.add(producer.addUserRecord(arguments[0], "key-" + number % 10, data));
            results.get(0).get(60, TimeUnit.SECONDS); // until it knows the shards it packs nothing
        }
        for (Future<UserRecordResult> each : results) {
            UserRecordResult result = each.get(60, TimeUnit.SECONDS);
            System.out.println("put " + result.getShardId() + " " + result.getSequenceNumber());
        }
        TimeUnit.SECONDS.sleep(3); // until the metrics have gone too
        producer.flushSync();
        producer.destroy();
        System.exit(0);
    }
}
