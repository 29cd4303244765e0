package clients;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Makes all calls of Admin, with good and with bad arguments, and prints what comes of each: a line a call. */
public final class Calls {
    private static final String STRINGS = "org.apache.kafka.common.serialization.String";

    private Calls() {}

    /** Asks the broker at KAFKA. */
    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            new Clusters(admin).all();
            new Topics(admin).all();
            new Configs(admin).all();
            new Records(admin).all();
            new Groups(admin).all();
            new ShareGroups(admin).all();
            new StreamsGroups(admin).all();
            new Transactions(admin).all();
            new Security(admin).all();
        }
        System.exit(0); // consumers that were left behind
    }

    /** Settings of any client: names and values by turns. */
    static Map<String, Object> settings(Object... more) {
        Map<String, Object> found = new HashMap<>();
        found.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, System.getenv("KAFKA"));
        found.put("client.id", "calls");
        found.put("default.api.timeout.ms", 10_000);
        found.put("request.timeout.ms", 10_000);
        for (String each : new String[] {"key", "value"}) {
            found.put(each + ".serializer", STRINGS + "Serializer");
            found.put(each + ".deserializer", STRINGS + "Deserializer");
        }
        for (int at = 0; at < more.length; at += 2) {
            found.put((String) more[at], more[at + 1]);
        }
        return found;
    }

    /** Make a call, and print what it returned or threw. */
    static void call(String what, Callable<Object> made) throws InterruptedException {
        System.out.println(what + ": " + result(made));
        settle();
    }

    /** Apache Kafka's brokers hear of what its controller has done a moment later: SETTLE_MS says how long to wait. */
    private static void settle() throws InterruptedException {
        Thread.sleep(Integer.parseInt(System.getenv().getOrDefault("SETTLE_MS", "0")));
    }

    /** Make a call that returns a map, and print an entry a line. */
    static void calls(String what, Callable<Map<?, ?>> made) throws InterruptedException {
        try {
            Map<String, String> lines = new TreeMap<>();
            made.call().forEach((key, value) -> lines.put(Shown.of(key), Shown.of(value)));
            lines.forEach((key, value) -> System.out.println(what + " / " + key + ": " + value));
        } catch (Exception error) {
            System.out.println(what + ": " + Shown.of(error.getCause() == null ? error : error.getCause()));
        }
        settle();
    }

    private static String result(Callable<Object> made) {
        try {
            return Shown.of(made.call());
        } catch (Exception error) {
            return Shown.of(error.getCause() == null ? error : error.getCause());
        }
    }
}
