package dev.callwatch.api;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * Gives every request a trace identifier, which its problem and its log lines carry. It is the identifier of the trace; without
 * tracing that of the inbound {@code traceparent} (W3C Trace Context, level 1); without that a new one.
 */
@ApplicationScoped
public class TraceId {

    private static final String KEY = "traceId";
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    /** What may follow in later versions is not ours to pass on. */
    private static final int TRACEPARENT_LENGTH = 55;

    static final int BEFORE_EVERYTHING = 1_000;

    void register(@Observes Filters filters) {
        filters.register(TraceId::begin, BEFORE_EVERYTHING);
    }

    /** The identifier of a request: 32 hexadecimal digits. */
    static String of(RoutingContext request) {
        String known = request.get(KEY);
        return known == null ? generated() : known;
    }

    /** The identifier of a request that has not been routed. */
    static String of(HttpServerRequest request) {
        return traced().or(() -> inbound(request.getHeader("traceparent"))).orElseGet(TraceId::generated);
    }

    /** The trace that a request is part of, as a {@code traceparent}; nothing where it is part of none. */
    static Optional<String> traceparent(RoutingContext request) {
        SpanContext span = Span.current().getSpanContext();
        return span.isValid()
                ? Optional.of("00-" + span.getTraceId() + "-" + span.getSpanId() + "-"
                        + span.getTraceFlags().asHex())
                : Optional.ofNullable(request.request().getHeader("traceparent"))
                        .filter(text -> TRACEPARENT.matcher(text).matches())
                        .map(text -> text.substring(0, TRACEPARENT_LENGTH));
    }

    private static void begin(RoutingContext request) {
        String traceId = of(request.request());
        request.put(KEY, traceId);
        MDC.put(KEY, traceId);
        request.next();
    }

    private static Optional<String> traced() {
        SpanContext span = Span.current().getSpanContext();
        return span.isValid() ? Optional.of(span.getTraceId()) : Optional.empty();
    }

    private static Optional<String> inbound(String traceparent) {
        return Optional.ofNullable(traceparent)
                .map(TRACEPARENT::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1));
    }

    private static String generated() {
        byte[] bytes = new byte[16];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
