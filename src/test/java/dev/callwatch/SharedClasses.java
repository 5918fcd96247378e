package dev.callwatch;

import static org.awaitility.Awaitility.await;

import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The classes of the package, parsed and verified once (AppCDS): the tests start it some fifty times, and with this archive a JVM
 * needs about half the time for it. Made at first use, and again for each new package.
 */
final class SharedClasses {

    private static final Path LOCK = Path.of("target", "shared-classes.lock");
    private static final Duration START = Duration.ofSeconds(60);

    private SharedClasses() {}

    /**
     * The archive for a package.
     *
     * @param jar the package, by the path with which it is started
     * @return nothing where none could be made, for example by a JVM of another vendor
     */
    static Optional<Path> of(Path jar) throws IOException {
        long version = Files.getLastModifiedTime(jar).toMillis();
        Path archive = Path.of("target", "shared-classes-" + version + ".jsa").toAbsolutePath();
        try (FileChannel lock = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // Several JVMs run tests.
            lock.lock();
            if (!Files.exists(archive)) {
                make(archive);
            }
        }
        return Files.size(archive) == 0 ? Optional.empty() : Optional.of(archive);
    }

    /** An empty file says that it cannot be made. */
    private static void make(Path archive) throws IOException {
        Path made = archive.resolveSibling("shared-classes.tmp");
        Files.deleteIfExists(made);
        int api = ProcessIT.freePort();
        Map<String, String> settings = new HashMap<>(Map.of(
                "CALLWATCH_ACCESS_MODE",
                "none",
                "CALLWATCH_SANDBOX_ENABLED",
                "true",
                "CALLWATCH_SANDBOX_PORT",
                Integer.toString(ProcessIT.freePort()),
                "QUARKUS_HTTP_PORT",
                Integer.toString(api),
                "QUARKUS_SHUTDOWN_DELAY",
                "0s",
                "JDK_JAVA_OPTIONS",
                ProcessIT.SHORT_LIVED + " -XX:ArchiveClassesAtExit=" + made));
        Process service = ProcessIT.launch(ProcessIT.output(), settings);
        try {
            String call = "http://localhost:" + api + "/v1/accounts/sandbox/calls/94e5928c-7f7e-4645-ad72-61010f906449";
            await().atMost(START)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> !service.isAlive() || RestAssured.get(call).statusCode() == 200);
            service.destroy();
            if (!service.waitFor(START.toSeconds(), TimeUnit.SECONDS) || !Files.exists(made)) {
                Files.createFile(made);
            }
            Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        } finally {
            service.destroyForcibly();
        }
    }
}
