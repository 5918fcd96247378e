package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.callwatch.api.StreamReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged service, jar or native executable, as a process: how it refuses to start, and how it shuts down. */
class ProcessIT {

    /** For a JVM that does not run for long, among others on few cores. A native executable ignores it. */
    static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto";

    private record Ended(int status, String output) {}

    @Test
    void without_settings_it_names_the_missing_ones_and_exits() throws Exception {
        Ended ended = start(Map.of());
        assertThat(ended.status()).isNotZero();
        assertThat(ended.output())
                .contains("callwatch.accounts.<name>.region is missing: configure at least one account")
                .contains("callwatch.access.issuers.<name>.url is missing: configure at least one issuer of bearer"
                        + " tokens")
                .doesNotContain("\tat ");
    }

    @Test
    void one_message_names_every_error_of_the_settings() throws Exception {
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

    @Test
    void settings_that_do_not_exist_are_refused_wherever_they_stand() throws Exception {
        Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "settings");
        Files.createDirectories(directory.resolve("config"));
        Files.writeString(directory.resolve("config/application.properties"), "callwatch.vonage.read-timout=3s\n");
        Ended ended = start(
                Map.of(
                        "CALLWATCH_ACCESS_MODE", "none",
                        "CALLWATCH_SANDBOX_ENABLED", "true",
                        "CALLWATCH_LOOKUP_DEADLIN", "2s"),
                directory);
        assertThat(ended.status()).isNotZero();
        assertThat(ended.output())
                .contains("callwatch.vonage.read-timout is not a setting; did you mean callwatch.vonage.read-timeout?")
                .contains("CALLWATCH_LOOKUP_DEADLIN is not a setting; did you mean CALLWATCH_LOOKUP_DEADLINE?")
                .doesNotContain("\tat ");
    }

    @Test
    void a_name_of_several_words_works_from_the_environment() throws Exception {
        Ended ended = start(Map.of(
                "CALLWATCH_ACCESS_MODE", "none",
                "CALLWATCH_ACCOUNTS_UK_SALES_REGION", "moon"));
        assertThat(ended.output())
                .contains("callwatch.accounts.uk-sales.region is moon")
                .contains("callwatch.accounts.uk-sales.client-id is missing");
    }

