package clients;

import static clients.Scenario.*;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.services.sqs.model.Message;

/** The SDK's batch manager, which turns single sends, receives and deletes into batches over the asynchronous client. */
final class Gathering {
    static void run() throws Exception {
        String made = queue("batchmanager");
        try (SqsAsyncClient async = SqsAsyncClient.create();
                SqsAsyncBatchManager manager = SqsAsyncBatchManager.builder()
                        .client(async)
                        .scheduledExecutor(Executors.newScheduledThreadPool(2))
                        .build()) {
            TreeSet<String> sent = new TreeSet<>();
            List<CompletableFuture<?>> sending = new ArrayList<>();
            for (int index = 0; index < 25; index++) {
                String body = "message " + index;
                sent.add(body);
                sending.add(manager.sendMessage(request -> request.queueUrl(made).messageBody(body)));
            }
            CompletableFuture.allOf(sending.toArray(CompletableFuture[]::new)).get();
            TreeSet<String> found = new TreeSet<>();
            long deadline = System.nanoTime() + 30_000_000_000L;
            while (found.size() < sent.size() && System.nanoTime() < deadline) {
                var messages = manager.receiveMessage(request -> request.queueUrl(made)).get().messages();
                for (Message message : messages) {
                    found.add(message.body());
                    manager.deleteMessage(r -> r.queueUrl(made).receiptHandle(message.receiptHandle())).get();
                }
            }
            equal(found, sent);
        }
    }
}
