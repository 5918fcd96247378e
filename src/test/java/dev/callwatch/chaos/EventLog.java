package dev.callwatch.chaos;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** Everything that readers receive, as it came, and what else happens: a file to look into where an invariant broke. */
final class EventLog implements AutoCloseable {

    private final Path file;
    private final PrintWriter lines;

    /** Begins anew. */
    EventLog(Path file) throws IOException {
        this.file = file;
        this.lines = new PrintWriter(Files.newBufferedWriter(file), true);
    }

    Path file() {
        return file;
    }

    synchronized void note(String what) {
        lines.println(Instant.now() + " " + what);
    }

    @Override
    public synchronized void close() {
        lines.close();
    }
}
