package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/** One process of several that run the packaged service; it keeps its ports when it is begun anew. */
final class Replica implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build();

    private final int index;
    private final int api = ProcessIT.freePort();
    private final int management = ProcessIT.freePort();
    private final Map<String, String> settings = new HashMap<>();
    private Process process;
    private double lateInFormerLives;

    Replica(int index, Map<String, String> settings) {
        this.index = index;
        this.settings.putAll(settings);
        this.settings.put("QUARKUS_HTTP_PORT", Integer.toString(api));
        this.settings.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(management));
        // Several start at once on few cores, and none lives long; a native executable does not mind.
        this.settings.put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    }

    int index() {
        return index;
    }

    String url() {
        return "http://localhost:" + api;
    }

    void start() throws IOException {
        Path output = ProcessIT.output();
        process = ProcessIT.launch(output, settings);
    }

    void awaitReady() {
        await("replica " + index + " is ready")
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(50))
                .until(this::isReady);
    }

    boolean isReady() {
        try {
            return get("/q/health/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Like kill -9. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    /** As Kubernetes ends it. */
    void terminate() throws InterruptedException {
        lateInFormerLives = late();
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    /** The value of a gauge or counter, given as it is printed without the value: {@code name} or {@code name{…}}. */
    OptionalDouble metric(String series) {
        try {
            return get("/q/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(series + " ") || line.startsWith(series + "{} "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .findFirst();
        } catch (IOException gone) {
            return OptionalDouble.empty();
        }
    }

    /** Commands that Redis has not answered in time, so that this replica did something on its own. */
    double late() {
        return lateInFormerLives
                + metric("callwatch_store_commands_seconds_count{outcome=\"late\"}")
                        .orElse(0);
    }

    /** What readiness says of a check: {@code data.name}. */
    String health(String check, String datum) {
        try {
            return JsonPath.from(get("/q/health/ready").body())
                    .getString("checks.find { it.name == '" + check + "' }?.data?.'" + datum + "'");
        } catch (IOException gone) {
            return "gone";
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            kill();
        }
    }

    private HttpResponse<String> get(String path) throws IOException {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + management + path))
                            .timeout(Duration.ofSeconds(2))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }
}
