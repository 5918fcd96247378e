package dev.callwatch;

import java.io.File;
import java.io.IOException;
import java.util.Optional;
import redis.embedded.core.ExecutableProvider;

/**
 * The redis-server that comes with Maven, unpacked once for this JVM. If each test unpacked its own, a process that another test
 * starts meanwhile would have the file open for writing for a moment, and Linux runs no such file ("Text file busy").
 */
public final class RedisExecutable {

    private static Optional<File> unpacked = Optional.empty();

    private RedisExecutable() {}

    /**
     * The file.
     *
     * @throws IOException or an unchecked exception if there is none for this platform
     */
    public static synchronized File get() throws IOException {
        if (unpacked.isEmpty()) {
            unpacked = Optional.of(ExecutableProvider.newJarResourceProvider().get());
        }
        return unpacked.get();
    }
}
