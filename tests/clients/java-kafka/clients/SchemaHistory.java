package clients;

import io.debezium.config.Configuration;
import io.debezium.relational.history.HistoryRecord;
import io.debezium.relational.history.HistoryRecordComparator;
import io.debezium.relational.history.SchemaHistoryListener;
import io.debezium.storage.kafka.history.KafkaSchemaHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** The topic in which Debezium's connectors for MySQL, Oracle and SQL Server keep what became of the tables' columns. */
public final class SchemaHistory extends KafkaSchemaHistory {
    private static final String HISTORY = "history";

    private SchemaHistory() {
        var settings = Configuration.create()
                .with(TOPIC, HISTORY)
                .with(BOOTSTRAP_SERVERS, Steps.SERVERS)
                .with(NAME, "weir-schemahistory")
                .with(RECOVERY_POLL_INTERVAL_MS, 1000)
                .build();
        configure(settings, HistoryRecordComparator.INSTANCE, SchemaHistoryListener.NOOP, true);
        start();
    }

    /** Makes the topic as Debezium makes it, writes to it, and reads it as a connector that starts again. */
    public static void main(String[] arguments) throws Exception {
        var statements = List.of("create table fish (id int)", "alter table fish add name text");
        var first = new SchemaHistory();
        Steps.check(!first.storageExists(), "there already");
        first.initializeStorage();
        Steps.check(first.storageExists() && !first.exists(), "not empty");
        first.checkStorageSettings();
        for (var statement : statements) {
            first.record(Map.of("server", "weir"), Map.of("position", statements.indexOf(statement)), "weir", statement);
        }
        first.stop();
        Steps.ok("written");
        var second = new SchemaHistory();
        Steps.check(second.exists(), "empty");
        List<String> found = new ArrayList<>();
        second.recoverRecords(each -> found.add(each.document().getString(HistoryRecord.Fields.DDL_STATEMENTS)));
        second.stop();
        Steps.check(found.equals(statements), found);
        Steps.ok("recovered");
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, HISTORY);
        try (var admin = Admin.create(Steps.settings())) {
            var own = admin.describeConfigs(List.of(resource)).values().get(resource).get().entries().stream()
                    .filter(each -> each.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                    .map(each -> each.name() + "=" + each.value())
                    .sorted()
                    .toList();
            Steps.check(own.equals(List.of("cleanup.policy=delete", "retention.bytes=-1", "retention.ms=" + Long.MAX_VALUE)), own);
        }
        Steps.ok("configs");
    }
}
