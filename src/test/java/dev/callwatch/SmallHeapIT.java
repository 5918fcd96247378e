package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

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
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The package with little memory, under what strangers and a broken upstream can do. Each time it goes on, and answers others
 * meanwhile.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SmallHeapIT {

    private static final String CALL = "94e5928c-7f7e-4645-ad72-61010f906449";
    private static final String GUIDS = "/v1/accounts/sandbox/calls/";
    private static final String BIG = "/v1/accounts/big/calls/";
    private static final String FLOODED = "/v1/accounts/flooded/calls/";
    private static final Map<String, String> JSON = Map.of("content-type", "application/json");
    private static final String READ_FROM_BIG =
            "callwatch_upstream_requests_seconds_count{region=\"big\",status=\"200\"}";
    private static final int MOST_LINES_A_SECOND = 20;
    private static final int LEAST_ANSWERS = 300;
    private static final int ANSWERS_WHILE_OPEN = 50;

    private static final int API = FreePort.next();
    private static final int MANAGEMENT = FreePort.next();

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static FaultyServer vonage;
    private static FaultyServer flooding;
    private static Path output;
    private static Process service;

    private final List<AutoCloseable> open = new ArrayList<>();

    /** One process for all attacks: what one of them leaves behind is missing in the next. */
    @BeforeAll
    static void start() throws IOException {
        vonage = new FaultyServer();
        flooding = new FaultyServer();
        vonage.answers("/Auth/connect/token", "{\"access_token\":\"planted\",\"expires_in\":7200}");
        output = ProcessIT.output();
        Map<String, String> settings = new HashMap<>(Map.of(
                "CALLWATCH_ACCESS_MODE",
                "none",
                "CALLWATCH_SANDBOX_ENABLED",
                "true",
                "CALLWATCH_SANDBOX_PORT",
                Integer.toString(FreePort.next()),
                "QUARKUS_HTTP_PORT",
                Integer.toString(API),
                "QUARKUS_MANAGEMENT_PORT",
                Integer.toString(MANAGEMENT),
                "CALLWATCH_LOOKUP_DEADLINE",
                "10s",
                "JDK_JAVA_OPTIONS",
                ProcessIT.shortLived() + " -Xmx180m"));
        settings.putAll(account("BIG", vonage));
        settings.putAll(account("FLOODED", flooding));
        service = ProcessIT.launch(output, settings);
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> get(API, GUIDS + CALL).statusCode() == 200);
    }

    @AfterAll
    static void stop() throws IOException {
        service.destroyForcibly();
        vonage.close();
        flooding.close();
    }

    private static Map<String, String> account(String name, FaultyServer upstream) {
        String account = "CALLWATCH_ACCOUNTS_" + name + "_";
        return Map.of(
                "CALLWATCH_REGIONS_" + name + "_URL", upstream.url(),
                account + "REGION", name.toLowerCase(Locale.ROOT),
                account + "CLIENT_ID", "client",
                account + "CLIENT_SECRET", "secret",
                account + "SCOPE", "calls",
                account + "REQUESTS_PER_MINUTE", "100000",
                account + "BURST", "100000");
    }

    @AfterEach
    void it_runs_on() throws Exception {
        close();
        assertThat(service.isAlive()).isTrue();
        assertThat(get(API, GUIDS + CALL).statusCode()).isEqualTo(200);
        assertThat(log()).doesNotContain("OutOfMemory").doesNotContain("\"level\":\"ERROR\"");
    }

    /** The first, because what the others leave behind adds time series of its own. */
    @Test
    @Order(1)
    void invented_methods_and_paths_make_no_time_series() throws Exception {
        String method = "M".repeat(4_000);
        exchange(method + "0 /v1/accounts HTTP/1.1\r\nHost: a\r\n\r\n");
        exchange("GET /v1/0 HTTP/1.1\r\nHost: a\r\n\r\n");
        long before = series();
        others("invented methods", () -> {
            try (Socket socket = new Socket("localhost", API)) {
                drain(socket);
                for (int i = 0; i < 4_000; i++) {
                    String request = i % 2 == 0
                            ? method + i + " /v1/accounts HTTP/1.1\r\nHost: a\r\n\r\n"
                            : "GET /v1/" + method + i + " HTTP/1.1\r\nHost: a\r\n\r\n";
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                }
            }
        });
        assertThat(series()).isEqualTo(before);
        assertThat(get(MANAGEMENT, "/q/metrics").body())
                .contains("method=\"OTHER\",outcome=\"SERVER_ERROR\",status=\"501\"");
    }

    @Test
    void streams_without_a_window_are_limited() throws Exception {
        others("streams without a window", () -> {
            for (int i = 0; i < 20; i++) {
                RawHttp2 client = new RawHttp2(API, 0);
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
        others("pipelining without reading", () -> pipeline(requests));
    }

    /** What asks for HTTP/2 is answered before the service sees its first request. */
    @Test
    void pipelined_upgrades_of_clients_that_read_nothing_are_not_taken() throws Exception {
        byte[] upgrades = "GET /openapi HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n"
                .repeat(1_000)
                .getBytes(StandardCharsets.US_ASCII);
        others("upgrades without reading", () -> pipeline(upgrades));
    }

    /** Over connections that are not read, until none of them takes more. */
    private void pipeline(byte[] requests) throws IOException {
        AtomicLong taken = new AtomicLong();
        for (int i = 0; i < 50; i++) {
            Socket socket = new Socket("localhost", API);
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
    }

    /** The short headers hold much more than was sent for them. */
    @Test
    void heads_that_never_end_hold_little() throws Exception {
        byte[] longHead = ("GET /" + "x".repeat(16_300) + " HTTP/1.1\r\n"
                        + ("X-F: " + "a".repeat(7_800) + "\r\n").repeat(4))
                .getBytes(StandardCharsets.US_ASCII);
        byte[] shortHeaders = ("GET / HTTP/1.1\r\n" + "a:\r\n".repeat(7_500)).getBytes(StandardCharsets.US_ASCII);
        double before = disconnects("unfinished");
        others("unfinished heads", () -> {
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket("localhost", API);
                open.add(socket);
                try {
                    socket.getOutputStream().write(i % 2 == 0 ? shortHeaders : longHead);
                } catch (SocketException closed) {
                    // By the service, which is how it limits them.
                }
            }
        });
        assertThat(disconnects("unfinished") - before).isGreaterThan(100);
    }

    @Test
    void streams_and_batches_that_nobody_reads_hold_little() throws Exception {
        String ids = IntStream.range(0, 100).mapToObj(i -> guid(i, 1)).collect(Collectors.joining("\",\""));
        String body = "{\"ids\":[\"" + ids + "\"]}";
        String batch =
                "POST " + GUIDS + "lookup HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body;
        String stream = "GET " + GUIDS + "events?id="
                + IntStream.range(0, 100).mapToObj(i -> guid(i, 1)).collect(Collectors.joining("&id="))
                + " HTTP/1.1\r\nHost: a\r\n\r\n";
        others("slow readers of streams and batches", () -> {
            for (int i = 0; i < 100; i++) {
                Socket socket = new Socket("localhost", API);
                open.add(socket);
                byte[] request = (i % 2 == 0 ? batch.repeat(20) : stream).getBytes(StandardCharsets.US_ASCII);
                background(() -> socket.getOutputStream().write(request));
            }
            RawHttp2 client = new RawHttp2(API, 0);
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
        try (RawHttp2 client = new RawHttp2(API, 1 << 20)) {
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
        String ids = IntStream.range(0, 100).mapToObj(i -> guid(i, 2)).collect(Collectors.joining("\",\""));
        String body = "{\"ids\":[\"" + ids + "\"]}";
        String batch = "POST " + GUIDS + "lookup HTTP/1.1\r\nHost: a\r\nAccept: application/x-ndjson\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        String stream = "GET " + GUIDS + "events?id="
                + IntStream.range(0, 100).mapToObj(i -> guid(i, 2)).collect(Collectors.joining("&id="))
                + " HTTP/1.1\r\nHost: a\r\n\r\n";
        double before = disconnects("client");
        for (int i = 0; i < 100; i++) {
            try (Socket socket = new Socket("localhost", API)) {
                socket.setSoLinger(true, 0);
                socket.getOutputStream().write((i % 2 == 0 ? batch : stream).getBytes(StandardCharsets.US_ASCII));
                socket.getInputStream().read();
            }
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> disconnects("client") - before >= 50);
        assertThat(log()).doesNotContain("Exception in SSE");
    }

    @Test
    void a_token_answer_without_end_is_cut_off() throws Exception {
        flooding.fails(FaultyServer.Fault.FLOODING, "/Auth/connect/token");
        long linesBefore = log().lines().count();
        long seconds = others("a token answer without end", () -> {
            for (int i = 0; i < 50; i++) {
                assertThat(get(API, FLOODED + guid(i)).statusCode()).isEqualTo(502);
            }
        });
        assertThat(log().lines().count() - linesBefore).isLessThan((seconds + 2) * MOST_LINES_A_SECOND);
    }

    @Test
    void large_documents_cost_others_nothing_and_open_no_circuit() throws Exception {
        vonage.answers("/v0/big/calls", large());
        String one = "{\"ids\":["
                + Stream.generate(() -> '"' + guid(0) + '"').limit(100).collect(Collectors.joining(",")) + "]}";
        AtomicReference<List<HttpResponse<String>>> answers = new AtomicReference<>();
        others("large documents", () -> {
            answers.set(Stream.concat(
                            Stream.generate(() -> one).limit(4),
                            IntStream.range(0, 4).mapToObj(batch -> fiftyFrom(1_000 * batch + 1)))
                    .map(body -> HTTP.sendAsync(batch(body).build(), HttpResponse.BodyHandlers.ofString()))
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
        assertThat(get(MANAGEMENT, "/q/metrics").body()).contains("callwatch_upstream_circuit{region=\"big\"} 0.0");
        assertThat(get(API, BIG + guid(5_000)).statusCode()).isEqualTo(200);
    }

    /** Together they are larger than the heap. */
    @Test
    void large_documents_of_many_calls_are_not_all_kept() throws Exception {
        vonage.answers("/v0/big/calls", large());
        for (int first = 10_000; first < 10_200; first += 50) {
            HttpRequest batch = batch(fiftyFrom(first))
                    .header("Accept", "application/x-ndjson")
                    .build();
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(Duration.ofSeconds(20))
                    .until(
                            () -> {
                                try (Stream<String> rows = HTTP.send(batch, HttpResponse.BodyHandlers.ofLines())
                                        .body()) {
                                    return rows.filter(row -> row.contains("\"state\":\"completed\""))
                                            .count();
                                }
                            },
                            is(50L));
        }
    }

    @Test
    void pages_of_calls_with_large_documents_are_short() throws Exception {
        vonage.answers("/v0/big/calls", large());
        for (int call = 0; call < 20; call++) {
            assertThat(get(API, BIG + guid(30_000 + call)).statusCode()).isEqualTo(200);
        }
        HttpRequest page = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + API + "/v1/accounts/big/calls?limit=100"))
                .build();
        others(
                "pages of large documents",
                () -> assertThat(Stream.generate(() -> HTTP.sendAsync(page, HttpResponse.BodyHandlers.ofString()))
                                .limit(40)
                                .toList()
                                .stream()
                                .map(answer ->
                                        answer.orTimeout(30, TimeUnit.SECONDS).join()))
                        .allMatch(answer -> answer.statusCode() == 503
                                || answer.statusCode() == 200
                                        && answer.body().length() < 2_000_000
                                        && answer.headers().firstValue("Link").isPresent())
                        .anyMatch(answer -> answer.statusCode() == 200));
    }

    /** Those of one stream are half of the heap. */
    @Test
    void large_documents_of_followed_calls_are_not_all_kept() throws Exception {
        vonage.answers("/v0/big/calls", large("\"Active\""));
        others("streams of large documents", () -> {
            double before = metric(READ_FROM_BIG);
            for (int stream = 0; stream < 3; stream++) {
                Socket socket = new Socket("localhost", API);
                open.add(socket);
                drain(socket);
                int series = stream;
                String ids = IntStream.range(0, 100)
                        .map(call -> 20_000 + call)
                        .mapToObj(call -> guid(call, series))
                        .collect(Collectors.joining("&id="));
                socket.getOutputStream()
                        .write(("GET " + BIG + "events?id=" + ids + " HTTP/1.1\r\nHost: a\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> metric(READ_FROM_BIG) > before + 300);
            assertThat(metric("callwatch_watched_memory_bytes")).isPositive();
        });
        await().until(() -> metric("callwatch_watched_calls") == 0);
        assertThat(metric("callwatch_watched_memory_bytes")).isZero();
    }

    private static HttpRequest.Builder batch(String body) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + API + BIG + "lookup"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private static String fiftyFrom(int first) {
        return "{\"ids\":["
                + IntStream.range(first, first + 50)
                        .mapToObj(number -> '"' + guid(number) + '"')
                        .collect(Collectors.joining(","))
                + "]}";
    }

    private static String large() {
        return large("null,\"dispositionCode\":\"Sale\"");
    }

    /** @param status JSON */
    private static String large(String status) {
        return "{\"id\":\"" + CALL + "\",\"status\":" + status + ",\"more\":\"" + "x".repeat(1_000_000) + "\"}";
    }

    /** What may fail with a checked exception. */
    private interface Action {
        void run() throws Exception;
    }

    /**
     * Does something again and again while another client asks for one call again and again, and is answered each time: until the
     * other client has so many answers that their percentiles mean something. What each round leaves open is closed once the other
     * client was answered some more times. Of several rounds the first does not count: it loads classes and compiles.
     *
     * @return the seconds that it took
     */
    private long others(String attack, Action round) throws Exception {
        Queue<Long> micros = new ConcurrentLinkedQueue<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread other = new Thread(() -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    long begun = System.nanoTime();
                    assertThat(get(API, GUIDS + CALL).statusCode()).isEqualTo(200);
                    micros.add((System.nanoTime() - begun) / 1_000);
                }
            } catch (InterruptedException ended) {
                // There are enough answers.
            } catch (Exception | AssertionError failed) {
                failure.set(failed);
            }
        });
        long begun = System.nanoTime();
        other.start();
        int rounds = 0;
        while (micros.size() < LEAST_ANSWERS && failure.get() == null) {
            round.run();
            rounds++;
            int enough = micros.size() + ANSWERS_WHILE_OPEN;
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> micros.size() >= enough || failure.get() != null);
            close();
            if (rounds == 1 && micros.size() < LEAST_ANSWERS) {
                micros.clear();
            }
        }
        long seconds = (System.nanoTime() - begun) / 1_000_000_000;
        other.interrupt();
        other.join();
        assertThat(failure.get()).isNull();
        List<Long> sorted = micros.stream().sorted().toList();
        System.out.printf(
                "| %s | %d rounds, %d answers to others in %d s | p99 %d us | longest %d us |%n",
                attack,
                rounds,
                sorted.size(),
                seconds,
                sorted.get(sorted.size() * 99 / 100),
                sorted.get(sorted.size() - 1));
        return seconds;
    }

    private void close() throws Exception {
        for (AutoCloseable opened : open) {
            opened.close();
        }
        open.clear();
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
        try (Socket socket = new Socket("localhost", API)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
    }

    /** Connections that ended before their answers did. */
    private static double disconnects(String reason) throws Exception {
        return metric("callwatch_disconnects_total{reason=\"" + reason + "\"}");
    }

    private static double metric(String series) throws Exception {
        return get(MANAGEMENT, "/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.split(" ")[1]))
                .sum();
    }

    /** Those of requests; others, of the JVM, come and go. */
    private long series() throws Exception {
        return get(MANAGEMENT, "/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("http_server_requests_seconds_count"))
                .count();
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String log() throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private static String guid(int number) {
        return guid(number, 0);
    }

    /** The sandbox answers the same for each last block, but none of them is cached because another was read. */
    private static String guid(int number, int last) {
        return "%08d-0000-4000-8000-%012d".formatted(number, last);
    }
}
