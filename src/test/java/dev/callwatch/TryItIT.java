package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The README's first command as a newcomer types it, in a copy of the project, and the package that it leaves behind. */
@Execution(ExecutionMode.CONCURRENT)
class TryItIT {

    private static final Duration BUILD = Duration.ofMinutes(5);
    private static final Duration START = Duration.ofSeconds(60);
    private static final Map<String, String> REAL_ACCOUNT = Map.of(
            "CALLWATCH_ACCOUNTS_MAIN_REGION", "emea",
            "CALLWATCH_ACCOUNTS_MAIN_CLIENT_ID", "client",
            "CALLWATCH_ACCOUNTS_MAIN_CLIENT_SECRET", "planted",
            "CALLWATCH_ACCOUNTS_MAIN_SCOPE", "calls");

    private final int api = FreePort.next();

    @Test
    void it_starts_the_sandbox_and_leaves_a_package_that_knows_nothing_of_it() throws Exception {
        Shell.assumeInstalled("bash");
        Shell shell = service().with("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        copy(Path.of("pom.xml"), shell.directory());
        copy(Path.of("src/main"), shell.directory());
        copy(Path.of("target/classes"), shell.directory());
        try (Shell.Run command = shell.begin(firstCommand())) {
            await().atMost(BUILD)
                    .ignoreExceptions()
                    .failFast(() -> assertThat(command.process().isAlive())
                            .as(command.output())
                            .isTrue())
                    .untilAsserted(() -> given().get(at("/calls/94e5928c-7f7e-4645-ad72-61010f906449"))
                            .then()
                            .statusCode(200)
                            .body("state", is("failed")));
        }
        String jar = "exec java -jar "
                + shell.directory()
                        .resolve("target/quarkus-app/quarkus-run.jar")
                        .toAbsolutePath();
        try (Shell.Run closed = service(REAL_ACCOUNT).begin(jar)) {
            assertThat(closed.status()).isNotZero();
            assertThat(closed.output() + closed.complaints())
                    .contains("callwatch.access.issuers.<name>.url is missing")
                    .doesNotContain("accounts.sandbox", "Profile sandbox");
        }
        try (Shell.Run open =
                service(REAL_ACCOUNT).with("CALLWATCH_ACCESS_MODE", "none").begin(jar)) {
            await().atMost(START)
                    .ignoreExceptions()
                    .failFast(() -> assertThat(open.process().isAlive())
                            .as(open.output())
                            .isTrue())
                    .untilAsserted(() -> given().get("http://localhost:" + api + "/v1/accounts")
                            .then()
                            .statusCode(200)
                            .body("accounts.key", contains("main")));
            assertThat(open.output()).contains("Profile prod activated");
        }
    }

    private Shell service() throws IOException {
        return new Shell()
                .with("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
                .with("QUARKUS_HTTP_PORT", Integer.toString(api))
                .with("QUARKUS_MANAGEMENT_PORT", "0")
                .with("CALLWATCH_SANDBOX_PORT", Integer.toString(FreePort.next()));
    }

    private Shell service(Map<String, String> settings) throws IOException {
        Shell shell = service();
        settings.forEach(shell::with);
        return shell;
    }

    private String at(String path) {
        return "http://localhost:" + api + "/v1/accounts/sandbox" + path;
    }

    /** With the Maven and the local repository of this build, as offline as it, and with the classes that it has compiled. */
    private static String firstCommand() throws IOException {
        String documented =
                MarkdownFile.of("README.md").code("Try it", "sh").get(0).strip();
        assertThat(documented).startsWith("mvn ");
        String maven = Path.of(System.getProperty("maven.home"), "bin", "mvn").toString();
        String repository = Optional.ofNullable(System.getProperty("localRepository"))
                .map(directory -> "-Dmaven.repo.local=" + directory)
                .orElse("");
        String offline = "offline=true".equals(System.getProperty("maven.connection")) ? "-o" : "";
        return String.join(
                " ",
                List.of(
                        "exec",
                        maven,
                        "-B",
                        offline,
                        repository,
                        "-Dmaven.main.skip",
                        // The list of what is in the package takes as long as the package.
                        "-Dquarkus.cyclonedx.skip=true",
                        documented.substring("mvn ".length())));
    }

    private static void copy(Path from, Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path source : (Iterable<Path>) tree::iterator) {
                Path target = directory.resolve(source);
                if (Files.isDirectory(source)) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(source, target);
                }
            }
        }
    }
}
