package dev.callwatch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/**
 * Ports for the processes that tests start. A port that is free now may be taken before its process listens, or while it is
 * restarted; so each JVM that runs tests, of whatever build, has a range of its own for as long as it lives. All ranges are below
 * the ports of outgoing connections (Linux gives 32768 to 60999).
 */
public final class FreePort {

    private static final int FIRST = 20_000;
    private static final int RANGES = 12;
    private static final int PORTS = 1_000;

    /** A property of the system, because Quarkus loads this class anew for each of its tests. */
    private static final String NEXT = "test.next-port";

    private FreePort() {}

    /** A port that nobody listens on now. No other test of this machine gets it before this JVM has used all others of its range. */
    public static int next() {
        for (int i = 0; i < PORTS; i++) {
            try (ServerSocket socket = new ServerSocket(given())) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // The next one.
            } catch (IOException none) {
                throw new UncheckedIOException(none);
            }
        }
        throw new IllegalStateException("No port is free");
    }

    private static int given() throws IOException {
        synchronized (System.class) {
            int port = Integer.getInteger(NEXT, 0);
            if (port == 0) {
                port = FIRST + PORTS * range();
            }
            int begin = port - port % PORTS;
            System.setProperty(NEXT, Integer.toString(begin + (port + 1) % PORTS));
            return port;
        }
    }

    /** One that no other JVM has. */
    private static int range() throws IOException {
        for (int range = 0; range < RANGES; range++) {
            Path file = Path.of(System.getProperty("java.io.tmpdir"), "callwatch-test-ports-" + range);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                hold(lock);
                return range;
            }
            channel.close();
        }
        throw new IllegalStateException("All ranges of ports are used by other tests on this machine");
    }

    /** Until the JVM ends, whatever class loader goes before. */
    private static void hold(FileLock lock) {
        Thread holder = new Thread(
                () -> {
                    while (lock.isValid()) {
                        LockSupport.park(lock);
                    }
                },
                "test-ports");
        holder.setDaemon(true);
        holder.start();
    }
}
