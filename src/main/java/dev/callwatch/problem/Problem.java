package dev.callwatch.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.net.URI;
import java.util.List;

/**
 * A problem details object (RFC 9457), {@code application/problem+json}.
 *
 * @param type the kind of problem
 * @param title the kind in a few words
 * @param status the HTTP status code
 * @param detail what happened, in a sentence
 * @param instance the path of the request
 * @param traceId 32 hexadecimal digits, the same as in the logs and traces of the request
 * @param violations the malformed parts of the request; left out if there are none
 */
@JsonPropertyOrder({"type", "title", "status", "detail", "instance", "traceId", "violations"})
@RegisterForReflection
public record Problem(
        URI type,
        String title,
        int status,
        String detail,
        URI instance,
        String traceId,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Violation> violations) {

    /** The media type of every problem. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** The problem of a failure. */
    public static Problem of(ProblemException failure, URI instance, String traceId) {
        ProblemType type = failure.type();
        return new Problem(
                type.type(),
                type.title(),
                type.status(),
                failure.getMessage(),
                instance,
                traceId,
                failure.violations());
    }

    /**
     * A problem without a type of its own, {@code about:blank}: its HTTP status code says all (RFC 9457, section 4.2.1).
     *
     * @param reason the reason phrase of the status code
     */
    public static Problem ofStatus(int status, String reason, String detail, URI instance, String traceId) {
        return new Problem(URI.create("about:blank"), reason, status, detail, instance, traceId, List.of());
    }
}
