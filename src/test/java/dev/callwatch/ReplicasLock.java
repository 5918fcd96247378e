package dev.callwatch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Held by a test class while its replicas run. Integration tests run in several JVMs at a time; two classes with three replicas
 * each would take the processor from each other, and replicas would take that for a slow Redis.
 */
public final class ReplicasLock implements AutoCloseable {

    private final FileChannel file;

    private ReplicasLock(FileChannel file) {
        this.file = file;
    }

    /** Waits until no other JVM holds it; the end of a JVM gives it back. */
    public static ReplicasLock acquire() throws IOException {
        FileChannel file = FileChannel.open(
                Path.of("target", "replicas.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        file.lock();
        return new ReplicasLock(file);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
