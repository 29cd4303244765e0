package clients;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;

/** What a call returned, as text that is the same in each run and for each broker that answers in the same way. */
final class Shown {
    /** What is the broker's own affair: ids that it chooses, times, sizes, places in logs of its own. */
    private static final Set<String> MASKED = Set.of(
            "clusterId", "consumerId", "groupEpoch", "memberEpoch", "targetAssignmentEpoch", "directoryId", "finalizedFeaturesEpoch", "host", "highWatermark",
            "lastCaughtUpTimestamp", "lastFetchTimestamp", "lastTimestamp", "logEndOffset", "memberId", "port", "processId", "producerId",
            "replicaDirectoryId", "size", "topicId", "totalBytes", "transactionStartTimeMs", "usableBytes");

    private static final Map<String, String> NAMES = new HashMap<>();

    private Shown() {}

    /** From now on show that text, wherever it stands, by that name. */
    static void name(Object text, String name) {
        NAMES.put(text.toString(), name);
    }

    static String of(Object value) {
        if (value instanceof KafkaFuture<?> future) {
            try {
                return of(future.get());
            } catch (ExecutionException error) {
                return of(error.getCause());
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
        }
        if (value instanceof Throwable error) {
            return "! " + error.getClass().getSimpleName() + ": " + named(String.valueOf(error.getMessage()));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(each -> of(each.getKey()) + ": " + of(each.getValue()))
                    .sorted()
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof Collection<?> collection) {
            Stream<String> shown = collection.stream().map(Shown::of);
            return (value instanceof List ? shown : shown.sorted()).collect(Collectors.joining(", ", "[", "]"));
        }
        return ofOne(value);
    }

    private static String ofOne(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.map(Shown::of).orElse("-");
        }
        if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? String.valueOf(optional.getAsLong()) : "-";
        }
        if (value instanceof OptionalInt optional) {
            return optional.isPresent() ? String.valueOf(optional.getAsInt()) : "-";
        }
        if (value instanceof Node node) {
            return "node " + node.id();
        }
        if (value instanceof TopicPartition || value instanceof Uuid) {
            return named(value.toString());
        }
        if (value == null || value instanceof Enum<?>) {
            return String.valueOf(value);
        }
        String type = value.getClass().getName();
        boolean isTold = type.startsWith("org.apache.kafka.clients.admin.") || value instanceof TopicPartitionInfo;
        return isTold ? fields(value) : named(value.toString());
    }

    /** An object of Admin's by its getters. */
    private static String fields(Object value) {
        return Stream.of(value.getClass().getMethods())
                .filter(Shown::isGetter)
                .map(each -> each.getName() + "=" + field(value, each))
                .sorted()
                .collect(Collectors.joining(" ", "(", ")"));
    }

    private static boolean isGetter(Method method) {
        return method.getParameterCount() == 0
                && !Modifier.isStatic(method.getModifiers())
                && method.getDeclaringClass() != Object.class
                && !method.isAnnotationPresent(Deprecated.class)
                && !Set.of("hashCode", "toString").contains(method.getName());
    }

    private static String field(Object value, Method method) {
        try {
            method.setAccessible(true);
            Object found = method.invoke(value);
            String shown = of(found instanceof List<?> list && method.getName().equals("credentialInfos") ? Set.copyOf(list) : found);
            return MASKED.contains(method.getName()) && !Set.of("-", "-1", "null").contains(shown) ? "*" : shown;
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    private static String named(String text) {
        for (var each : NAMES.entrySet()) {
            text = text.replace(each.getKey(), each.getValue());
        }
        return text.replace("\n", "\\n");
    }
}
