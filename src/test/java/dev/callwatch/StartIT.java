package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The packaged service, jar or native executable, started with wrong settings as an operator gives them. */
class StartIT {

    private record Ended(int status, String output) {}

    @Test
    void without_settings_it_says_what_is_missing_and_ends() throws Exception {
        Ended ended = start(Map.of());
        assertThat(ended.status()).isNotZero();
        assertThat(ended.output())
                .contains("callwatch.accounts.<name>.region is missing: configure at least one account")
                .contains("callwatch.access.mode is oidc (the default), which this version does not offer yet")
                .doesNotContain("\tat ");
    }

    @Test
    void every_fault_is_named_at_once_in_one_message() throws Exception {
        Ended ended = start(Map.of(
                "CALLWATCH_ACCESS_MODE", "none",
                "CALLWATCH_ACCOUNTS_A_REGION", "moon",
                "CALLWATCH_ACCOUNTS_A_CLIENT_ID", "client",
                "CALLWATCH_ACCOUNTS_A_CLIENT_SECRET", "planted",
                "CALLWATCH_ACCOUNTS_A_SCOPE", "calls",
                "CALLWATCH_ACCOUNTS_B_REGION", "emea",
                "CALLWATCH_ACCOUNTS_B_KEY", "a",
                "CALLWATCH_REGIONS_LAB_URL", "http://lab.example",
                "CALLWATCH_LOOKUP_DEADLINE", "soon",
                "CALLWATCH_VONAGE_CLIENT_AUTH", "jwt"));
        assertThat(ended.status()).isNotZero();
        assertThat(ended.output())
                .contains("callwatch.accounts.a.region is moon")
                .contains("callwatch.accounts.b.key is a, which callwatch.accounts.a has already")
                .contains("callwatch.accounts.b.client-id is missing")
                .contains("callwatch.accounts.b.client-secret is missing")
                .contains("callwatch.accounts.b.scope is missing")
                .contains("callwatch.regions.lab.url must be an https URL")
                .contains("callwatch.lookup.deadline must be a duration")
                .contains("callwatch.vonage.client-auth must be post or basic")
                .doesNotContain("\tat ")
                .doesNotContain("planted");
    }

    private static Ended start(Map<String, String> settings) throws IOException, InterruptedException {
        Path output = Files.createTempFile(Path.of("target"), "start", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command()).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(settings);
        builder.environment().put("QUARKUS_HTTP_PORT", "0");
        builder.environment().put("QUARKUS_MANAGEMENT_PORT", "0");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> command() throws IOException {
        try (Stream<Path> built = Files.list(Path.of("target"))) {
            return built.filter(file -> file.getFileName().toString().endsWith("-runner"))
                    .map(executable -> List.of(executable.toAbsolutePath().toString()))
                    .findFirst()
                    .orElse(List.of("java", "-jar", "target/quarkus-app/quarkus-run.jar"));
        }
    }
}
