package clients;

import static clients.Scenario.*;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.*;

/** The steps, each with queues of its own. */
final class Steps {
    private static final int MIB = 1024 * 1024;
    private static final String TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    // Everything that a body may hold and a careless encoder spoils: line ends, markup, the edges of the allowed ranges.
    private static final String TEXT = "\r\n\t <&>\"' ]]> %2B+ 漢字 🐟 \ud7ff\ue000\ufffd\udbff\udfff end";

    static void all() {
        step("create", Steps::create);
        step("url", Steps::url);
        step("list", Steps::list);
        step("attributes", Steps::attributes);
        step("roundtrip", Steps::roundtrip);
        step("select", Steps::select);
        step("batch", Steps::batch);
        step("longpoll", Steps::longPoll);
        step("delay", Steps::delay);
        step("visibility", Steps::visibility);
        step("delete", Steps::delete);
        step("fifo", Steps::fifo);
        step("deduplication", Steps::deduplication);
        step("attempt", Steps::attempt);
        step("deadletter", Steps::deadLetter);
        step("move", Steps::move);
        step("purge", Steps::purge);
        step("tags", Steps::tags);
        step("permission", Steps::permission);
        step("large", Steps::large);
        step("unicode", Steps::unicode);
        step("errors", Steps::errors);
        step("presigned", Steps::presigned);
        step("removal", Steps::removal);
        step("batchmanager", Gathering::run);
    }

