package dev.callwatch.api;

import dev.callwatch.access.Grant;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.LookupResult;
import dev.callwatch.call.Missing;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;

/** Answers a result with the headers that HTTP caches understand, or a 304 where the caller has it already. */
@Singleton
class CachedAnswer {

    private static final String AGE = "Age";

    private final StatusRenderer renderer;
    private final LargeAnswers large;

    CachedAnswer(StatusRenderer renderer, LargeAnswers large) {
        this.renderer = renderer;
        this.large = large;
    }

    /** Whether the caller does not have a status yet. */
    boolean isNew(CallStatus status, Grant grant, List<String> ifNoneMatch) {
        return !EntityTags.matches(
                ifNoneMatch, renderer.of(status, grant.numbers()).tag());
    }

    /**
     * Answers.
     *
     * @param grant what the caller may see
     * @param ifNoneMatch the lines of that request header
     * @param waited how long the answer might have been held back, where that was asked for
     * @throws ServiceUnavailableException where the answer is large and too many large ones are on their way
     */
    RestResponse<byte[]> of(
            LookupResult result,
            Grant grant,
            List<String> ifNoneMatch,
            Optional<Duration> waited,
            RoutingContext request) {
        StatusRenderer.Representation representation = renderer.of(result.status(), grant.numbers());
        RestResponse<byte[]> answer = EntityTags.matches(ifNoneMatch, representation.tag())
                ? RestResponse.notModified()
                : RestResponse.ResponseBuilder.ok(
                                large.admitted(representation.body(), request), MediaType.APPLICATION_JSON_TYPE)
                        .build();
        // Not through the builder: it would keep them in two sorted maps before they get here.
        HttpServerResponse headers = request.response();
        waited.ifPresent(wait -> headers.putHeader("Preference-Applied", "wait=" + wait.toSeconds()));
        headers.putHeader(HttpHeaders.ETAG, representation.tag())
                .putHeader(HttpHeaders.CACHE_CONTROL, maxAge(result.lifetime()))
                // A browser's cache must not show one user what another was answered.
                .putHeader(HttpHeaders.VARY, HttpHeaders.AUTHORIZATION)
                .putHeader(AGE, seconds(result.age()))
                .putHeader("Cache-Status", cacheStatus(result));
        return answer;
    }

    /** Says for how long the problem of a call that Vonage does not know may be kept. */
    void headers(Missing missing, HttpServerResponse answer) {
        answer.putHeader(HttpHeaders.CACHE_CONTROL, maxAge(missing.lifetime()))
                .putHeader(HttpHeaders.VARY, HttpHeaders.AUTHORIZATION)
                .putHeader(AGE, seconds(missing.age()));
    }

    private static String maxAge(Duration lifetime) {
        return "private, max-age=" + lifetime.toSeconds();
    }

    private static String seconds(Duration age) {
        return Long.toString(Math.max(0, age.toSeconds()));
    }

    /** The member and its parameters as RFC 9211 has them. */
    private static String cacheStatus(LookupResult result) {
        return switch (result.cacheStatus()) {
            case HIT -> "callwatch; hit";
            case URI_MISS -> "callwatch; fwd=uri-miss";
            case STALE -> "callwatch; fwd=stale";
            case REQUEST -> "callwatch; fwd=request";
            case STALE_ON_ERROR ->
                "callwatch; fwd=stale; detail="
                        + result.error().orElseThrow().type().code();
        };
    }
}
