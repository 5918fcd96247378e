package dev.callwatch.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Sinks over real HTTP, each with a behaviour of its own, and the settings that name them. */
public class PushSink implements QuarkusTestResourceLifecycleManager {

    static final String URL = "test.sink";
    static final String OLD_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    static final String TOKEN = "planted-sink-token";

    /** Where the sinks say what they got. */
    static final String RECORDED = "/recorded";

    static final String CUT_OFF = "/cut-off";

    /**
     * A request that a sink got.
     *
     * @param headers by their names in lower case
     */
    record Request(String method, String path, Map<String, String> headers, String body) {

        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        HttpHeaders httpHeaders() {
            Map<String, List<String>> all = new HashMap<>();
            headers.forEach((name, value) -> all.put(name, List.of(value)));
            return HttpHeaders.of(all, (name, value) -> true);
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger failures = new AtomicInteger();
    private HttpServer server;

    /** What the sinks of an address got under a path, in order. */
    static List<Request> requests(String sinks, String path) {
        try (InputStream recorded = URI.create(sinks + RECORDED).toURL().openStream()) {
            return Arrays.stream(JSON.readValue(recorded, Request[].class))
                    .filter(request -> request.path().equals(path))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public Map<String, String> start() {
        try {
            Path key = Files.createDirectories(Path.of("target", "push")).resolve("signing-key.pem");
            byte[] pkcs8 = KeyPairGenerator.getInstance("Ed25519")
                    .generateKeyPair()
                    .getPrivate()
                    .getEncoded();
            Files.writeString(
                    key,
                    "-----BEGIN PRIVATE KEY-----\n" + Base64.getEncoder().encodeToString(pkcs8)
                            + "\n-----END PRIVATE KEY-----\n");
            Path secret = Files.writeString(key.resolveSibling("secrets"), SECRET + "\n");
            Path token = Files.writeString(key.resolveSibling("token"), TOKEN + "\n");
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newCachedThreadPool());
            server.createContext("/", this::answer);
            server.createContext(RECORDED, this::show);
            server.start();
            String url = "http://localhost:" + server.getAddress().getPort();
            Map<String, String> settings = new HashMap<>();
            settings.put(URL, url);
            settings.put("callwatch.push.source", "https://callwatch.example/");
            settings.put(
                    "callwatch.push.allowed",
                    url + "/hooks/*," + url.replace("localhost", "*host") + "/guarded,https://nowhere.invalid");
            settings.put("callwatch.push.signing-key-file", key.toString());
            settings.put("callwatch.push.sinks.crm.url", url + "/crm");
            settings.put("callwatch.push.sinks.crm.secret", OLD_SECRET + "," + SECRET);
            settings.put("callwatch.push.sinks.broker.url", url + "/broker");
            settings.put("callwatch.push.sinks.broker.content-mode", "binary");
            settings.put("callwatch.push.sinks.broker.secret-file", secret.toString());
            settings.put("callwatch.push.sinks.broker.token-file", token.toString());
            settings.put("callwatch.push.sinks.broker.extensions.region", "emea");
            settings.put("callwatch.push.sinks.elsewhere.url", url + "/elsewhere");
            settings.put("callwatch.push.sinks.elsewhere.accounts", "shared");
            return settings;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void stop() {
        server.stop(0);
    }

    private void show(HttpExchange exchange) throws IOException {
        byte[] recorded = JSON.writeValueAsBytes(requests);
        exchange.sendResponseHeaders(200, recorded.length);
        exchange.getResponseBody().write(recorded);
        exchange.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
        requests.add(new Request(exchange.getRequestMethod(), path, headers, body));
        if (exchange.getRequestMethod().equals("OPTIONS")) {
            agree(exchange, path);
        } else {
            deliver(exchange, path);
        }
    }

    private static void agree(HttpExchange exchange, String path) throws IOException {
        if (path.contains("other-origin")) {
            exchange.getResponseHeaders().add("WebHook-Allowed-Origin", "eventemitter.example");
        } else if (!path.contains("silent")) {
            exchange.getResponseHeaders().add("WebHook-Allowed-Origin", "callwatch.example");
            exchange.getResponseHeaders().add("WebHook-Allowed-Rate", "6000");
        }
        exchange.sendResponseHeaders(path.contains("not-found") ? 404 : 200, -1);
        exchange.close();
    }

    private void deliver(HttpExchange exchange, String path) throws IOException {
        if (path.contains("redirect")) {
            exchange.getResponseHeaders().add("Location", "/hooks/redirected");
            exchange.sendResponseHeaders(307, -1);
        } else if (path.contains("large")) {
            exchange.sendResponseHeaders(200, 0);
            write(exchange, 64 << 20);
        } else {
            boolean fails = path.contains("failing") && failures.incrementAndGet() == 1;
            exchange.sendResponseHeaders(path.contains("gone") ? 410 : fails ? 503 : 204, -1);
        }
        exchange.close();
    }

    /** As much as the other side takes. */
    private void write(HttpExchange exchange, int bytes) {
        try {
            exchange.getResponseBody().write(new byte[bytes]);
        } catch (IOException cutOff) {
            requests.add(new Request("POST", CUT_OFF, Map.of(), ""));
        }
    }
}
