package clients;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.messagemanager.sns.SnsMessageManager;
import software.amazon.awssdk.messagemanager.sns.model.SignatureVersion;
import software.amazon.awssdk.messagemanager.sns.model.SnsMessage;
import software.amazon.awssdk.messagemanager.sns.model.SnsMessageType;
import software.amazon.awssdk.messagemanager.sns.model.SnsNotification;
import software.amazon.awssdk.messagemanager.sns.model.SnsSubscriptionConfirmation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.InvalidParameterException;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;
import software.amazon.awssdk.services.sns.model.NotFoundException;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;
import software.amazon.awssdk.services.sns.model.SnsException;
import software.amazon.awssdk.services.sns.model.Tag;
import software.amazon.awssdk.services.sns.model.TooManyEntriesInBatchRequestException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * What a program with the AWS SDK for Java v2 does with SNS, step by step; {@code refused} asks to be turned away.
 *
 * <p>The SDK finds the endpoint, the region and the credentials in its usual environment variables. Messages are checked
 * by its message manager as it comes: nothing is said to it but the region. One line a step; exit status 1 when a step
 * fails.
 */
final class Notifications {
    private static final String RUN = UUID.randomUUID().toString().substring(0, 8);
    private static final SnsClient sns = SnsClient.create();
    private static final SqsClient sqs = SqsClient.create();
    private static int failures;

    interface Step {
        void run() throws Exception;
    }

    record Subscribed(String url, String subscription) {}

    private static void check(boolean good, Object what) {
        if (!good) {
            throw new AssertionError(what);
        }
    }

    private static void equal(Object got, Object expected) {
        check(Objects.equals(got, expected), "got " + got + ", expected " + expected);
    }

    /** Calls, and gives back the error, which must be of the SDK's own class. */
    private static <E extends Exception> E raises(Class<E> kind, Step call) {
        try {
            call.run();
        } catch (Exception error) {
            if (kind.isInstance(error)) {
                return kind.cast(error);
            }
            throw new AssertionError(kind.getSimpleName() + " expected", error);
        }
        throw new AssertionError(kind.getSimpleName() + " expected, but the call went well");
    }

    private static SnsMessageManager manager() {
        return SnsMessageManager.builder().region(Region.of(System.getenv("AWS_REGION"))).build();
    }

    private static String topic(String name, Map<String, String> attributes) {
        return sns.createTopic(request -> request.name(RUN + "-" + name).attributes(attributes)).topicArn();
    }

    /** A new queue that lets the topic in and gets its messages. */
    private static Subscribed subscribed(
            String topic, String name, Map<String, String> attributes, Map<QueueAttributeName, String> queueAttributes) {
        String url = sqs.createQueue(request -> request.queueName(RUN + "-" + name).attributes(queueAttributes)).queueUrl();
        String arn = sqs.getQueueAttributes(request -> request.queueUrl(url).attributeNames(QueueAttributeName.QUEUE_ARN))
                .attributes()
                .get(QueueAttributeName.QUEUE_ARN);
        String policy = """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage",
                 "Principal": {"Service": "sns.amazonaws.com"}, "Resource": "%s",
                 "Condition": {"ArnEquals": {"aws:SourceArn": "%s"}}}]}""".formatted(arn, topic);
        sqs.setQueueAttributes(request -> request.queueUrl(url).attributes(Map.of(QueueAttributeName.POLICY, policy)));
        String subscription = sns.subscribe(
                        request -> request.topicArn(topic).protocol("sqs").endpoint(arn).attributes(attributes))
                .subscriptionArn();
        return new Subscribed(url, subscription);
    }

    private static List<Message> receive(String url) {
        return sqs.receiveMessage(
                        request -> request.queueUrl(url).maxNumberOfMessages(10).messageAttributeNames("All"))
                .messages();
    }

    private static Message one(String url) {
        List<Message> messages = receive(url);
        equal(messages.size(), 1);
        return messages.get(0);
    }

    private static MessageAttributeValue text(String value) {
        return MessageAttributeValue.builder().dataType("String").stringValue(value).build();
    }

    private static void topics() {
        String topic = topic("topics", Map.of("DisplayName", "River news"));
        equal(sns.getTopicAttributes(r -> r.topicArn(topic)).attributes().get("DisplayName"), "River news");
        check(sns.listTopicsPaginator().topics().stream().anyMatch(each -> each.topicArn().equals(topic)), topic);
        Tag tag = Tag.builder().key("größe").value("Fluß").build();
        sns.tagResource(request -> request.resourceArn(topic).tags(tag));
        equal(sns.listTagsForResource(request -> request.resourceArn(topic)).tags(), List.of(tag));
        sns.deleteTopic(request -> request.topicArn(topic));
        NotFoundException error =
                raises(NotFoundException.class, () -> sns.publish(r -> r.topicArn(topic).message("x")));
        equal(error.statusCode(), 404);
        equal(error.awsErrorDetails().errorCode(), "NotFound");
    }

