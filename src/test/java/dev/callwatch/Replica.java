package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/** A process of the packaged service, one of several. It keeps its ports when it is started again. */
public final class Replica implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build();

    private final int index;
    private final int api = FreePort.next();
    private final int management = FreePort.next();
    private final Map<String, String> settings = new HashMap<>();
    private volatile Process process;
    private volatile int life;
    private volatile Path output = Path.of("target");
    private double lateBeforeRestarts;

    /**
     * @param settings as environment variables; the ports are chosen here
     */
    public Replica(int index, Map<String, String> settings) {
        this.index = index;
        // Streams end at its beginning, and clients go to another replica by themselves.
        this.settings.put("QUARKUS_SHUTDOWN_DELAY", "500ms");
        this.settings.putAll(settings);
        this.settings.put("QUARKUS_HTTP_PORT", Integer.toString(api));
        this.settings.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(management));
    }

    public int index() {
        return index;
    }

    public String url() {
        return "http://localhost:" + api;
    }

    public void start() throws IOException {
        output = ProcessIT.output();
        life++;
        process = ProcessIT.launch(output, settings);
    }

    /** What it prints in this life. */
    public Path output() {
        return output;
    }

    /** How often it was started. */
    public int life() {
        return life;
    }

    /** If it does not become ready, the failure shows what it printed, and what each of its threads was doing. */
    public void awaitReady() {
        try {
            await("replica " + index + " is ready")
                    .atMost(Duration.ofSeconds(90))
                    .pollInterval(Duration.ofMillis(50))
                    .failFast(() -> !process.isAlive())
                    .until(this::isReady);
        } catch (ConditionTimeoutException | TerminalFailureException failure) {
            throw new AssertionError("Replica " + index + " did not become ready. It printed:\n" + printed(), failure);
        }
    }

    /** A process that still runs adds its threads. */
    private String printed() {
        try {
            if (process.isAlive()) {
                ProcessSignal.QUIT.send(process);
                await().atMost(Duration.ofSeconds(10))
                        .until(() ->
                                !process.isAlive() || Files.readString(output).contains("Full thread dump"));
            }
            return Files.readString(output);
        } catch (IOException | ConditionTimeoutException none) {
            return none.toString();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return interrupted.toString();
        }
    }

    public boolean isReady() {
        try {
            return get("/q/health/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Like kill -9. */
    public void kill() {
        process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Ends it with SIGTERM, as Kubernetes does. */
    public void terminate() throws InterruptedException {
        lateBeforeRestarts = late();
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    /** It keeps its connections but does nothing, as in a long pause of its machine. */
    public void freeze() throws IOException, InterruptedException {
        ProcessSignal.STOP.send(process);
    }

    /** It goes on where it was. */
    public void thaw() throws IOException, InterruptedException {
        ProcessSignal.CONT.send(process);
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

    /** Commands that Redis did not answer in time, so that this replica worked on its own, counted over restarts. */
    double late() {
        return lateBeforeRestarts
                + metric("callwatch_store_commands_seconds_count{outcome=\"late\"}")
                        .orElse(0);
    }

    /** A value of the data of a readiness check. */
    String health(String check, String datum) {
        try {
            return JsonPath.from(get("/q/health/ready").body())
                    .getString("checks.find { it.name == '" + check + "' }?.data?.'" + datum + "'");
        } catch (IOException gone) {
            return "gone";
        }
    }

    @Override
    public void close() {
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
