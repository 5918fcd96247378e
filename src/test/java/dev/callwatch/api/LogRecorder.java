package dev.callwatch.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;

/** Records the log of the service, with the MDC and all causes. */
final class LogRecorder extends Handler {

    private static final Formatter WHOLE = new PatternFormatter("%-5p %c %X %s%e");

    /** Loggers of the tools that tests use in the same process. */
    private static final Pattern TOOLS =
            Pattern.compile("wiremock|^org\\.apache\\.http|^io\\.restassured|^groovy|^jdk\\.internal\\.httpclient");

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();

    void start() {
        Logger.getLogger("").addHandler(this);
    }

    void stop() {
        Logger.getLogger("").removeHandler(this);
    }

    List<String> lines() {
        return lines;
    }

    /** Those of level ERROR. */
    List<String> errors() {
        return errors;
    }

    @Override
    public void publish(LogRecord line) {
        if (TOOLS.matcher(String.valueOf(line.getLoggerName())).find()) {
            return;
        }
        List<String> parts = new ArrayList<>();
        parts.add(WHOLE.format(ExtLogRecord.wrap(line)));
        for (Throwable cause = line.getThrown(); cause != null; cause = cause.getCause()) {
            parts.add(String.valueOf(cause));
        }
        String text = String.join(" ", parts);
        lines.add(text);
        if (line.getLevel().intValue() >= Level.SEVERE.intValue()) {
            errors.add(text);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
