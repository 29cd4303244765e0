package clients;

import java.time.Duration;
import java.util.List;
import java.util.Scanner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A job of Flink that copies the topic `in` to the topic `out`, exactly once. */
public final class Copying {
    private static final String SERVERS = System.getenv("KAFKA");

    private Copying() {}

    /**
     * Copies until a line comes on the standard input: then it takes a savepoint, prints where it is, and dies.
     *
     * <p>The arguments: how transactions are named, a folder for checkpoints, the milliseconds from one to the next, the
     * record at which the job fails, once, and from which checkpoint or savepoint it starts, if from one.
     */
    public static void main(String[] arguments) throws Exception {
        var settings = settings(arguments[1], Long.parseLong(arguments[2]));
        if (arguments.length > 4) {
            settings.set(StateRecoveryOptions.SAVEPOINT_PATH, arguments[4]);
        }
        var environment = StreamExecutionEnvironment.getExecutionEnvironment(settings);
        environment.setParallelism(2);
        environment
                .fromSource(source(), WatermarkStrategy.noWatermarks(), "in")
                .map(new Stumbling(arguments[3]))
                .sinkTo(sink(TransactionNamingStrategy.valueOf(arguments[0])));
        var job = environment.executeAsync("copying");
        new Scanner(System.in).nextLine();
        System.out.println(job.triggerSavepoint(arguments[1], SavepointFormatType.CANONICAL).get());
        Runtime.getRuntime().halt(0);
    }

    private static Configuration settings(String folder, long checkpointMs) {
        return new Configuration()
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(checkpointMs))
                .set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder)
                .set(CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION)
                .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
                .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE)
                .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
    }

    private static KafkaSource<String> source() {
        return KafkaSource.<String>builder()
                .setBootstrapServers(SERVERS)
                .setTopics(List.of("in"))
                .setGroupId("copying")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setValueOnlyDeserializer(new SimpleStringSchema())
                .build();
    }

    private static KafkaSink<String> sink(TransactionNamingStrategy naming) {
        return KafkaSink.<String>builder()
                .setBootstrapServers(SERVERS)
                .setRecordSerializer(KafkaRecordSerializationSchema.<String>builder()
                        .setTopic("out")
                        .setValueSerializationSchema(new SimpleStringSchema())
                        .build())
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix("copying")
                .setTransactionNamingStrategy(naming)
                .setProperty("transaction.timeout.ms", "900000")
                .build();
    }

    /** Hands on what it gets, and fails at one record, once. */
    private static final class Stumbling implements MapFunction<String, String> {
        private static volatile boolean failed; // of the process: a job that starts again has new objects
        private final String where;

        Stumbling(String where) {
            this.where = where;
        }

        @Override
        public String map(String value) {
            if (value.equals(where) && !failed) {
                failed = true;
                System.out.println("failed");
                throw new IllegalStateException("stumbled over " + value);
            }
            return value;
        }
    }
}