    private static void create() {
        String name = RUN + "-create";
        Map<QueueAttributeName, String> wanted = Map.of(
                QueueAttributeName.VISIBILITY_TIMEOUT, "45", QueueAttributeName.MESSAGE_RETENTION_PERIOD, "3600");
        String made = sqs.createQueue(request ->
                request.queueName(name).attributes(wanted).tags(Map.of("team", "river"))).queueUrl();
        equal(queue("create", wanted), made);
        equal(attributesOf(
                made, QueueAttributeName.VISIBILITY_TIMEOUT, QueueAttributeName.MESSAGE_RETENTION_PERIOD), wanted);
        equal(tagsOf(made), Map.of("team", "river"));
        Map<QueueAttributeName, String> other = Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "46");
        raises(QueueNameExistsException.class, () -> queue("create", other));
        String fifo = queue("create.fifo", Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
        equal(attributesOf(fifo, QueueAttributeName.FIFO_QUEUE),
                Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
    }

    private static void url() {
        String made = queue("url");
        check(made.startsWith(ENDPOINT + "/"), made);
        equal(urlOf("url"), made);
        raises(QueueDoesNotExistException.class, () -> urlOf("nowhere"));
    }

    private static String urlOf(String name) {
        return sqs.getQueueUrl(request -> request.queueName(RUN + "-" + name)).queueUrl();
    }

    private static void list() {
        TreeSet<String> made = new TreeSet<>();
        for (int index = 0; index < 5; index++) {
            made.add(queue("list-" + index));
        }
        queue("other-list");
        String prefix = RUN + "-list-";
        ListQueuesResponse whole = sqs.listQueues(request -> request.queueNamePrefix(prefix));
        equal(new TreeSet<>(whole.queueUrls()), made);
        List<Integer> sizes = new ArrayList<>();
        TreeSet<String> seen = new TreeSet<>();
        for (var page : sqs.listQueuesPaginator(request -> request.queueNamePrefix(prefix).maxResults(2))) {
            sizes.add(page.queueUrls().size());
            seen.addAll(page.queueUrls());
        }
        equal(seen, made);
        equal(sizes.subList(0, 3), List.of(2, 2, 1));
    }

    private static void attributes() {
        String made = queue("attributes");
        Map<QueueAttributeName, String> wanted =
                Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "7", QueueAttributeName.DELAY_SECONDS, "3");
        sqs.setQueueAttributes(request -> request.queueUrl(made).attributes(wanted));
        equal(attributesOf(
                made, QueueAttributeName.VISIBILITY_TIMEOUT, QueueAttributeName.DELAY_SECONDS), wanted);
        Map<QueueAttributeName, String> everything = attributesOf(made);
        String arn = everything.get(QueueAttributeName.QUEUE_ARN);
        check(arn.matches("arn:aws:sqs:" + REGION + ":\\d{12}:" + RUN + "-attributes"), arn);
        equal(everything.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES), "0");
        equal(everything.get(QueueAttributeName.MAXIMUM_MESSAGE_SIZE), "" + MIB);
        raises(InvalidAttributeNameException.class, () -> sqs.setQueueAttributes(
                request -> request.queueUrl(made).attributesWithStrings(Map.of("Colour", "blue"))));
        raises(InvalidAttributeValueException.class, () -> sqs.setQueueAttributes(
                request -> request.queueUrl(made).attributesWithStrings(Map.of("VisibilityTimeout", "43201"))));
    }

    private static void roundtrip() {
        String made = queue("roundtrip");
        byte[] raw = new byte[256];
        for (int index = 0; index < raw.length; index++) {
            raw[index] = (byte) index;
        }
        Map<String, MessageAttributeValue> user = Map.of(
                "name", text("weir"),
                "count", typed("Number", "-12.5e3"),
                "level.cm", typed("Number.int", "7"),
                "raw", MessageAttributeValue.builder()
                        .dataType("Binary").binaryValue(SdkBytes.fromByteArray(raw)).build());
        var trace = MessageSystemAttributeValue.builder().dataType("String").stringValue(TRACE).build();
        SendMessageResponse sent = sqs.sendMessage(request -> request.queueUrl(made).messageBody("hello")
                .messageAttributes(user)
                .messageSystemAttributes(Map.of(MessageSystemAttributeNameForSends.AWS_TRACE_HEADER, trace)));
        equal(sent.md5OfMessageBody(), "5d41402abc4b2a76b9719d911017c592"); // MD5 of "hello"
        equal(sent.md5OfMessageSystemAttributes().length(), 32);
        Message message = one(made, request -> request.messageAttributeNames("All")
                .messageSystemAttributeNames(MessageSystemAttributeName.ALL));
        equal(List.of(message.messageId(), message.body()), List.of(sent.messageId(), "hello"));
        equal(message.md5OfMessageAttributes(), sent.md5OfMessageAttributes());
        equal(message.messageAttributes(), user);
        Map<MessageSystemAttributeName, String> found = message.attributes();
        equal(found.get(MessageSystemAttributeName.AWS_TRACE_HEADER), TRACE);
        equal(found.get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT), "1");
        Instant at = Instant.ofEpochMilli(Long.parseLong(found.get(MessageSystemAttributeName.SENT_TIMESTAMP)));
        check(Duration.between(at, Instant.now()).abs().toSeconds() < 60, at);
        check(!found.get(MessageSystemAttributeName.SENDER_ID).isEmpty(), found);
    }

    private static void select() {
        String made = queue("select", Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "0"));
        Map<String, MessageAttributeValue> user = Map.of(
                "trace.a", text("1"), "trace.b", text("2"), "colour", text("3"));
        sqs.sendMessage(request -> request.queueUrl(made).messageBody("chosen").messageAttributes(user));
        List<String> all = List.of("colour", "trace.a", "trace.b");
        for (var each : List.of(
                Map.entry(List.<String>of(), List.<String>of()),
                Map.entry(List.of("colour", "missing"), List.of("colour")),
                Map.entry(List.of("trace.*"), List.of("trace.a", "trace.b")),
                Map.entry(List.of(".*"), all),
                Map.entry(List.of("All"), all))) {
            Message message = one(made, request -> request.messageAttributeNames(each.getKey()));
            equal(List.copyOf(new TreeSet<>(message.messageAttributes().keySet())), each.getValue());
        }
        Message system = one(made, request -> request.messageSystemAttributeNames(
                MessageSystemAttributeName.SENT_TIMESTAMP, MessageSystemAttributeName.SENDER_ID));
        equal(new TreeSet<>(system.attributesAsStrings().keySet()),
                new TreeSet<>(List.of("SentTimestamp", "SenderId")));
        check(!one(made).hasAttributes(), "attributes came unasked");
    }

    private static SendMessageBatchRequestEntry entry(String id, String body) {
        return SendMessageBatchRequestEntry.builder().id(id).messageBody(body).build();
    }

    private static SendMessageBatchResponse sendBatch(String url, List<SendMessageBatchRequestEntry> entries) {
        return sqs.sendMessageBatch(request -> request.queueUrl(url).entries(entries));
    }

    private static void batch() {
        String made = queue("batch");
        SendMessageBatchRequestEntry first = entry("first", "1").toBuilder()
                .messageAttributes(Map.of("n", typed("Number", "1"))).build();
        SendMessageBatchResponse answer =
                sendBatch(made, List.of(first, entry("bad", "a\u0001b"), entry("last", "3")));
        equal(answer.successful().stream().map(each -> each.id()).toList(), List.of("first", "last"));
        onlyFailure(answer.failed(), "bad", "InvalidMessageContents");
        equal(new TreeSet<>(bodies(drain(made, 2))), new TreeSet<>(List.of("1", "3")));
        List<SendMessageBatchRequestEntry> many =
                IntStream.range(0, 11).mapToObj(index -> entry("e" + index, "x")).toList();
        SendMessageBatchRequestEntry same = many.get(0);
        raises(TooManyEntriesInBatchRequestException.class, () -> sendBatch(made, many));
        raises(BatchEntryIdsNotDistinctException.class, () -> sendBatch(made, List.of(same, same)));
        raises(InvalidBatchEntryIdException.class, () -> sendBatch(made, List.of(entry("a b", "x"))));
        raises(EmptyBatchRequestException.class, () -> sendBatch(made, List.of()));
    }

    private static void onlyFailure(List<BatchResultErrorEntry> failed, String id, String code) {
        equal(failed.size(), 1);
        equal(List.of(failed.get(0).id(), failed.get(0).code()), List.of(id, code));
        check(failed.get(0).senderFault(), failed);
    }

    private static void longPoll() throws Exception {
        String made = queue("longpoll");
        String empty = queue("longpoll-empty");
        try (SqsAsyncClient async = SqsAsyncClient.create()) {
            CompletableFuture<ReceiveMessageResponse> came =
                    async.receiveMessage(request -> request.queueUrl(made).waitTimeSeconds(20));
            long start = System.nanoTime();
            equal(receive(empty, request -> request.waitTimeSeconds(2)), List.of());
            double waited = (System.nanoTime() - start) / 1e9;
            check(waited > 1.5 && waited < 8, "an empty poll of 2 s took " + waited + " s");
            // The other poll has been waiting for those 2 s; this send must wake it long before its 20 s are over.
            sqs.sendMessage(request -> request.queueUrl(made).messageBody("wake"));
            long sent = System.nanoTime();
            equal(bodies(came.get().messages()), List.of("wake"));
            check(System.nanoTime() - sent < 5e9, "the poll was not woken by the send");
        }
    }

    private static void delay() {
        String made = queue("delay");
        sqs.sendMessage(request -> request.queueUrl(made).messageBody("later").delaySeconds(2));
        long start = System.nanoTime();
        equal(receive(made), List.of());
        equal(attributesOf(made)
                .get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED), "1");
        equal(one(made).body(), "later");
        check(System.nanoTime() - start > 1e9, "a message with a delay of 2 s came at once");
    }

    private static void visibility() {
        String made = queue("visibility");
        sqs.sendMessage(request -> request.queueUrl(made).messageBody("seen"));
        Message first = one(made, request -> request.visibilityTimeout(300));
        equal(receive(made), List.of());
        changeVisibility(made, first.receiptHandle(), 0);
        Message again = one(made, request -> request.visibilityTimeout(300)
                .messageSystemAttributeNames(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT));
        equal(again.messageId(), first.messageId());
        equal(again.attributes().get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT), "2");
        var good = ChangeMessageVisibilityBatchRequestEntry.builder()
                .id("good").receiptHandle(again.receiptHandle()).visibilityTimeout(0).build();
        var bad = good.toBuilder().id("bad").receiptHandle("no-such-handle").build();
        ChangeMessageVisibilityBatchResponse answer = sqs.changeMessageVisibilityBatch(
                request -> request.queueUrl(made).entries(good, bad));
        equal(answer.successful().stream().map(each -> each.id()).toList(), List.of("good"));
        onlyFailure(answer.failed(), "bad", "ReceiptHandleIsInvalid");
        raises(MessageNotInflightException.class, () -> changeVisibility(made, again.receiptHandle(), 5));
    }

    private static void changeVisibility(String url, String handle, int seconds) {
        sqs.changeMessageVisibility(
                request -> request.queueUrl(url).receiptHandle(handle).visibilityTimeout(seconds));
    }

    private static void delete() {
        String made = queue("delete");
        sendBatch(made, IntStream.range(0, 3).mapToObj(index -> entry("" + index, "" + index)).toList());
        List<String> handles = new ArrayList<>();
        while (handles.size() < 3) {
            receive(made, request -> request.maxNumberOfMessages(10).waitTimeSeconds(5))
                    .forEach(message -> handles.add(message.receiptHandle()));
        }
        delete(made, handles.get(0));
        delete(made, handles.get(0));
        DeleteMessageBatchResponse answer = sqs.deleteMessageBatch(request -> request.queueUrl(made)
                .entries(
                        DeleteMessageBatchRequestEntry.builder().id("one").receiptHandle(handles.get(1)).build(),
                        DeleteMessageBatchRequestEntry.builder().id("bad").receiptHandle("no-such-handle").build(),
                        DeleteMessageBatchRequestEntry.builder().id("two").receiptHandle(handles.get(2)).build()));
        equal(answer.successful().size(), 2);
        onlyFailure(answer.failed(), "bad", "ReceiptHandleIsInvalid");
        Map<QueueAttributeName, String> left = attributesOf(made);
        equal(left.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES), "0");
        equal(left.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE), "0");
        raises(ReceiptHandleIsInvalidException.class, () -> delete(made, "no-such-handle"));
    }

    private static void delete(String url, String handle) {
        sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(handle));
    }

    private static String fifoQueue(String name, boolean contentBased) {
        return queue(name + ".fifo", Map.of(QueueAttributeName.FIFO_QUEUE, "true",
                QueueAttributeName.CONTENT_BASED_DEDUPLICATION, "" + contentBased));
    }

    private static List<String> next(String url, int most) {
        return bodies(receive(url, request -> request.maxNumberOfMessages(most)));
    }

    private static void fifo() {
        String made = fifoQueue("fifo", true);
        BigInteger last = BigInteger.ZERO;
        for (int index = 0; index < 3; index++) {
            for (String group : List.of("a", "b")) {
                String body = group + index;
                BigInteger number = new BigInteger(sqs.sendMessage(request ->
                        request.queueUrl(made).messageBody(body).messageGroupId(group)).sequenceNumber());
                check(number.compareTo(last) > 0, number + " came after " + last);
                last = number;
            }
        }
        Message first = receive(made, request -> request.maxNumberOfMessages(1)
                .messageSystemAttributeNames(MessageSystemAttributeName.ALL)).get(0);
        equal(first.body(), "a0");
        equal(first.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID), "a");
        // Group a is locked while its first message is in flight.
        equal(next(made, 10), List.of("b0", "b1", "b2"));
        equal(next(made, 10), List.of());
        delete(made, first.receiptHandle());
        equal(next(made, 10), List.of("a1", "a2"));
        raises("MissingParameter",
                () -> sqs.sendMessage(request -> request.queueUrl(made).messageBody("x")));
    }

    private static void deduplication() {
        String made = fifoQueue("deduplication", false);
        SendMessageResponse first = sendOnce(made, "first");
        SendMessageResponse second = sendOnce(made, "second");
        equal(second.messageId(), first.messageId());
        equal(second.sequenceNumber(), first.sequenceNumber());
        equal(bodies(drain(made, 1)), List.of("first"));
        sendOnce(made, "third");
        equal(count(made), "0");
        raises("InvalidParameterValue", () -> sqs.sendMessage(
                request -> request.queueUrl(made).messageBody("x").messageGroupId("g")));
    }

    private static SendMessageResponse sendOnce(String url, String body) {
        return sqs.sendMessage(request ->
                request.queueUrl(url).messageBody(body).messageGroupId("g").messageDeduplicationId("same"));
    }

    private static void attempt() {
        String made = fifoQueue("attempt", true);
        for (String body : List.of("0", "1", "2")) {
            sqs.sendMessage(request -> request.queueUrl(made).messageBody(body).messageGroupId("g"));
        }
        for (int time = 0; time < 2; time++) {
            List<Message> messages = receive(made,
                    request -> request.maxNumberOfMessages(2).receiveRequestAttemptId("try-1"));
            equal(bodies(messages), List.of("0", "1"));
        }
    }

    private static String sourceOf(String name, String dead) {
        String policy = "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":1}".formatted(arnOf(dead));
        return queue(name, Map.of(
                QueueAttributeName.REDRIVE_POLICY, policy, QueueAttributeName.VISIBILITY_TIMEOUT, "0"));
    }

    private static void deadLetter() {
        String dead = queue("deadletter-dead");
        String source = sourceOf("deadletter", dead);
        String sent = sqs.sendMessage(r -> r.queueUrl(source).messageBody("poison")).messageId();
        equal(one(source).messageId(), sent);
        equal(receive(source), List.of());
        Message moved = one(dead, r -> r.messageSystemAttributeNames(MessageSystemAttributeName.ALL));
        equal(List.of(moved.messageId(), moved.body()), List.of(sent, "poison"));
        equal(moved.attributes().get(MessageSystemAttributeName.DEAD_LETTER_QUEUE_SOURCE_ARN),
                arnOf(source));
        equal(sqs.listDeadLetterSourceQueues(r -> r.queueUrl(dead)).queueUrls(), List.of(source));
    }

    private static void move() {
        String dead = queue("move-dead");
        String source = sourceOf("move", dead);
        sqs.sendMessage(request -> request.queueUrl(source).messageBody("again"));
        one(source);
        equal(receive(source), List.of());
        String arn = arnOf(dead);
        String handle = sqs.startMessageMoveTask(
                request -> request.sourceArn(arn).maxNumberOfMessagesPerSecond(500)).taskHandle();
        equal(one(source).body(), "again");
        long deadline = System.nanoTime() + 30_000_000_000L;
        ListMessageMoveTasksResultEntry task = newestTask(arn);
        while (task.status().equals("RUNNING") && System.nanoTime() < deadline) {
            receive(dead, request -> request.waitTimeSeconds(1));
            task = newestTask(arn);
        }
        equal(List.of(task.status(), task.approximateNumberOfMessagesMoved(), task.sourceArn()),
                List.of("COMPLETED", 1L, arn));
        raises(ResourceNotFoundException.class,
                () -> sqs.startMessageMoveTask(request -> request.sourceArn(arn + "-nowhere")));
        raises(ResourceNotFoundException.class,
                () -> sqs.cancelMessageMoveTask(request -> request.taskHandle(handle)));
        raises("InvalidParameterValue",
                () -> sqs.startMessageMoveTask(request -> request.sourceArn(arnOf(source))));
    }

    private static ListMessageMoveTasksResultEntry newestTask(String arn) {
        return sqs.listMessageMoveTasks(request -> request.sourceArn(arn)).results().get(0);
    }

    private static void purge() {
        String made = queue("purge");
        sendBatch(made, IntStream.range(0, 10).mapToObj(index -> entry("" + index, "x")).toList());
        equal(count(made), "10");
        sqs.purgeQueue(request -> request.queueUrl(made));
        equal(count(made), "0");
        raises(PurgeQueueInProgressException.class,
                () -> sqs.purgeQueue(request -> request.queueUrl(made)));
    }

    private static Map<String, String> tagsOf(String url) {
        return sqs.listQueueTags(request -> request.queueUrl(url)).tags();
    }

    private static void tags() {
        String made = queue("tags");
        equal(tagsOf(made), Map.of());
        sqs.tagQueue(r -> r.queueUrl(made).tags(Map.of("team", "river", "größe", "Fluß", "empty", "")));
        sqs.tagQueue(r -> r.queueUrl(made).tags(Map.of("team", "lake")));
        equal(tagsOf(made), Map.of("team", "lake", "größe", "Fluß", "empty", ""));
        sqs.untagQueue(r -> r.queueUrl(made).tagKeys("team", "empty", "never-set"));
        equal(tagsOf(made), Map.of("größe", "Fluß"));
    }

    private static void permission() {
        String made = queue("permission");
        Scenario.Step grant = () -> sqs.addPermission(request -> request.queueUrl(made)
                .label("readers").awsAccountIds("111111111111").actions("ReceiveMessage"));
        Scenario.Step withdraw = () -> sqs.removePermission(r -> r.queueUrl(made).label("readers"));
        try {
            grant.run();
            String policy = attributesOf(made, QueueAttributeName.POLICY).get(QueueAttributeName.POLICY);
            for (String part : List.of("\"readers\"", "SQS:ReceiveMessage", arnOf(made), "111111111111")) {
                check(policy.contains(part), policy);
            }
            raises("InvalidParameterValue", grant);
            withdraw.run();
        } catch (Exception error) {
            throw new AssertionError(error);
        }
        String left = attributesOf(made, QueueAttributeName.POLICY)
                .getOrDefault(QueueAttributeName.POLICY, "");
        check(!left.contains("readers"), left);
        raises("InvalidParameterValue", withdraw);
    }

    private static void large() {
        String made = queue("large");
        String body = "0123456789abcdef".repeat(MIB / 16);
        sqs.sendMessage(request -> request.queueUrl(made).messageBody(body));
        check(one(made).body().equals(body), "the body came back changed");
        raises("InvalidParameterValue",
                () -> sqs.sendMessage(request -> request.queueUrl(made).messageBody(body + "x")));
        raises(BatchRequestTooLongException.class, () -> sendBatch(made, List.of(
                entry("a", body.substring(0, MIB / 2)), entry("b", body.substring(0, MIB / 2 + 1)))));
    }

    private static void unicode() {
        String made = queue("unicode");
        Map<String, MessageAttributeValue> user = Map.of("note", text(TEXT));
        sqs.sendMessage(request -> request.queueUrl(made).messageBody(TEXT).messageAttributes(user));
        Message message = one(made, request -> request.messageAttributeNames("note"));
        equal(message.body(), TEXT);
        equal(message.messageAttributes(), user);
    }

    private static void errors() {
        String made = queue("errors");
        String gone = made + "-nowhere";
        raises(QueueDoesNotExistException.class,
                () -> sqs.sendMessage(request -> request.queueUrl(gone).messageBody("x")));
        var missing = raises(QueueDoesNotExistException.class,
                () -> sqs.deleteQueue(request -> request.queueUrl(gone)));
        equal(missing.statusCode(), 400);
        equal(missing.awsErrorDetails().errorCode(), "AWS.SimpleQueueService.NonExistentQueue");
        check(missing.requestId() != null && !missing.requestId().isEmpty(), missing);
        raises(InvalidMessageContentsException.class,
                () -> sqs.sendMessage(request -> request.queueUrl(made).messageBody("a\u0000b")));
        raises("InvalidParameterValue", () -> receive(made, r -> r.maxNumberOfMessages(11)));
        raises("InvalidParameterValue", () -> receive(made, r -> r.waitTimeSeconds(21)));
        raises("InvalidParameterValue", () -> receive(made, r -> r.visibilityTimeout(43201)));
        raises("InvalidParameterValue",
                () -> sqs.createQueue(request -> request.queueName("not a name")));
        raises(ReceiptHandleIsInvalidException.class, () -> changeVisibility(made, "junk", 1));
    }

    private static void presigned() throws Exception {
        String made = queue("presigned");
        var answer = follow(signedUrl(
                made, Map.of("Action", "SendMessage", "MessageBody", "by link 🐟 & more")));
        check(answer.body().contains("<MessageId>"), answer.body());
        equal(one(made).body(), "by link 🐟 & more");
    }

    private static void removal() {
        String made = queue("removal");
        sqs.sendMessage(request -> request.queueUrl(made).messageBody("lost"));
        sqs.deleteQueue(request -> request.queueUrl(made));
        raises(QueueDoesNotExistException.class, () -> receive(made));
        raises(QueueDeletedRecentlyException.class, () -> queue("removal"));
        String prefix = RUN + "-removal";
        equal(sqs.listQueues(r -> r.queueNamePrefix(prefix)).queueUrls(), List.of());
    }
}
