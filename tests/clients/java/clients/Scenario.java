package clients;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SqsException;

/**
 * What a program with the AWS SDK for Java v2 does with SQS, step by step; {@code refused} asks to be turned away.
 *
 * <p>The SDK finds the endpoint, the region and the credentials in its usual environment variables, and checks every
 * MD5 by itself. One line a step; exit status 1 when a step fails.
 */
final class Scenario {
    static final String ENDPOINT = System.getenv("AWS_ENDPOINT_URL");
    static final String REGION = System.getenv("AWS_REGION");
    static final String RUN = UUID.randomUUID().toString().substring(0, 8);
    private static int failures;
    static final SqsClient sqs = SqsClient.create();

    interface Step {
        void run() throws Exception;
    }

    static void check(boolean good, Object what) {
        if (!good) {
            throw new AssertionError(what);
        }
    }

    static void equal(Object got, Object expected) {
        check(Objects.equals(got, expected), "got " + got + ", expected " + expected);
    }

    /** Calls, and gives back the error, which must be of the SDK's own class. */
    static <E extends Exception> E raises(Class<E> kind, Step call) {
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

    /** For the errors that SQS has no class for. */
    static void raises(String code, Step call) {
        equal(raises(SqsException.class, call).awsErrorDetails().errorCode(), code);
    }

    static String queue(String name) {
        return queue(name, Map.of());
    }

    static String queue(String name, Map<QueueAttributeName, String> attributes) {
        return sqs.createQueue(request -> request.queueName(RUN + "-" + name).attributes(attributes)).queueUrl();
    }

    static Map<QueueAttributeName, String> attributesOf(String url, QueueAttributeName... names) {
        QueueAttributeName[] wanted = names.length == 0 ? new QueueAttributeName[] {QueueAttributeName.ALL} : names;
        return sqs.getQueueAttributes(request -> request.queueUrl(url).attributeNames(wanted)).attributes();
    }

    static String arnOf(String url) {
        return attributesOf(url, QueueAttributeName.QUEUE_ARN).get(QueueAttributeName.QUEUE_ARN);
    }

    static String count(String url) {
        return attributesOf(url).get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES);
    }

    static List<Message> receive(String url, Consumer<ReceiveMessageRequest.Builder> options) {
        return sqs.receiveMessage(request -> options.accept(request.queueUrl(url))).messages();
    }

    static List<Message> receive(String url) {
        return receive(url, request -> {});
    }

    /** The single message that must come, within ten seconds. */
    static Message one(String url, Consumer<ReceiveMessageRequest.Builder> options) {
        List<Message> messages = receive(url, request -> options.accept(request.waitTimeSeconds(10)));
        equal(messages.size(), 1);
        return messages.get(0);
    }

    static Message one(String url) {
        return one(url, request -> {});
    }

    static List<String> bodies(List<Message> messages) {
        return messages.stream().map(Message::body).toList();
    }

    /** Receives and deletes {@code count} messages, in as many calls as it takes. */
    static List<Message> drain(String url, int count) {
        List<Message> found = new ArrayList<>();
        while (found.size() < count) {
            List<Message> messages = receive(url, request -> request.maxNumberOfMessages(10).waitTimeSeconds(5));
            check(!messages.isEmpty(), found.size() + " of " + count + " messages came");
            List<DeleteMessageBatchRequestEntry> entries = new ArrayList<>();
            for (Message message : messages) {
                entries.add(DeleteMessageBatchRequestEntry.builder()
                        .id(message.messageId())
                        .receiptHandle(message.receiptHandle())
                        .build());
            }
            equal(sqs.deleteMessageBatch(request -> request.queueUrl(url).entries(entries)).successful().size(),
                    messages.size());
            found.addAll(messages);
        }
        return found;
    }

    static MessageAttributeValue text(String value) {
        return typed("String", value);
    }

    static MessageAttributeValue typed(String dataType, String value) {
        return MessageAttributeValue.builder().dataType(dataType).stringValue(value).build();
    }

    /** A Query request as a link that anyone may follow for five minutes. */
    static URI signedUrl(String address, Map<String, String> parameters) {
        SdkHttpRequest.Builder request = SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(URI.create(address));
        request.putRawQueryParameter("Version", "2012-11-05");
        parameters.forEach(request::putRawQueryParameter);
        return AwsV4HttpSigner.create()
                .sign(sign -> sign.identity(DefaultCredentialsProvider.builder().build().resolveCredentials())
                        .request(request.build())
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "sqs")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, REGION)
                        .putProperty(AwsV4FamilyHttpSigner.AUTH_LOCATION, AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, Duration.ofMinutes(5)))
                .request()
                .getUri();
    }

    static HttpResponse<String> follow(URI link) throws IOException, InterruptedException {
        // Java's own client asks for HTTP/2 on a plain port by an Upgrade header, which a server may pass over.
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(link).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Takes one step. The others are taken whether it goes well or not. */
    static void step(String name, Step step) {
        try {
            step.run();
            System.out.println("ok " + name);
        } catch (Exception | AssertionError failure) {
            failures++;
            System.out.println("FAILED " + name);
            failure.printStackTrace();
        }
    }

    private static void refused() throws Exception {
        SqsException error = raises(SqsException.class, () -> sqs.listQueues());
        equal(error.statusCode(), 403);
        equal(follow(signedUrl(ENDPOINT + "/", Map.of("Action", "ListQueues"))).statusCode(), 403);
        System.out.println("refused " + error.awsErrorDetails().errorCode());
    }

    public static void main(String[] arguments) throws Exception {
        if (List.of(arguments).equals(List.of("refused"))) {
            refused();
            return;
        }
        Steps.all();
        System.exit(failures == 0 ? 0 : 1);
    }
}
