package dev.callwatch.api;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A Vonage that answers what nobody has documented, over a raw socket: any status of a class, with a made-up reason phrase, header and
 * body. What it answers is decided by the account: {@code odd-4} is answered any 4xx for calls, {@code odd-token-4} for tokens,
 * {@code odd-body} nonsense with status 200, and {@code odd-call} a call with made-up values. Each account has a region of its own.
 */
public class OddUpstream implements QuarkusTestResourceLifecycleManager {

    /** The first digits of the statuses that it makes up; 1 is none, because an interim answer is followed by another one. */
    static final List<Integer> CLASSES = List.of(2, 3, 4, 5, 6, 9);

    /** What has a meaning of its own in the interface of Vonage. */
    private static final List<Integer> KNOWN = List.of(200, 400, 401, 403, 404, 429, 500, 502, 503, 504);

    private static final List<String> NONSENSE = List.of(
            "",
            "{}",
            "[]",
            "null",
            "42",
            "\"text\"",
            "{",
            "<html>",
            "\u0000\u00ff",
            "{\"message\":\"%s\"}",
            "[{\"status\":\"%s\"}]");

    private final Random random = new Random(15);
    private ServerSocket server;
    private ExecutorService connections;

    @Override
    public Map<String, String> start() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        connections = Executors.newCachedThreadPool();
        connections.execute(this::accept);
        Map<String, String> settings = new HashMap<>();
        CLASSES.forEach(first -> {
            settings.putAll(account("odd-" + first));
            settings.putAll(account("odd-token-" + first));
        });
        settings.putAll(account("odd-body"));
        settings.putAll(account("odd-call"));
        return settings;
    }

    private Map<String, String> account(String name) {
        String account = "callwatch.accounts." + name;
        return Map.of(
                "callwatch.regions." + name + ".url", "http://localhost:" + server.getLocalPort(),
                account + ".region", name,
                account + ".client-id", name,
                account + ".client-secret", "planted-secret",
                account + ".scope", "calls",
                account + ".requests-per-minute", "100000",
                account + ".burst", "100000");
    }

    @Override
    public void stop() {
        try {
            server.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        connections.shutdownNow();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                connections.execute(() -> serve(client));
            } catch (IOException closed) {
                // The next one, or the end.
            }
        }
    }

    /** One request for each connection. */
    private void serve(Socket client) {
        try (client) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            String line = in.readLine();
            int length = 0;
            for (String header = in.readLine(); header != null && !header.isEmpty(); header = in.readLine()) {
                if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                    length = Integer.parseInt(header.substring(15).trim());
                }
            }
            char[] form = new char[length];
            int read = in.read(form);
            client.getOutputStream()
                    .write(answer(line, read < 0 ? "" : new String(form)).getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException closed) {
            // By the client.
        }
    }

    private synchronized String answer(String line, String form) {
        if (line.contains("/token")) {
            return form.contains("client_id=odd-token-")
                    ? odd(form.replaceFirst("(?s).*client_id=odd-token-(\\d).*", "$1"))
                    : written(200, "OK", "{\"access_token\":\"planted-token\",\"expires_in\":7200}");
        }
        String account = line.split("/")[2];
        return switch (account) {
            case "odd-body" ->
                written(
                        200,
                        text(),
                        NONSENSE.get(random.nextInt(NONSENSE.size())).replace("%s", text()));
            case "odd-call" ->
                written(
                        200,
                        text(),
                        "{\"status\":\"%s\",\"recordingStatus\":\"%s\",\"%s\":1,\"result\":{\"code\":\"%s\",\"reason\":\"%s\"}}"
                                .formatted(text(), text(), text(), text(), text()));
            default -> odd(account.substring("odd-".length()));
        };
    }

    private String odd(String first) {
        int status;
        do {
            status = Integer.parseInt(first) * 100 + random.nextInt(100);
        } while (KNOWN.contains(status));
        return written(status, text(), status == 204 || status == 205 || status == 304 ? "" : text());
    }

    private String written(int status, String reason, String body) {
        return "HTTP/1.1 " + status + " " + reason + "\r\n" + text() + ": " + text() + "\r\nContent-Type: " + text()
                + "/" + text() + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private String text() {
        return TimeSeriesTest.MARK + Long.toString(random.nextLong() >>> 1, 36);
    }
}
