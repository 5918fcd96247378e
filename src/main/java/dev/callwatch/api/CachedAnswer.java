package dev.callwatch.api;

import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Sighting;
import dev.callwatch.problem.ProblemType;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jboss.resteasy.reactive.RestResponse;

/** Answers a sighting with the headers that HTTP caches understand, or a 304 where the caller has it already. */
@Singleton
class CachedAnswer {

    private final EntityTags tags;

    CachedAnswer(EntityTags tags) {
        this.tags = tags;
    }

    /** @param ifNoneMatch the lines of that request header */
    RestResponse<CallStatus> of(Sighting sighting, List<String> ifNoneMatch) {
        String tag = tags.of(sighting.status());
        RestResponse.ResponseBuilder<CallStatus> answer = EntityTags.matches(ifNoneMatch, tag)
                ? RestResponse.ResponseBuilder.create(RestResponse.Status.NOT_MODIFIED)
                : RestResponse.ResponseBuilder.ok(sighting.status(), MediaType.APPLICATION_JSON_TYPE);
        return answer.header(HttpHeaders.ETAG, tag)
                .header(
                        HttpHeaders.CACHE_CONTROL,
                        "private, max-age=" + sighting.lifetime().toSeconds())
                .header("Age", Math.max(0, sighting.age().toSeconds()))
                .header("Cache-Status", "callwatch; " + cacheStatus(sighting))
                .build();
    }

    /** The member's parameters as RFC 9211 has them. */
    private static String cacheStatus(Sighting sighting) {
        return switch (sighting.source()) {
            case REMEMBERED -> "hit";
            case READ_FIRST -> "fwd=uri-miss";
            case READ_AGAIN -> "fwd=stale";
            case READ_ON_DEMAND -> "fwd=request";
            case LAST_KNOWN ->
                "fwd=stale; detail=" + sighting.reason().map(ProblemType::code).orElseThrow();
        };
    }
}