    @Test
    void it_prints_its_usage_and_its_version() throws Exception {
        Ended help = start(Map.of(), Path.of(""), "--help");
        assertThat(help.status()).isZero();
        assertThat(help.output()).startsWith("Callwatch 0.").contains("Usage:", "config/application.properties");
        Ended version = start(Map.of(), Path.of(""), "--version");
        assertThat(version.status()).isZero();
        assertThat(version.output()).matches("Callwatch [0-9][^\\s]*\\R");
        Ended other = start(Map.of(), Path.of(""), "--no-such-argument");
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.output()).contains("--no-such-argument");
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUARKUS_HTTP_PORT", "QUARKUS_MANAGEMENT_PORT"})
    void a_port_in_use_is_an_error_in_a_sentence(String setting) throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            Ended ended = start(Map.of(
                    "CALLWATCH_ACCESS_MODE",
                    "none",
                    "CALLWATCH_SANDBOX_ENABLED",
                    "true",
                    "CALLWATCH_SANDBOX_PORT",
                    Integer.toString(FreePort.next()),
                    setting,
                    Integer.toString(taken.getLocalPort())));
            assertThat(ended.status()).isNotZero();
            assertThat(ended.output())
                    .contains("Port " + taken.getLocalPort() + " seems to be in use by another process.")
                    .doesNotContain("\tat ", "Exception");
        }
    }

    @Test
    void a_half_configured_access_is_refused_with_every_fault() throws Exception {
        Ended ended = start(Map.of(
                "CALLWATCH_SANDBOX_ENABLED", "true",
                "CALLWATCH_ACCESS_ISSUERS_CORP_URL", "http://idp.example",
                "CALLWATCH_ACCESS_ISSUERS_CORP_CA", "/no/such/ca.crt",
                "CALLWATCH_ACCESS_RULES_CRM_ISSUER", "elsewhere",
                "CALLWATCH_ACCESS_RULES_CRM_SUBJECT", "crm"));
        assertThat(ended.status()).isNotZero();
        assertThat(ended.output())
                .contains("callwatch.access.issuers.corp.url must be an https URL")
                .contains("callwatch.access.issuers.corp.ca names a file that cannot be read")
                .contains("callwatch.access.rules.crm.issuer is elsewhere")
                .contains("callwatch.access.rules.crm.accounts is missing")
                .doesNotContain("\tat ");
    }

    @Test
    void a_sandbox_without_a_free_port_is_an_error_in_a_sentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ended ended = start(Map.of(
                    "CALLWATCH_ACCESS_MODE", "none",
                    "CALLWATCH_SANDBOX_ENABLED", "true",
                    "CALLWATCH_SANDBOX_PORT", Integer.toString(taken.getLocalPort())));
            assertThat(ended.status()).isNotZero();
            assertThat(ended.output())
                    .contains("callwatch.sandbox.port must be a free port, but is " + taken.getLocalPort())
                    .doesNotContain("\tat ");
        }
    }

    @Test
    // It waits for the end of a look-up.
    @Execution(ExecutionMode.CONCURRENT)
    void at_shutdown_running_look_ups_are_answered_and_long_polls_and_streams_end() throws Exception {
        int api = FreePort.next();
        Path output = output();
        Map<String, String> settings = new HashMap<>(sandbox(api, "CALLWATCH_LOOKUP_DEADLINE", "12s"));
        settings.put("QUARKUS_SHUTDOWN_DELAY", "1s");
        Process process = launch(output, settings);
        try {
            String calls = "http://localhost:" + api + "/v1/accounts/sandbox/calls/";
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .untilAsserted(() -> given().get(calls + "00000200-0000-0000-0000-000000000001")
                            .then()
                            .statusCode(200));
            String ringing = calls + "00000777-0000-0000-0000-000000000001";
            String tag = given().get(ringing).header("ETag");
            CompletableFuture<Integer> waiting =
                    CompletableFuture.supplyAsync(() -> given().header("If-None-Match", tag)
                            .header("Prefer", "wait=60")
                            .get(ringing)
                            .statusCode());
            StreamReader stream = StreamReader.open(ringing + "/events");
            await().until(() -> stream.received().contains("call.observed 1"));
            // It takes until its deadline, 12 s from now.
            CompletableFuture<Integer> slow = CompletableFuture.supplyAsync(() ->
                    given().get(calls + "00000408-0000-0000-0000-000000000001").statusCode());
            await().pollDelay(Duration.ofSeconds(1)).until(() -> !slow.isDone() && !waiting.isDone());
            process.destroy();
            assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(304);
            await().until(stream::hasEnded);
            assertThat(stream.received()).doesNotContain("end");
            assertThat(stream.frames().get(stream.frames().size() - 1).retry()).isNotEmpty();
            // After the delay the port is still open, because a look-up runs; each answer closes its connection.
            await().untilAsserted(() -> given().get(calls + "00000200-0000-0000-0000-000000000001")
                    .then()
                    .statusCode(200)
                    .header("Connection", "close"));
            assertThat(slow.isDone()).isFalse();
            assertThat(slow.get(30, TimeUnit.SECONDS)).isEqualTo(504);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    // It waits for the first answer, and for the end.
    @Execution(ExecutionMode.CONCURRENT)
    void the_log_at_debug_has_no_secret_no_token_and_no_number() throws Exception {
        int api = FreePort.next();
        Path output = output();
        Process process = launch(output, sandbox(api, "QUARKUS_LOG_LEVEL", "DEBUG"));
        try {
            String calls = "http://localhost:" + api + "/v1/accounts/sandbox/calls/";
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(given().get(calls + "94e5928c-7f7e-4645-ad72-61010f906449")
                                    .asString())
                            .contains("2072068888"));
            given().get(calls + "00000666-0000-0000-0000-000000000001").then().statusCode(502);
        } finally {
            process.destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(Files.readString(output, StandardCharsets.UTF_8))
                .contains("DEBUG")
                .doesNotContain("2072068888", "sandbox-secret")
                .doesNotContainPattern("(?i)bearer [a-z0-9]")
                .doesNotContainPattern("(?i)access_token\\W+[a-z0-9]");
    }

    private static Map<String, String> sandbox(int api, String setting, String value) {
        return Map.of(
                "CALLWATCH_ACCESS_MODE",
                "none",
                "CALLWATCH_SANDBOX_ENABLED",
                "true",
                "CALLWATCH_SANDBOX_PORT",
                Integer.toString(FreePort.next()),
                "QUARKUS_HTTP_PORT",
                Integer.toString(api),
                setting,
                value);
    }

    static Path output() throws IOException {
        return Files.createTempFile(Path.of("target"), "start", ".log");
    }

    static Process launch(Path output, Map<String, String> settings) throws IOException {
        return launch(output, settings, Path.of(""));
    }

    private static Process launch(Path output, Map<String, String> settings, Path directory, String... arguments)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(command().stream(), Stream.of(arguments)).toList())
                .directory(directory.toAbsolutePath().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("QUARKUS_HTTP_PORT", "0");
        builder.environment().put("QUARKUS_MANAGEMENT_PORT", "0");
        if (!settings.containsKey("JDK_JAVA_OPTIONS")) {
            builder.environment().put("JDK_JAVA_OPTIONS", shortLived());
        }
        builder.environment().putAll(settings);
        return builder.start();
    }

    private static Ended start(Map<String, String> settings) throws IOException, InterruptedException {
        return start(settings, Path.of(""));
    }

    private static Ended start(Map<String, String> settings, Path directory, String... arguments)
            throws IOException, InterruptedException {
        Path output = output();
        Process process = launch(output, settings, directory, arguments);
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            // The JVM says first which options it takes from the environment.
            String printed =
                    Files.readString(output, StandardCharsets.UTF_8).replaceFirst("\\ANOTE: Picked up [^\n]*\n", "");
            return new Ended(process.exitValue(), printed);
        } finally {
            process.destroyForcibly();
        }
    }

    /** {@link #SHORT_LIVED}, with the classes of the package from an archive. */
    static String shortLived() throws IOException {
        return SHORT_LIVED + ClassArchive.options(command());
    }

    /** What is tested: the jar or executable that {@code -Dcallwatch.package} names, by default what was built last. */
    static List<String> command() throws IOException {
        String named = System.getProperty("callwatch.package", "");
        if (!named.isEmpty()) {
            return named.endsWith(".jar") ? List.of("java", "-jar", named) : List.of(named);
        }
        try (Stream<Path> built = Files.list(Path.of("target"))) {
            return built.filter(file -> file.getFileName().toString().endsWith("-runner"))
                    .map(executable -> List.of(executable.toAbsolutePath().toString()))
                    .findFirst()
                    .orElse(List.of(
                            "java",
                            "-jar",
                            Path.of("target/quarkus-app/quarkus-run.jar")
                                    .toAbsolutePath()
                                    .toString()));
        }
    }
}
