package clients;

import java.io.FileWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.KinesisClientUtil;
import software.amazon.kinesis.coordinator.CoordinatorConfig;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.MetricsConfig;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.RetrievalConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * A worker of a KCL application: Worker STREAM APPLICATION NAME polling|fanout FILE. It writes a line for each record
 * that it processes, `MICROSECONDS SHARD KEY DATA`, and stops in order when it is asked to end. All waits of the
 * library are as short as its configuration allows.
 */
public final class Worker {
    private Worker() {
    }

    public static void main(String[] arguments) throws Exception {
        String stream = arguments[0];
        boolean fansOut = arguments[3].equals("fanout");
        Journal journal = new Journal(arguments[4]);
        URI endpoint = URI.create(System.getenv("AWS_ENDPOINT_URL"));
        KinesisAsyncClient kinesis =
                KinesisClientUtil.createKinesisAsyncClient(KinesisAsyncClient.builder().endpointOverride(endpoint));
        DynamoDbAsyncClient leases = DynamoDbAsyncClient.builder().endpointOverride(endpoint).build();
        CloudWatchAsyncClient metrics = CloudWatchAsyncClient.builder().endpointOverride(endpoint).build();
        InitialPositionInStreamExtended start =
                InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);
        ConfigsBuilder configs = new ConfigsBuilder(
                new SingleStreamTracker(stream, start), arguments[1], kinesis, leases, metrics, arguments[2],
                () -> new Processor(journal));
        RetrievalConfig retrieval = configs.retrievalConfig();
        if (!fansOut) {
            retrieval.retrievalSpecificConfig(
                    new PollingConfig(stream, kinesis).idleTimeBetweenReadsInMillis(200)
                            .usePollingConfigIdleTimeValue(true));
        }
        Scheduler scheduler = new Scheduler(
                configs.checkpointConfig(), hasty(configs.coordinatorConfig()), hasty(configs.leaseManagementConfig()),
                configs.lifecycleConfig(), hasty(configs.metricsConfig()), configs.processorConfig(), retrieval);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(scheduler)));
        System.out.println("started");
        scheduler.run();
    }

    private static CoordinatorConfig hasty(CoordinatorConfig config) {
        return config.parentShardPollIntervalMillis(500).shardConsumerDispatchPollIntervalMillis(200)
                .schedulerInitializationBackoffTimeMillis(500);
    }

    private static LeaseManagementConfig hasty(LeaseManagementConfig config) {
        config.workerUtilizationAwareAssignmentConfig().inMemoryWorkerMetricsCaptureFrequencyMillis(500)
                .workerMetricsReporterFreqInMillis(1000);
        config.gracefulLeaseHandoffConfig().gracefulLeaseHandoffTimeoutMillis(2000);
        return config.failoverTimeMillis(2000).leaseAssignmentIntervalMillis(1000L).shardSyncIntervalMillis(1000)
                .leasesRecoveryAuditorExecutionFrequencyMillis(1000)
                .dynamoDbLockBasedLeaderLeaseDurationInMillis(3000).dynamoDbLockBasedLeaderHeartbeatPeriodInMillis(500);
    }

    private static MetricsConfig hasty(MetricsConfig config) {
        return config.metricsBufferTimeMillis(500);
    }

    private static void stop(Scheduler scheduler) {
        try {
            scheduler.startGracefulShutdown().get(20, TimeUnit.SECONDS);
            System.out.println("stopped");
        } catch (Exception error) {
            System.out.println("not stopped: " + error);
        }
    }

    /** The lines of this worker, each in the file before the next record is looked at. */
    private static final class Journal {
        private final FileWriter file;

        Journal(String path) throws IOException {
            file = new FileWriter(path, StandardCharsets.UTF_8, true);
        }

        synchronized void write(String shard, String key, String data) {
            Instant now = Instant.now();
            long micros = TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + now.getNano() / 1000;
            try {
                file.write(micros + " " + shard + " " + key + " " + data + "\n");
                file.flush();
            } catch (IOException error) {
                throw new IllegalStateException(error);
            }
        }
    }

    /** Writes each record down and checkpoints each batch. */
    private static final class Processor implements ShardRecordProcessor {
        private final Journal journal;
        private String shard = "";

        Processor(Journal journal) {
            this.journal = journal;
        }

        @Override
        public void initialize(InitializationInput input) {
            shard = input.shardId();
        }

        @Override
        public void processRecords(ProcessRecordsInput input) {
            for (KinesisClientRecord each : input.records()) {
                journal.write(shard, each.partitionKey(), StandardCharsets.UTF_8.decode(each.data()).toString());
            }
            if (!input.records().isEmpty()) {
                checkpoint(() -> input.checkpointer().checkpoint());
            }
        }

        @Override
        public void leaseLost(LeaseLostInput input) {
            // Another worker goes on from the last checkpoint.
        }

        @Override
        public void shardEnded(ShardEndedInput input) {
            checkpoint(() -> input.checkpointer().checkpoint());
        }

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {
            checkpoint(() -> input.checkpointer().checkpoint());
        }

        private static void checkpoint(Checkpoint checkpoint) {
            try {
                checkpoint.make();
            } catch (InvalidStateException | ShutdownException error) {
                System.out.println("no checkpoint: " + error);
            }
        }
    }

    private interface Checkpoint {
        void make() throws InvalidStateException, ShutdownException;
    }
}
