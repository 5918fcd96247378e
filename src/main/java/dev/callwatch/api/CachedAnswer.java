package dev.callwatch.api;

import dev.callwatch.access.Grant;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.LookupResult;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;

/** Answers a result with the headers that HTTP caches understand, or a 304 where the caller has it already. */
@Singleton
class CachedAnswer {

    private final StatusRenderer renderer;

    CachedAnswer(StatusRenderer renderer) {
        this.renderer = renderer;
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
     */
    RestResponse<byte[]> of(LookupResult result, Grant grant, List<String> ifNoneMatch, Optional<Duration> waited) {
        StatusRenderer.Representation representation = renderer.of(result.status(), grant.numbers());
        RestResponse.ResponseBuilder<byte[]> answer = EntityTags.matches(ifNoneMatch, representation.tag())
                ? RestResponse.ResponseBuilder.create(RestResponse.Status.NOT_MODIFIED)
                : RestResponse.ResponseBuilder.ok(representation.body(), MediaType.APPLICATION_JSON_TYPE);
        waited.ifPresent(wait -> answer.header("Preference-Applied", "wait=" + wait.toSeconds()));
        return answer.header(HttpHeaders.ETAG, representation.tag())
                .header(
                        HttpHeaders.CACHE_CONTROL,
                        "private, max-age=" + result.lifetime().toSeconds())
                // A browser's cache must not show one user what another was answered.
                .header(HttpHeaders.VARY, HttpHeaders.AUTHORIZATION)
                .header("Age", Math.max(0, result.age().toSeconds()))
                .header("Cache-Status", "callwatch; " + cacheStatus(result))
                .build();
    }

    /** The member's parameters as RFC 9211 has them. */
    private static String cacheStatus(LookupResult result) {
        return switch (result.cacheStatus()) {
            case HIT -> "hit";
            case URI_MISS -> "fwd=uri-miss";
            case STALE -> "fwd=stale";
            case REQUEST -> "fwd=request";
            case STALE_ON_ERROR ->
                "fwd=stale; detail=" + result.error().orElseThrow().type().code();
        };
    }
}