    private static void fanout() {
        String topic = topic("fanout", Map.of());
        Subscribed everything = subscribed(topic, "all", Map.of(), Map.of());
        Map<String, String> filtered = Map.of("RawMessageDelivery", "true", "FilterPolicy", "{\"kind\": [\"order\"]}");
        Subscribed raw = subscribed(topic, "orders", filtered, Map.of());
        sns.publish(r -> r.topicArn(topic).message("a letter").messageAttributes(Map.of("kind", text("letter"))));
        MessageAttributeValue bytes = MessageAttributeValue.builder()
                .dataType("Binary")
                .binaryValue(SdkBytes.fromByteArray(new byte[] {0, (byte) 0xff}))
                .build();
        Map<String, MessageAttributeValue> user = Map.of("kind", text("order"), "raw", bytes);
        sns.publish(r -> r.topicArn(topic).message("one boat 🐟").messageAttributes(user));
        equal(receive(everything.url()).size(), 2);
        Message message = one(raw.url());
        equal(message.body(), "one boat 🐟");
        equal(message.messageAttributes().get("raw").binaryValue(), bytes.binaryValue());
        equal(sns.listSubscriptionsByTopicPaginator(r -> r.topicArn(topic)).subscriptions().stream().count(), 2L);
    }

    private static PublishBatchRequestEntry entry(String id, String message) {
        return PublishBatchRequestEntry.builder().id(id).message(message).build();
    }

    private static void batch() {
        String topic = topic("batch", Map.of());
        Subscribed queue = subscribed(topic, "batch", Map.of("RawMessageDelivery", "true"), Map.of());
        List<PublishBatchRequestEntry> entries = List.of(entry("good", "1"), entry("bad", ""));
        var answer = sns.publishBatch(request -> request.topicArn(topic).publishBatchRequestEntries(entries));
        equal(answer.successful().stream().map(each -> each.id()).toList(), List.of("good"));
        equal(answer.failed().stream().map(each -> each.id()).toList(), List.of("bad"));
        equal(one(queue.url()).body(), "1");
        List<PublishBatchRequestEntry> many =
                java.util.stream.IntStream.range(0, 11).mapToObj(n -> entry("e" + n, "x")).toList();
        raises(
                TooManyEntriesInBatchRequestException.class,
                () -> sns.publishBatch(request -> request.topicArn(topic).publishBatchRequestEntries(many)));
    }

    private static void fifo() {
        String topic = topic("fifo.fifo", Map.of("FifoTopic", "true", "ContentBasedDeduplication", "true"));
        Subscribed queue = subscribed(
                topic, "fifo.fifo", Map.of("RawMessageDelivery", "true"), Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
        TreeSet<String> numbers = new TreeSet<>();
        for (String body : List.of("1", "2", "1")) {
            numbers.add(sns.publish(r -> r.topicArn(topic).message(body).messageGroupId("g")).sequenceNumber());
        }
        equal(numbers.size(), 2);
        equal(receive(queue.url()).stream().map(Message::body).toList(), List.of("1", "2"));
        raises(InvalidParameterException.class, () -> sns.publish(r -> r.topicArn(topic).message("x")));
    }

    /** The three messages of an HTTP endpoint, in both versions of the signature, before the SDK's message manager. */
    private static void signatures() throws Exception {
        try (Endpoint endpoint = new Endpoint();
                SnsMessageManager manager = manager()) {
            for (SignatureVersion version : List.of(SignatureVersion.VERSION_1, SignatureVersion.VERSION_2)) {
                String topic = topic("signatures-" + version, Map.of("SignatureVersion", version.toString()));
                sns.subscribe(request -> request.topicArn(topic).protocol("http").endpoint(endpoint.url()));
                var asked = (SnsSubscriptionConfirmation) manager.parseMessage(endpoint.next());
                equal(asked.signatureVersion(), version);
                String subscription = sns.confirmSubscription(request -> request.topicArn(topic).token(asked.token()))
                        .subscriptionArn();
                sns.publish(request -> request.topicArn(topic).subject("News").message("hello\n漢字 🐟"));
                String body = endpoint.next();
                var came = (SnsNotification) manager.parseMessage(body);
                equal(List.of(came.subject(), came.message()), List.of("News", "hello\n漢字 🐟"));
                String forged = body.replace("hello", "forged");
                raises(SdkClientException.class, () -> manager.parseMessage(forged));
                sns.unsubscribe(request -> request.subscriptionArn(subscription));
                SnsMessage farewell = manager.parseMessage(endpoint.next());
                equal(farewell.type(), SnsMessageType.UNSUBSCRIBE_CONFIRMATION);
                equal(farewell.signatureVersion(), version);
            }
        }
    }

    /** Queues get signed envelopes too. */
    private static void queued() {
        String topic = topic("queued", Map.of("SignatureVersion", "2"));
        Subscribed queue = subscribed(topic, "queued", Map.of(), Map.of());
        sns.publish(request -> request.topicArn(topic).message("hello"));
        try (SnsMessageManager manager = manager()) {
            equal(manager.parseMessage(one(queue.url()).body()).message(), "hello");
        }
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
        SnsException error = raises(SnsException.class, () -> sns.listTopics());
        equal(error.statusCode(), 403);
        System.out.println("refused " + error.awsErrorDetails().errorCode());
    }

    public static void main(String[] arguments) {
        if (List.of(arguments).equals(List.of("refused"))) {
            refused();
            return;
        }
        step("topics", Notifications::topics);
        step("fanout", Notifications::fanout);
        step("batch", Notifications::batch);
        step("fifo", Notifications::fifo);
        step("signatures", Notifications::signatures);
        step("queued", Notifications::queued);
        System.exit(failures == 0 ? 0 : 1);
    }
}
