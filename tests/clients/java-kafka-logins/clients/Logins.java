package clients;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.token.delegation.DelegationToken;
import org.apache.kafka.common.serialization.StringSerializer;

/** Logs in by each mechanism, and is turned away with a wrong secret. */
public final class Logins {
    private static final String SECURITY = "org.apache.kafka.common.security.";

    private Logins() {}

    /** Goes through all of them. */
    public static void main(String[] arguments) throws Exception {
        passes("scram", scram("alice", env("PASSWORD")));
        fails(SaslAuthenticationException.class, scram("alice", "wrong"));
        fails(SaslAuthenticationException.class, scram("eve", env("PASSWORD")));
        System.out.println("ok refused");
        administers();
        delegates();
        passes("plain", plain(env("PASSWORD")));
        passes("mutual", mutual(env("CERTIFICATE")));
        var nobody = tls("SSL", "SSL_PORT");
        nobody.put("max.block.ms", 4000);
        fails(KafkaException.class, nobody);
        passes("oauth", oauth());
        passes("iam", iam());
        again();
    }

    /** A further user, made by Admin, logs in at once. */
    private static void administers() throws Exception {
        var info = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);
        try (Admin admin = Admin.create(scram("alice", env("PASSWORD")))) {
            alter(admin, new UserScramCredentialUpsertion("bob", info, "builder"));
            var described = admin.describeUserScramCredentials(List.of("bob")).description("bob").get();
            check(described.credentialInfos().equals(List.of(info)), "described");
            passes("bob", scram("bob", "builder"));
            alter(admin, new UserScramCredentialDeletion("bob", ScramMechanism.SCRAM_SHA_512));
        }
        fails(SaslAuthenticationException.class, scram("bob", "builder"));
        System.out.println("ok admin");
    }

    /** Alice's token lets somebody in who doesn't know her password, until she takes it back. */
    private static void delegates() throws Exception {
        try (Admin admin = Admin.create(scram("alice", env("PASSWORD")))) {
            var token = admin.createDelegationToken().delegationToken().get();
            check(admin.describeDelegationToken().delegationTokens().get().equals(List.of(token)), "described");
            long expires = admin.renewDelegationToken(token.hmac()).expiryTimestamp().get();
            check(expires >= token.tokenInfo().expiryTimestamp(), "renewed");
            passes("token", token(token));
            admin.expireDelegationToken(token.hmac()).expiryTimestamp().get();
            fails(SaslAuthenticationException.class, token(token));
            check(admin.describeDelegationToken().delegationTokens().get().isEmpty(), "expired");
        }
        System.out.println("ok taken back");
    }

    private static Map<String, Object> token(DelegationToken token) {
        var settings = scram(token.tokenInfo().tokenId(), token.hmacAsBase64String());
        settings.compute("sasl.jaas.config", (name, jaas) -> ((String) jaas).replace(";", " tokenauth=\"true\";"));
        return settings;
    }

    private static void alter(Admin admin, UserScramCredentialAlteration change) throws Exception {
        admin.alterUserScramCredentials(List.of(change)).all().get();
    }

    /** Of two records a session apart, the second one finds the client logged in again, on the same connection. */
    private static void again() throws Exception {
        var settings = plain(env("PASSWORD"));
        settings.put("retries", 0);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (var number = 0; number < 4; number++) {
                producer.send(new ProducerRecord<>("rivers", "hello")).get();
                Thread.sleep(700);
            }
            var total = 0.0;
            for (var metric : producer.metrics().entrySet()) {
                if (metric.getKey().name().equals("successful-reauthentication-total")
                        && metric.getKey().group().equals("producer-metrics")) {
                    total += (Double) metric.getValue().metricValue();
                }
            }
            check(total > 0, "logged in again");
        }
        System.out.println("ok again");
    }

    private static Map<String, Object> scram(String user, String password) {
        return login("SASL_SCRAM", "SCRAM-SHA-512", "scram.ScramLoginModule", user, password);
    }

    private static Map<String, Object> plain(String password) {
        return login("INSIDE", "PLAIN", "plain.PlainLoginModule", "alice", password);
    }

    private static Map<String, Object> login(String port, String mechanism, String module, String user, String word) {
        var protocol = port.equals("INSIDE") ? "SASL_PLAINTEXT" : "SASL_SSL";
        var settings = tls(protocol, port + "_PORT");
        settings.put("sasl.mechanism", mechanism);
        settings.put("sasl.jaas.config",
            SECURITY + module + " required username=\"" + user + "\" password=\"" + word + "\";");
        return settings;
    }

    private static Map<String, Object> mutual(String certificate) {
        var settings = tls("SSL", "SSL_PORT");
        settings.put("ssl.keystore.type", "PEM");
        settings.put("ssl.keystore.location", certificate);
        return settings;
    }

    private static Map<String, Object> oauth() {
        var file = Path.of(env("TOKEN")).toUri().toString();
        System.setProperty("org.apache.kafka.sasl.oauthbearer.allowed.urls", file);
        var settings = tls("SASL_PLAINTEXT", "INSIDE_PORT");
        settings.put("sasl.mechanism", "OAUTHBEARER");
        settings.put("sasl.oauthbearer.token.endpoint.url", file);
        settings.put("sasl.login.callback.handler.class", SECURITY + "oauthbearer.OAuthBearerLoginCallbackHandler");
        settings.put("sasl.jaas.config", SECURITY + "oauthbearer.OAuthBearerLoginModule required;");
        return settings;
    }

    private static Map<String, Object> iam() {
        var settings = tls("SASL_SSL", "SASL_IAM_PORT");
        settings.put("sasl.mechanism", "AWS_MSK_IAM");
        settings.put("sasl.jaas.config", "software.amazon.msk.auth.iam.IAMLoginModule required;");
        settings.put("sasl.client.callback.handler.class", "software.amazon.msk.auth.iam.IAMClientCallbackHandler");
        return settings;
    }

    private static Map<String, Object> tls(String protocol, String port) {
        var settings = new HashMap<String, Object>();
        settings.put("bootstrap.servers", "localhost:" + env(port));
        settings.put("security.protocol", protocol);
        settings.put("ssl.truststore.type", "PEM");
        settings.put("ssl.truststore.location", env("CA"));
        settings.put("max.block.ms", 30000);
        return settings;
    }

    private static String env(String name) {
        return System.getenv(name);
    }

    private static void passes(String name, Map<String, Object> settings) throws Exception {
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("rivers", "hello")).get();
        }
        System.out.println("ok " + name);
    }

    private static void fails(Class<?> how, Map<String, Object> settings) throws Exception {
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("rivers", "hello")).get();
        } catch (ExecutionException refused) {
            check(how.isInstance(refused.getCause()), String.valueOf(refused.getCause()));
            return;
        }
        check(false, "nobody was turned away");
    }

    private static void check(boolean isSo, String what) {
        if (!isSo) {
            throw new AssertionError(what);
        }
    }
}
