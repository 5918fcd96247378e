package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The packaged service with its sandbox, for the tests of a class. It runs from before the first of them until the end of the tests
 * that JUnit runs together, and REST Assured sends its requests there. It is started as users start it:
 * {@code @QuarkusIntegrationTest} would also build the application again, for each class.
 */
final class PackagedService implements BeforeAllCallback {

    private static final Duration START = Duration.ofSeconds(60);
    private static final ExtensionContext.Namespace RUNNING = ExtensionContext.Namespace.create(PackagedService.class);

    private static final int WARM = 30;

    /** Of a service that runs: with access control it asks for a token. */
    private static final Set<Integer> ANSWERS = Set.of(200, 401);

    private static final PackagedService SHARED = new PackagedService();

    private final int api = FreePort.next();
    private final int sandbox = FreePort.next();
    private final Map<String, String> settings = new HashMap<>();
    private boolean besideOthers;

    private PackagedService() {
        settings.put("CALLWATCH_ACCESS_MODE", "none");
        settings.put("CALLWATCH_SANDBOX_ENABLED", "true");
        settings.put("CALLWATCH_SANDBOX_PORT", Integer.toString(sandbox));
        settings.put("QUARKUS_HTTP_PORT", Integer.toString(api));
        // Longer than by default, because other tests use the processor at the same time.
        settings.put("CALLWATCH_VONAGE_READ_TIMEOUT", "7s");
        settings.put("CALLWATCH_LOOKUP_DEADLINE", "8s");
    }

    /** Everybody may read the account of the sandbox. */
    static PackagedService withSandbox() {
        return new PackagedService();
    }

    /** The same process for all classes that JUnit runs together. Each of them asks for calls of its own. */
    static PackagedService shared() {
        return SHARED;
    }

    /** Adds a setting, as an environment variable. */
    PackagedService with(String variable, String value) {
        settings.put(variable, value);
        return this;
    }

    /** Adds settings, as environment variables. */
    PackagedService with(Map<String, String> variables) {
        settings.putAll(variables);
        return this;
    }

    /** REST Assured needs its address, because it sends its requests to the service of classes that run at the same time. */
    PackagedService besideOthers() {
        besideOthers = true;
        return this;
    }

    /** The address of the interface, with a slash at its end. */
    URI root() {
        return URI.create("http://localhost:" + api + "/");
    }

    /** The port of the sandbox, on this machine. */
    int sandboxPort() {
        return sandbox;
    }

    @Override
    public void beforeAll(ExtensionContext tests) {
        tests.getRoot().getStore(RUNNING).computeIfAbsent(this, PackagedService::start, Running.class);
        if (!besideOthers) {
            RestAssured.port = api;
        }
    }

    private Running start() {
        try {
            Path output = ProcessIT.output();
            Process process = ProcessIT.launch(output, settings);
            try {
                awaitAnswer(process, output);
            } catch (RuntimeException | Error failure) {
                process.destroyForcibly();
                throw failure;
            }
            return new Running(process);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void awaitAnswer(Process process, Path output) {
        await("the service answers")
                .atMost(START)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(IOException.class)
                .failFast(() -> assertThat(process.isAlive())
                        .as(Files.readString(output))
                        .isTrue())
                .until(() ->
                        ANSWERS.contains(given().get(root() + "v1/accounts").statusCode()));
        if (this == SHARED) {
            warmUp();
        }
    }

    /** The first look-ups of a JVM are slow. Many tests begin with one at the same time. */
    private void warmUp() {
        for (int i = 0; i < WARM; i++) {
            given().get(root() + "v1/accounts/sandbox/calls/00000200-0000-0000-0000-" + "%012d".formatted(WARM + i));
        }
    }

    /** Ended by JUnit. */
    private record Running(Process process) implements AutoCloseable {

        @Override
        public void close() {
            RestAssured.reset();
            process.destroyForcibly().onExit().join();
        }
    }
}
