package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The packaged service with its sandbox, for the tests of a class. It runs from before the first of them until after the last one,
 * and REST Assured sends its requests there. It is started as users start it: {@code @QuarkusIntegrationTest} would also build the
 * application again, for each class.
 */
final class PackagedService implements BeforeAllCallback, AfterAllCallback {

    private static final Duration START = Duration.ofSeconds(60);

    private final int api = ProcessIT.freePort();
    private final int sandbox = ProcessIT.freePort();
    private final Map<String, String> settings = new HashMap<>();
    private Path output;
    private Process process;

    private PackagedService() {
        settings.put("CALLWATCH_ACCESS_MODE", "none");
        settings.put("CALLWATCH_SANDBOX_ENABLED", "true");
        settings.put("CALLWATCH_SANDBOX_PORT", Integer.toString(sandbox));
        settings.put("QUARKUS_HTTP_PORT", Integer.toString(api));
    }

    /** Everybody may read the account of the sandbox. */
    static PackagedService withSandbox() {
        return new PackagedService();
    }

    /** Adds a setting, as an environment variable. */
    PackagedService with(String variable, String value) {
        settings.put(variable, value);
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
    public void beforeAll(ExtensionContext tests) throws IOException {
        output = ProcessIT.output();
        process = ProcessIT.launch(output, settings);
        await("the service answers")
                .atMost(START)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(IOException.class)
                .failFast(() -> assertThat(process.isAlive())
                        .as(Files.readString(output))
                        .isTrue())
                .until(() -> given().get(root() + "v1/accounts").statusCode() == 200);
        RestAssured.port = api;
    }

    @Override
    public void afterAll(ExtensionContext tests) throws InterruptedException {
        RestAssured.reset();
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }
}
