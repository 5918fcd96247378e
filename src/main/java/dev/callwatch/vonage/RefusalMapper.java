package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.outbound.RetryAfter;
import dev.callwatch.time.WallClock;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.rest.client.ext.ResponseExceptionMapper;

/** Turns every status other than 200, redirects included, into the failure it means. */
final class RefusalMapper implements ResponseExceptionMapper<UpstreamFailure> {

    /**
     * The longest pause that is accepted, and so the longest {@code Retry-After} of ours. Vonage documents that its limit
     * resets "after a short period".
     */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /** What a status means at one endpoint. */
    @FunctionalInterface
    interface Meaning {

        /** @param retryAfter how long Vonage asks to wait, where it says so */
        UpstreamFailure of(int status, Optional<Duration> retryAfter);
    }

    private final WallClock clock;
    private final Meaning meaning;

    RefusalMapper(WallClock clock, Meaning meaning) {
        this.clock = clock;
        this.meaning = meaning;
    }

    @Override
    public boolean handles(int status, MultivaluedMap<String, Object> headers) {
        // The REST client asks with status 0 where the connection failed.
        return status != 200 && status != 0;
    }

    @Override
    public UpstreamFailure toThrowable(Response response) {
        Optional<Duration> retryAfter = Optional.ofNullable(response.getHeaderString(HttpHeaders.RETRY_AFTER))
                .flatMap(header -> RetryAfter.parse(header, clock.now(), LONGEST_PAUSE));
        return meaning.of(response.getStatus(), retryAfter);
    }
}
