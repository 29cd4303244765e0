package clients;

import static clients.Calls.call;
import static clients.Calls.calls;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.HashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterClientQuotasOptions;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/** ACLs, quotas, users of SCRAM. */
record Security(Admin admin) {
    void all() throws Exception {
        acls();
        quotas();
        users();
    }

    private static AclBinding acl(ResourceType type, String name, PatternType pattern, String principal, AclOperation operation) {
        return new AclBinding(new ResourcePattern(type, name, pattern), new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW));
    }

    private void acls() throws Exception {
        call("describeAcls, none", () -> admin.describeAcls(AclBindingFilter.ANY).values());
        create("topic", acl(ResourceType.TOPIC, "guarded", PatternType.LITERAL, "User:alice", AclOperation.READ));
        create("again", acl(ResourceType.TOPIC, "guarded", PatternType.LITERAL, "User:alice", AclOperation.READ));
        create("prefix", acl(ResourceType.TOPIC, "guar", PatternType.PREFIXED, "User:bob", AclOperation.ALL));
        create("group", acl(ResourceType.GROUP, "guarded", PatternType.LITERAL, "User:bob", AclOperation.READ));
        create("transactional id", acl(ResourceType.TRANSACTIONAL_ID, "guarded", PatternType.LITERAL, "User:bob", AclOperation.DESCRIBE));
        create("user", acl(ResourceType.USER, "User:carol", PatternType.LITERAL, "User:bob", AclOperation.DESCRIBE_TOKENS));
        create("every name", acl(ResourceType.TOPIC, "*", PatternType.LITERAL, "User:dora", AclOperation.READ));
        create("cluster of another name", acl(ResourceType.CLUSTER, "mine", PatternType.LITERAL, "User:bob", AclOperation.ALTER));
        create("no principal type", acl(ResourceType.TOPIC, "guarded", PatternType.LITERAL, "alice", AclOperation.READ));
        create("empty principal", acl(ResourceType.TOPIC, "guarded", PatternType.LITERAL, "", AclOperation.READ));
        create("empty name", acl(ResourceType.TOPIC, "", PatternType.LITERAL, "User:alice", AclOperation.READ));
        create("bad topic", acl(ResourceType.TOPIC, "bad name!", PatternType.LITERAL, "User:alice", AclOperation.READ));
        create("an operation that isn't a topic's", acl(ResourceType.TOPIC, "guarded", PatternType.LITERAL, "User:alice", AclOperation.CLUSTER_ACTION));
        create("prefix of all", acl(ResourceType.TOPIC, "*", PatternType.PREFIXED, "User:alice", AclOperation.READ));
        described("all", AclBindingFilter.ANY);
        described("of a topic", filter(ResourceType.TOPIC, "guarded", PatternType.LITERAL));
        described("matching", filter(ResourceType.TOPIC, "guarded", PatternType.MATCH));
        described("of any pattern", filter(ResourceType.TOPIC, "guarded", PatternType.ANY));
        described("of a principal", new AclBindingFilter(ResourcePatternFilter.ANY, new AccessControlEntryFilter("User:bob", null, AclOperation.ANY, AclPermissionType.ANY)));
        described("of an operation", new AclBindingFilter(ResourcePatternFilter.ANY, new AccessControlEntryFilter(null, null, AclOperation.READ, AclPermissionType.ALLOW)));
        described("of a host", new AclBindingFilter(ResourcePatternFilter.ANY, new AccessControlEntryFilter(null, "10.0.0.1", AclOperation.ANY, AclPermissionType.ANY)));
        described("unknown", new AclBindingFilter(new ResourcePatternFilter(ResourceType.UNKNOWN, null, PatternType.ANY), AccessControlEntryFilter.ANY));
        deleted("of a topic", filter(ResourceType.TOPIC, "guarded", PatternType.LITERAL));
        deleted("nothing", filter(ResourceType.TOPIC, "nowhere", PatternType.LITERAL));
        call("deleteAcls twice", () -> java.util.Set.copyOf(admin.deleteAcls(List.of(filter(ResourceType.TOPIC, "guar", PatternType.PREFIXED), filter(ResourceType.GROUP, null, PatternType.ANY))).all().get()));
        call("deleteAcls all", () -> java.util.Set.copyOf(admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get()));
        described("afterwards", AclBindingFilter.ANY);
    }

    private static AclBindingFilter filter(ResourceType type, String name, PatternType pattern) {
        return new AclBindingFilter(new ResourcePatternFilter(type, name, pattern), AccessControlEntryFilter.ANY);
    }

    private void create(String what, AclBinding... bindings) throws Exception {
        calls("createAcls, " + what, () -> admin.createAcls(List.of(bindings)).values());
    }

    private void described(String what, AclBindingFilter filter) throws Exception {
        call("describeAcls, " + what, () -> java.util.Set.copyOf(admin.describeAcls(filter).values().get()));
    }

    private void deleted(String what, AclBindingFilter filter) throws Exception {
        call("deleteAcls, " + what, () -> java.util.Set.copyOf(admin.deleteAcls(List.of(filter)).all().get()));
    }

    private static ClientQuotaEntity entity(String... parts) {
        Map<String, String> found = new HashMap<>();
        for (int at = 0; at < parts.length; at += 2) {
            found.put(parts[at], parts[at + 1]);
        }
        return new ClientQuotaEntity(found);
    }

    private void limit(String what, ClientQuotaEntity entity, Object... limits) throws Exception {
        Collection<ClientQuotaAlteration.Op> ops = new java.util.ArrayList<>();
        for (int at = 0; at < limits.length; at += 2) {
            ops.add(new ClientQuotaAlteration.Op((String) limits[at], (Double) limits[at + 1]));
        }
        call("alterClientQuotas, " + what, () -> admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, ops))).values().get(entity));
    }

    private void quotas() throws Exception {
        call("describeClientQuotas, none", () -> admin.describeClientQuotas(ClientQuotaFilter.all()).entities());
        limit("user", entity("user", "alice"), "producer_byte_rate", 1000.0, "request_percentage", 12.5);
        limit("client", entity("client-id", "c"), "consumer_byte_rate", 1000.0);
        limit("user and client", entity("user", "alice", "client-id", "c"), "controller_mutation_rate", 10.0);
        limit("default user", entity("user", null), "producer_byte_rate", 9.0e9);
        limit("ip", entity("ip", "127.0.0.2"), "connection_creation_rate", 1000.0);
        limit("unknown key", entity("user", "bob"), "nonsense", 1.0);
        limit("key of ips", entity("user", "bob"), "connection_creation_rate", 1.0);
        limit("key of users", entity("ip", "127.0.0.1"), "producer_byte_rate", 1.0);
        limit("zero", entity("user", "bob"), "producer_byte_rate", 0.0);
        limit("negative", entity("user", "bob"), "producer_byte_rate", -1.0);
        limit("fraction", entity("user", "bob"), "producer_byte_rate", 1.5);
        limit("fractional percentage", entity("user", "bob"), "request_percentage", 0.5);
        limit("fraction of a rate", entity("ip", "127.0.0.3"), "connection_creation_rate", 1.5);
        limit("too large", entity("user", "bob"), "producer_byte_rate", 1e30);
        limit("too large a rate", entity("ip", "127.0.0.3"), "connection_creation_rate", 1e12);
        limit("not an ip", entity("ip", "not an ip"), "connection_creation_rate", 1.0);
        limit("ip and user", entity("ip", "127.0.0.1", "user", "bob"), "connection_creation_rate", 1.0);
        limit("empty name", entity("user", ""), "producer_byte_rate", 1.0);
        limit("unknown type", entity("nonsense", "x"), "producer_byte_rate", 1.0);
        limit("nothing", entity("user", "bob"));
        limit("nobody", entity(), "producer_byte_rate", 1.0);
        limit("removes what isn't", entity("user", "bob"), "producer_byte_rate", null);
        limit("removes unknown", entity("user", "bob"), "nonsense", null);
        var trial = new AlterClientQuotasOptions().validateOnly(true);
        call("alterClientQuotas, trial", () -> admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity("user", "trial"), List.of(new ClientQuotaAlteration.Op("producer_byte_rate", 1.0)))), trial).values());
        quotas("all", ClientQuotaFilter.all());
        quotas("of a user", ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntity("user", "alice"))));
        quotas("of a user alone", ClientQuotaFilter.containsOnly(List.of(ClientQuotaFilterComponent.ofEntity("user", "alice"))));
        quotas("of the default user", ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofDefaultEntity("user"))));
        quotas("of any user", ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntityType("user"))));
        quotas("of an ip", ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntityType("ip"))));
        quotas("of an unknown type", ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntityType("nonsense"))));
        quotas("of a type twice", ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntityType("user"), ClientQuotaFilterComponent.ofEntity("user", "alice"))));
        quotas("of users and ips", ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntityType("user"), ClientQuotaFilterComponent.ofEntityType("ip"))));
        quotas("of an empty type", ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntityType(""))));
        limit("removed", entity("user", "alice"), "producer_byte_rate", null, "request_percentage", null);
        quotas("afterwards", ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntity("user", "alice"))));
        for (ClientQuotaEntity each : List.of(entity("client-id", "c"), entity("user", null))) {
            limit("removed of " + Shown.of(each), each, "consumer_byte_rate", null, "producer_byte_rate", null);
        }
    }

    private void quotas(String what, ClientQuotaFilter filter) throws Exception {
        call("describeClientQuotas, " + what, () -> admin.describeClientQuotas(filter).entities());
    }

    private void users() throws Exception {
        var sha256 = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096);
        var sha512 = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192);
        call("describeUserScramCredentials, none", () -> admin.describeUserScramCredentials().all());
        alter("new", new UserScramCredentialUpsertion("alice", sha256, "secret"));
        alter("another mechanism", new UserScramCredentialUpsertion("alice", sha512, "secret"));
        alter("few iterations", new UserScramCredentialUpsertion("bob", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 10), "secret"));
        alter("many iterations", new UserScramCredentialUpsertion("bob", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 20_000), "secret"));
        alter("no name", new UserScramCredentialUpsertion("", sha256, "secret"));
        alter("unknown mechanism", new UserScramCredentialUpsertion("bob", new ScramCredentialInfo(ScramMechanism.UNKNOWN, 4096), "secret"));
        alter("twice", new UserScramCredentialUpsertion("bob", sha256, "secret"), new UserScramCredentialUpsertion("bob", sha256, "secret"));
        alter("deletes nobody", new UserScramCredentialDeletion("bob", ScramMechanism.SCRAM_SHA_256));
        alter("sets and deletes", new UserScramCredentialUpsertion("alice", sha256, "secret"), new UserScramCredentialDeletion("alice", ScramMechanism.SCRAM_SHA_256));
        alter("two, one bad", new UserScramCredentialUpsertion("dora", sha256, "secret"), new UserScramCredentialDeletion("bob", ScramMechanism.SCRAM_SHA_256));
        call("describeUserScramCredentials", () -> admin.describeUserScramCredentials().all());
        call("describeUserScramCredentials of one", () -> admin.describeUserScramCredentials(List.of("alice")).all());
        call("describeUserScramCredentials of nobody", () -> admin.describeUserScramCredentials(List.of("nobody")).description("nobody"));
        call("describeUserScramCredentials twice", () -> admin.describeUserScramCredentials(List.of("alice", "alice")).description("alice"));
        call("describeUserScramCredentials of an empty name", () -> admin.describeUserScramCredentials(List.of("")).description(""));
        alter("deletes", new UserScramCredentialDeletion("alice", ScramMechanism.SCRAM_SHA_256), new UserScramCredentialDeletion("dora", ScramMechanism.SCRAM_SHA_256));
        call("describeUserScramCredentials, afterwards", () -> admin.describeUserScramCredentials().all());
    }

    private void alter(String what, UserScramCredentialAlteration... alterations) throws Exception {
        calls("alterUserScramCredentials, " + what, () -> admin.alterUserScramCredentials(List.of(alterations)).values());
    }
}
