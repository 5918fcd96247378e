package dev.callwatch.api;

import dev.callwatch.time.WallClock;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Adds what every answer has: {@code Date}, and below {@code /v1} {@code Cache-Control: no-store} where the answer does not say
 * itself for how long it may be kept. Without it a cache keeps a 404 as long as it likes (RFC 9111, section 4.2.2). The files of the
 * page have {@link PageHeaders}.
 */
@ApplicationScoped
public class AnswerHeaders {

    static final int AFTER_TRACE_ID = TraceId.BEFORE_EVERYTHING - 1;

    static final String NO_STORE = "no-store";

    /** IMF-fixdate (RFC 9110, section 5.6.7). */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final WallClock clock;
    private final PageHeaders page;
    private volatile Second second = new Second(Long.MIN_VALUE, "");

    AnswerHeaders(WallClock clock, PageHeaders page) {
        this.clock = clock;
        this.page = page;
    }

    /** Formatted once however many answers are sent within it. */
    private record Second(long number, String text) {}

    void register(@Observes Filters filters) {
        filters.register(this::prepare, AFTER_TRACE_ID);
    }

    private void prepare(RoutingContext request) {
        String path = request.normalizedPath();
        boolean api = Route.isBelowVersion(path);
        if (!api) {
            page.add(path, request.response().headers());
        }
        request.addHeadersEndHandler(complete -> {
            MultiMap headers = request.response().headers();
            if (!headers.contains(HttpHeaders.DATE)) {
                headers.set(HttpHeaders.DATE, date());
            }
            if (api && !headers.contains(HttpHeaders.CACHE_CONTROL)) {
                headers.set(HttpHeaders.CACHE_CONTROL, NO_STORE);
            }
        });
        request.next();
    }

    /** The time now, as the value of {@code Date}. */
    String date() {
        Instant now = clock.now();
        Second known = second;
        if (known.number() != now.getEpochSecond()) {
            known = new Second(now.getEpochSecond(), DATE.format(now));
            second = known;
        }
        return known.text();
    }
}
