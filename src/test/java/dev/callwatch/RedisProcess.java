package dev.callwatch;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A redis-server without persistence, which tests kill, start again empty, and freeze for a while. */
public final class RedisProcess implements AutoCloseable {

    private final File executable;
    private final int port = FreePort.next();
    private Process process;

    private RedisProcess(File executable) {
        this.executable = executable;
    }

    /** Starts one; nothing if there is none for this platform, or it does not run here. */
    public static Optional<RedisProcess> available() {
        try {
            RedisProcess redis = new RedisProcess(RedisExecutable.get());
            redis.start();
            return Optional.of(redis);
        } catch (IOException | RuntimeException none) {
            return Optional.empty();
        }
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Starts it empty, and waits until it answers. */
    public void start() throws IOException {
        process = new ProcessBuilder(
                        executable.getAbsolutePath(),
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--save",
                        "",
                        "--appendonly",
                        "no")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(this::answers);
    }

    public void kill() {
        process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** It keeps its connections but does not answer, as behind a network that drops every packet. */
    public void freeze() throws IOException, InterruptedException {
        ProcessSignal.STOP.send(process);
    }

    public void thaw() throws IOException, InterruptedException {
        ProcessSignal.CONT.send(process);
    }

    @Override
    public void close() {
        kill();
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readNBytes(5);
            return new String(answer, StandardCharsets.US_ASCII).equals("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }
}
