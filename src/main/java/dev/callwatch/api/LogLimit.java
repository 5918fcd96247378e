package dev.callwatch.api;

import io.quarkus.logging.LoggingFilter;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.jboss.logmanager.ExtLogRecord;

/**
 * Lets one warning or error of a kind through each second, so that no failure fills the disk. The next line of the kind says how
 * many were left out. A kind is a logger, a message without its parameters, and the class of an exception.
 */
@LoggingFilter(name = "limit")
public final class LogLimit implements Filter {

    private static final long SECOND = 1_000;

    /** There are not nearly so many messages; texts that others put into them must not take all memory. */
    private static final int MOST_KINDS = 1_000;

    /** Each of their lines matters, and they limit themselves. */
    private static final Set<String> UNLIMITED = Set.of(
            "dev.callwatch.audit", "dev.callwatch.access.IssuerKeys", "dev.callwatch.vonage.RegionCircuitBreaker");

    /** Logs each client that leaves while a stream is written to it as an error. The streams of this service do not fail. */
    private static final String STREAMS = "org.jboss.resteasy.reactive.server.handlers.PublisherResponseHandler";

    private final Map<Kind, Passed> kinds = new ConcurrentHashMap<>();

    private record Kind(String logger, String message, String exception) {}

    /** When a line of a kind passed, in milliseconds since the epoch, and how many did not since. */
    private record Passed(long at, AtomicLong leftOut) {}

    @Override
    public boolean isLoggable(LogRecord line) {
        String logger = String.valueOf(line.getLoggerName());
        if (line.getLevel().intValue() < Level.WARNING.intValue() || UNLIMITED.contains(logger)) {
            return true;
        }
        return !isOfClientThatLeft(line) && isDue(line);
    }

    private static boolean isOfClientThatLeft(LogRecord line) {
        return STREAMS.equals(line.getLoggerName())
                && (ClosedByClient.isCauseOf(line.getThrown())
                        || Stream.iterate(line.getThrown(), Objects::nonNull, Throwable::getCause)
                                .anyMatch(IOException.class::isInstance));
    }

    private boolean isDue(LogRecord line) {
        Throwable thrown = line.getThrown();
        Kind kind = new Kind(
                String.valueOf(line.getLoggerName()),
                String.valueOf(line.getMessage()),
                thrown == null ? "" : thrown.getClass().getName());
        if (kinds.size() > MOST_KINDS) {
            kinds.clear();
        }
        long now = line.getInstant().toEpochMilli();
        Passed next = new Passed(now, new AtomicLong());
        Passed passed = kinds.compute(
                kind, (known, last) -> last == null || Math.abs(now - last.at()) >= SECOND ? after(last, next) : last);
        if (passed != next) {
            passed.leftOut().incrementAndGet();
            return false;
        }
        long leftOut = next.leftOut().getAndSet(0);
        if (leftOut > 0) {
            append(line, " (" + leftOut + " like it were left out before)");
        }
        return true;
    }

    /** The parameters of a message are put in by its style, which a new message would lose. */
    private static void append(LogRecord line, String text) {
        if (line instanceof ExtLogRecord styled) {
            styled.setMessage(line.getMessage() + text, styled.getFormatStyle());
        } else {
            line.setMessage(line.getMessage() + text);
        }
    }

    private static Passed after(Passed last, Passed next) {
        next.leftOut().set(last == null ? 0 : last.leftOut().get());
        return next;
    }
}
