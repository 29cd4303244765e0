package clients;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An HTTP endpoint such as a subscriber runs. */
final class Endpoint implements AutoCloseable {
    private static final int PATIENCE_S = 20;
    private final HttpServer server;
    private final BlockingQueue<String> came = new LinkedBlockingQueue<>();

    Endpoint() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            came.add(body);
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/news";
    }

    /** The body of the next request. */
    String next() throws InterruptedException {
        String body = came.poll(PATIENCE_S, TimeUnit.SECONDS);
        if (body == null) {
            throw new AssertionError("nothing came in " + PATIENCE_S + " s");
        }
        return body;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
