package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;

class LogLimitTest {

    private static final String STREAMS = "org.jboss.resteasy.reactive.server.handlers.PublisherResponseHandler";
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final LogLimit limit = new LogLimit();

    @Test
    void one_line_of_a_kind_passes_each_second_and_says_how_many_did_not() {
        assertThat(limit.isLoggable(line(0, "It failed"))).isTrue();
        assertThat(limit.isLoggable(line(1, "It failed"))).isFalse();
        assertThat(limit.isLoggable(line(999, "It failed"))).isFalse();
        LogRecord next = line(1_000, "It failed");
        assertThat(limit.isLoggable(next)).isTrue();
        assertThat(next.getMessage()).isEqualTo("It failed (2 like it were left out before)");
        LogRecord last = line(2_500, "It failed");
        assertThat(limit.isLoggable(last)).isTrue();
        assertThat(last.getMessage()).isEqualTo("It failed");
    }

    @Test
    void a_message_keeps_its_parameters() {
        ExtLogRecord first = new ExtLogRecord(Level.WARNING, "Call %s failed", ExtLogRecord.FormatStyle.PRINTF, "");
        first.setParameters(new Object[] {"1"});
        first.setInstant(BEGIN);
        ExtLogRecord second = new ExtLogRecord(Level.WARNING, "Call %s failed", ExtLogRecord.FormatStyle.PRINTF, "");
        second.setInstant(BEGIN);
        ExtLogRecord third = new ExtLogRecord(Level.WARNING, "Call %s failed", ExtLogRecord.FormatStyle.PRINTF, "");
        third.setParameters(new Object[] {"3"});
        third.setInstant(BEGIN.plusSeconds(2));
        assertThat(limit.isLoggable(first)).isTrue();
        assertThat(limit.isLoggable(second)).isFalse();
        assertThat(limit.isLoggable(third)).isTrue();
        assertThat(new PatternFormatter("%s").format(third))
                .isEqualTo("Call 3 failed (1 like it were left out before)");
    }

    @Test
    void other_kinds_pass_beside_it() {
        assertThat(limit.isLoggable(line(0, "It failed"))).isTrue();
        assertThat(limit.isLoggable(line(0, "It failed in another way"))).isTrue();
        LogRecord withCause = line(0, "It failed");
        withCause.setThrown(new IOException());
        assertThat(limit.isLoggable(withCause)).isTrue();
        LogRecord elsewhere = line(0, "It failed");
        elsewhere.setLoggerName("elsewhere");
        assertThat(limit.isLoggable(elsewhere)).isTrue();
    }

    @Test
    void what_is_no_failure_and_the_audit_log_are_not_limited() {
        for (int i = 0; i < 10; i++) {
            LogRecord info = line(0, "It works");
            info.setLevel(Level.INFO);
            LogRecord denial = line(0, "denied");
            denial.setLoggerName("dev.callwatch.audit");
            assertThat(limit.isLoggable(info)).isTrue();
            assertThat(limit.isLoggable(denial)).isTrue();
        }
    }

    @Test
    void texts_that_differ_each_time_do_not_fill_the_memory() {
        for (int i = 0; i < 5_000; i++) {
            assertThat(limit.isLoggable(line(0, "It failed " + i))).isTrue();
        }
    }

    @Test
    void a_client_that_leaves_a_stream_is_no_failure() {
        LogRecord left = line(0, "Exception in SSE server handling");
        left.setLoggerName(STREAMS);
        left.setThrown(new CompletionException(new HttpClosedException("Connection was closed")));
        assertThat(limit.isLoggable(left)).isFalse();
        LogRecord defect = line(0, "Exception in SSE server handling");
        defect.setLoggerName(STREAMS);
        defect.setThrown(new IllegalStateException());
        assertThat(limit.isLoggable(defect)).isTrue();
    }

    private static LogRecord line(int millis, String message) {
        LogRecord line = new LogRecord(Level.WARNING, message);
        line.setLoggerName("dev.callwatch");
        line.setInstant(BEGIN.plusMillis(millis));
        return line;
    }
}
