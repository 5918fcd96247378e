package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The package with little memory, under what strangers and a broken upstream can do. Each time it goes on, and answers others
 * meanwhile.
 */
class SmallHeapIT {

    private static final String CALL = "94e5928c-7f7e-4645-ad72-61010f906449";
    private static final String GUIDS = "/v1/accounts/sandbox/calls/";
    private static final String BIG = "/v1/accounts/big/calls/";
    private static final Map<String, String> JSON = Map.of("content-type", "application/json");
    private static final int MOST_LINES_A_SECOND = 20;

    private final int api = ProcessIT.freePort();
    private final int management = ProcessIT.freePort();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<AutoCloseable> open = new ArrayList<>();
    private FaultyServer vonage;
    private Path output;
    private Process service;

    @BeforeEach
    void start() throws IOException {
        vonage = new FaultyServer();
        vonage.answers("/Auth/connect/token", "{\"access_token\":\"planted\",\"expires_in\":7200}");
        output = ProcessIT.output();
        Map<String, String> settings = new HashMap<>(Map.of(
                "CALLWATCH_ACCESS_MODE",
                "none",
                "CALLWATCH_SANDBOX_ENABLED",
                "true",
                "CALLWATCH_SANDBOX_PORT",
                Integer.toString(ProcessIT.freePort()),
                "QUARKUS_HTTP_PORT",
                Integer.toString(api),
                "QUARKUS_MANAGEMENT_PORT",
                Integer.toString(management),
                "JDK_JAVA_OPTIONS",
                "-Xmx180m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"));
        settings.putAll(Map.of(
                "CALLWATCH_REGIONS_BIG_URL", vonage.url(),
                "CALLWATCH_ACCOUNTS_BIG_REGION", "big",
                "CALLWATCH_ACCOUNTS_BIG_CLIENT_ID", "client",
                "CALLWATCH_ACCOUNTS_BIG_CLIENT_SECRET", "secret",
                "CALLWATCH_ACCOUNTS_BIG_SCOPE", "calls",
                "CALLWATCH_ACCOUNTS_BIG_REQUESTS_PER_MINUTE", "100000",
                "CALLWATCH_ACCOUNTS_BIG_BURST", "100000",
                "CALLWATCH_LOOKUP_DEADLINE", "10s"));
        service = ProcessIT.launch(output, settings);
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> get(api, GUIDS + CALL).statusCode() == 200);
    }

    @AfterEach
    void it_runs_on() throws Exception {
        try {
            assertThat(service.isAlive()).isTrue();
            assertThat(get(api, GUIDS + CALL).statusCode()).isEqualTo(200);
            assertThat(log()).doesNotContain("OutOfMemory").doesNotContain("\"level\":\"ERROR\"");
        } finally {
            for (AutoCloseable opened : open) {
                opened.close();
            }
            vonage.close();
            service.destroyForcibly();
        }
    }

    @Test
    void invented_methods_and_paths_make_no_time_series() throws Exception {
        String method = "M".repeat(4_000);
        exchange(method + "0 /v1/accounts HTTP/1.1\r\nHost: a\r\n\r\n");
        exchange("GET /v1/0 HTTP/1.1\r\nHost: a\r\n\r\n");
        long before = series();
        others(() -> {
            try (Socket socket = new Socket("localhost", api)) {
                drain(socket);
                for (int i = 0; i < 10_000; i++) {
                    String request = i % 2 == 0
                            ? method + i + " /v1/accounts HTTP/1.1\r\nHost: a\r\n\r\n"
                            : "GET /v1/" + method + i + " HTTP/1.1\r\nHost: a\r\n\r\n";
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                }
            }
        });
        assertThat(series()).isEqualTo(before);
        assertThat(get(management, "/q/metrics").body())
                .contains("method=\"OTHER\",outcome=\"SERVER_ERROR\",status=\"501\"");
    }

    @Test
    void streams_without_a_window_are_limited() throws Exception {
        others(() -> {
            for (int i = 0; i < 20; i++) {
                RawHttp2 client = new RawHttp2(api, 0);
                open.add(client);
                try {
                    for (int j = 0; j < 2_500; j++) {
                        client.request("GET", "/openapi", Map.of(), true);
                    }
                    client.flush();
                } catch (SocketException closed) {
                    // By the service, which is one way to limit them.
                }
            }
        });
    }

    @Test
    void pipelined_requests_of_clients_that_read_nothing_are_not_taken() throws Exception {
        byte[] requests =
                "GET /openapi HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000).getBytes(StandardCharsets.US_ASCII);
        AtomicLong taken = new AtomicLong();
        others(() -> {
            for (int i = 0; i < 50; i++) {
                Socket socket = new Socket("localhost", api);
                open.add(socket);
                background(() -> {
                    while (true) {
                        socket.getOutputStream().write(requests);
                        taken.addAndGet(requests.length);
                    }
                });
            }
            AtomicLong last = new AtomicLong(-1);
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> last.getAndSet(taken.get()) == taken.get());
        });
    }

    @Test
    void streams_and_batches_that_nobody_reads_hold_little() throws Exception {
        String ids = IntStream.range(0, 100).mapToObj(SmallHeapIT::guid).collect(Collectors.joining("\",\""));
        String body = "{\"ids\":[\"" + ids + "\"]}";
        String batch =
                "POST " + GUIDS + "lookup HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body;
        String stream = "GET " + GUIDS + "events?id="
                + IntStream.range(0, 100).mapToObj(SmallHeapIT::guid).collect(Collectors.joining("&id="))
                + " HTTP/1.1\r\nHost: a\r\n\r\n";
        others(() -> {
            for (int i = 0; i < 100; i++) {
                Socket socket = new Socket("localhost", api);
                open.add(socket);
                byte[] request = (i % 2 == 0 ? batch.repeat(20) : stream).getBytes(StandardCharsets.US_ASCII);
                background(() -> socket.getOutputStream().write(request));
            }
            RawHttp2 client = new RawHttp2(api, 0);
            open.add(client);
            for (int i = 0; i < 100; i++) {
                client.data(client.request("POST", GUIDS + "lookup", JSON, false), body, true);
            }
            client.flush();
        });
    }

    @Test
    void a_body_whose_end_is_an_empty_frame_is_handled_once() throws Exception {
        String body = "{\"ids\":[\"" + CALL + "\"]}";
        Map<String, String> withLength = new HashMap<>(JSON);
        withLength.put("content-length", Integer.toString(body.length()));
        try (RawHttp2 client = new RawHttp2(api, 1 << 20)) {
            for (int i = 0; i < 20; i++) {
                int id = client.request("POST", GUIDS + "lookup", i % 2 == 0 ? withLength : JSON, false);
                client.data(id, body.substring(0, i), false);
                client.data(id, body.substring(i), false);
                client.data(id, "", true);
            }
            assertThat(client.answers(20).values())
                    .allMatch(answer ->
                            answer.status().equals("200") && answer.body().endsWith("}]}"));
        }
        assertThat(log()).doesNotContain("head already sent");
    }

    @Test
    void clients_that_leave_are_no_errors() throws Exception {
        String ids = IntStream.range(0, 100).mapToObj(SmallHeapIT::guid).collect(Collectors.joining("\",\""));
        String body = "{\"ids\":[\"" + ids + "\"]}";
        String batch = "POST " + GUIDS + "lookup HTTP/1.1\r\nHost: a\r\nAccept: application/x-ndjson\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        String stream = "GET " + GUIDS + "events?id="
                + IntStream.range(0, 100).mapToObj(SmallHeapIT::guid).collect(Collectors.joining("&id="))
                + " HTTP/1.1\r\nHost: a\r\n\r\n";
        for (int i = 0; i < 100; i++) {
            try (Socket socket = new Socket("localhost", api)) {
                socket.setSoLinger(true, 0);
                socket.getOutputStream().write((i % 2 == 0 ? batch : stream).getBytes(StandardCharsets.US_ASCII));
                socket.getInputStream().read();
            }
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> get(management, "/q/metrics")
                        .body()
                        .lines()
                        .filter(line -> line.startsWith("callwatch_disconnects_total{reason=\"client\"}"))
                        .mapToDouble(line -> Double.parseDouble(line.split(" ")[1]))
                        .anyMatch(left -> left >= 50));
        assertThat(log()).doesNotContain("Exception in SSE");
    }

    @Test
    void a_token_answer_without_end_is_cut_off() throws Exception {
        vonage.fails(FaultyServer.Fault.FLOODING, "/Auth/connect/token");
        long linesBefore = log().lines().count();
        long seconds = others(() -> {
            for (int i = 0; i < 50; i++) {
                assertThat(get(api, BIG + guid(i)).statusCode()).isEqualTo(502);
            }
        });
        assertThat(log().lines().count() - linesBefore).isLessThan((seconds + 2) * MOST_LINES_A_SECOND);
    }

    @Test
    void large_documents_cost_others_nothing_and_open_no_circuit() throws Exception {
        String large = "{\"id\":\"" + CALL + "\",\"status\":null,\"dispositionCode\":\"Sale\",\"more\":\""
                + "x".repeat(1_000_000) + "\"}";
        vonage.answers("/v0/big/calls", large);
        String one = "{\"ids\":["
                + Stream.generate(() -> '"' + guid(0) + '"').limit(100).collect(Collectors.joining(",")) + "]}";
        AtomicReference<List<HttpResponse<String>>> answers = new AtomicReference<>();
        others(() -> {
            answers.set(Stream.concat(
                            Stream.generate(() -> one).limit(4),
                            IntStream.range(0, 4)
                                    .mapToObj(batch -> "{\"ids\":["
                                            + IntStream.range(0, 100)
                                                    .mapToObj(i -> '"' + guid(1_000 * batch + i + 1) + '"')
                                                    .collect(Collectors.joining(","))
                                            + "]}"))
                    .map(body -> http.sendAsync(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + api + BIG + "lookup"))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()))
                    .toList()
                    .stream()
                    .map(answer -> answer.join())
                    .toList());
        });
        // One that is large itself is refused while too many are on their way.
        assertThat(answers.get())
                .allMatch(answer -> answer.statusCode() == 503
                        || answer.statusCode() == 200
                                && answer.body().length() < 3_000_000
                                && answer.body().endsWith("}]}"))
                .anyMatch(answer -> answer.body().contains("\"state\":\"completed\""));
        assertThat(get(management, "/q/metrics").body()).contains("callwatch_upstream_circuit{region=\"big\"} 0.0");
        assertThat(get(api, BIG + guid(5_000)).statusCode()).isEqualTo(200);
    }

    /** What may fail with a checked exception. */
    private interface Action {
        void run() throws Exception;
    }

    /** Does something while another client asks for one call again and again, and is answered each time. */
    private long others(Action action) throws Exception {
        List<Long> micros = new ArrayList<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread other = new Thread(() -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    long begun = System.nanoTime();
                    assertThat(get(api, GUIDS + CALL).statusCode()).isEqualTo(200);
                    micros.add((System.nanoTime() - begun) / 1_000);
                }
            } catch (InterruptedException ended) {
                // The action is done.
            } catch (Exception | AssertionError failed) {
                failure.set(failed);
            }
        });
        other.start();
        long begun = System.nanoTime();
        action.run();
        long seconds = (System.nanoTime() - begun) / 1_000_000_000;
        other.interrupt();
        other.join();
        assertThat(failure.get()).isNull();
        assertThat(micros).isNotEmpty();
        List<Long> sorted = micros.stream().sorted().toList();
        System.out.printf(
                "Others: %d answers in %d s, p99 %d us, longest %d us%n",
                sorted.size(), seconds, sorted.get(sorted.size() * 99 / 100), sorted.get(sorted.size() - 1));
        return seconds;
    }

    private static void background(Action action) {
        Thread thread = new Thread(() -> {
            try {
                action.run();
            } catch (Exception closed) {
                // By the service or at the end of the test.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void drain(Socket socket) {
        background(() -> {
            InputStream in = socket.getInputStream();
            in.transferTo(java.io.OutputStream.nullOutputStream());
        });
    }

    private void exchange(String request) throws IOException {
        try (Socket socket = new Socket("localhost", api)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
    }

    /** Those of requests; others, of the JVM, come and go. */
    private long series() throws Exception {
        return get(management, "/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("http_server_requests_seconds_count"))
                .count();
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String log() throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private static String guid(int number) {
        return "%08d-0000-4000-8000-000000000000".formatted(number);
    }
}
