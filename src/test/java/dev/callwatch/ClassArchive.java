package dev.callwatch;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The classes of the package as a JVM has loaded them (class data sharing), with which each further start takes a quarter less of a
 * processor. The first start of the tests lets it be made beside them; until it is there, and wherever it does not fit, a JVM starts
 * without it.
 */
final class ClassArchive {

    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Duration START = Duration.ofSeconds(60);
    private static final List<String> REQUESTS =
            List.of("calls/94e5928c-7f7e-4645-ad72-61010f906449", "calls/94e5928c-7f7e-4645-ad72-61010f906449/events");
    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private ClassArchive() {}

    /**
     * The options of a JVM that uses it, if it is there.
     *
     * @param command that starts the package; nothing is archived of a native executable
     */
    static String options(List<String> command) throws IOException {
        if (command.size() == 1) {
            return "";
        }
        Path jar = Path.of(command.get(command.size() - 1));
        Path archive =
                TARGET.resolve("package-" + Files.getLastModifiedTime(jar).toMillis() + ".jsa");
        if (Files.exists(archive)) {
            // Tests read what the package prints, and a JVM would print there that the archive does not fit.
            return " -XX:SharedArchiveFile=" + archive + " -Xlog:disable";
        }
        if (!BEGUN.getAndSet(true)) {
            Thread maker = new Thread(() -> make(archive), "class-archive");
            maker.setDaemon(true);
            maker.start();
        }
        return "";
    }

    /** One JVM of the tests makes it for all. */
    private static void make(Path archive) {
        try (FileChannel file = FileChannel.open(
                        TARGET.resolve("package.jsa.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            if (lock != null && !Files.exists(archive)) {
                Path made = TARGET.resolve("package.jsa");
                Files.deleteIfExists(made);
                train(made);
                Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException | RuntimeException none) {
            System.out.println("No archive of classes, so each start of the package takes longer: " + none);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    /** The JVM writes it when it ends. */
    private static void train(Path made) throws IOException, InterruptedException {
        int port = FreePort.next();
        Map<String, String> settings = new HashMap<>();
        settings.put("CALLWATCH_ACCESS_MODE", "none");
        settings.put("CALLWATCH_SANDBOX_ENABLED", "true");
        settings.put("CALLWATCH_SANDBOX_PORT", Integer.toString(FreePort.next()));
        settings.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        settings.put("QUARKUS_SHUTDOWN_DELAY", "0s");
        settings.put("JDK_JAVA_OPTIONS", ProcessIT.SHORT_LIVED + " -XX:ArchiveClassesAtExit=" + made);
        Process process = ProcessIT.launch(ProcessIT.output(), settings);
        try {
            // The last test may be over before the archive is made.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            HttpClient client = HttpClient.newHttpClient();
            for (String path : REQUESTS) {
                HttpRequest request = HttpRequest.newBuilder(
                                URI.create("http://localhost:" + port + "/v1/accounts/sandbox/" + path))
                        .build();
                await().atMost(START)
                        .pollInterval(Duration.ofMillis(200))
                        .ignoreExceptions()
                        .failFast(() -> !process.isAlive())
                        .until(() -> client.send(request, HttpResponse.BodyHandlers.discarding())
                                        .statusCode()
                                == 200);
            }
        } finally {
            process.destroy();
            process.waitFor(START.toSeconds(), TimeUnit.SECONDS);
            process.destroyForcibly();
        }
    }
}
