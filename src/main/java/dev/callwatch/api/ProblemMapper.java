package dev.callwatch.api;

import dev.callwatch.access.Unauthenticated;
import dev.callwatch.problem.Problem;
import dev.callwatch.problem.ProblemException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Maps every failure to a problem. */
public class ProblemMapper {

    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    private static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(5);

    /** Maps a failure that names its problem. */
    @ServerExceptionMapper
    public RestResponse<Problem> named(ProblemException failure, RoutingContext request) {
        int status = failure.type().status();
        RestResponse.ResponseBuilder<Problem> answer = answer(of(failure, request));
        if (failure instanceof Unauthenticated refusal) {
            answer.header(HttpHeaders.WWW_AUTHENTICATE, refusal.challenge());
        }
        if (status == 429 || status == 503) {
            answer.header(HttpHeaders.RETRY_AFTER, seconds(failure.retryAfter().orElse(DEFAULT_RETRY_AFTER)));
        }
        return answer.build();
    }

    /** Maps a refusal of the framework: no such path, method or media type, and the like. */
    @ServerExceptionMapper
    public RestResponse<Problem> framework(WebApplicationException failure, RoutingContext request) {
        Response refusal = failure.getResponse();
        if (refusal.getStatus() >= 500 && !(failure instanceof ServiceUnavailableException)) {
            LOG.error("A request failed", failure);
        }
        RestResponse.ResponseBuilder<Problem> answer = answer(ofStatus(refusal.getStatus(), request));
        for (String kept : List.of(HttpHeaders.ALLOW, HttpHeaders.RETRY_AFTER)) {
            String value = refusal.getHeaderString(kept);
            if (value != null) {
                answer.header(kept, value);
            }
        }
        return answer.build();
    }

    /** Maps a defect of this service to a 500 without details, and logs it. That a client left before its answer was written is none. */
    @ServerExceptionMapper
    public RestResponse<Problem> defect(Throwable failure, RoutingContext request) {
        boolean left =
                failure instanceof IOException && (request.response().closed() || ClosedByClient.isCauseOf(failure));
        LOG.log(left ? Logger.Level.DEBUG : Logger.Level.ERROR, "A request failed", failure);
        return answer(ofStatus(500, request)).build();
    }

    /** The problem of a failure, as the body of an answer. */
    static Problem of(ProblemException failure, RoutingContext request) {
        return Problem.of(failure, instance(request.request().path()), TraceId.of(request));
    }

    /** A problem with no meaning beyond its status. */
    static Problem ofStatus(int status, RoutingContext request) {
        return ofStatus(status, request.request().path(), TraceId.of(request));
    }

    /** The same, of a request that has not been routed. */
    static Problem ofStatus(int status, String path, String traceId) {
        Optional<Response.Status> known = Optional.ofNullable(Response.Status.fromStatusCode(status));
        String reason = known.map(Response.Status::getReasonPhrase).orElse("HTTP status " + status);
        return Problem.ofStatus(status, reason, detail(status), instance(path), traceId);
    }

    private static String detail(int status) {
        return switch (status) {
            case 400 -> "The request cannot be understood.";
            case 404 -> "There is nothing at this path.";
            case 405 -> "This path does not offer the method; the Allow header names those it does.";
            case 406 -> "This path does not offer any of the media types that the Accept header asks for.";
            case 408 -> "The body did not arrive in time.";
            case 413 -> "The body is too large.";
            case 414 -> "The path is too long.";
            case 431 -> "The headers are too large.";
            case 503 ->
                "Too many large answers are on their way. Try again in a moment, or ask for fewer calls at once.";
            case 501 -> "This service knows no such method.";
            case 415 -> "This path does not accept the media type of the body.";
            default ->
                status >= 500 ? "The service failed. The traceId finds it in the log." : "The request is refused.";
        };
    }

    private static RestResponse.ResponseBuilder<Problem> answer(Problem problem) {
        // Not every status has a constant, 422 for one.
        return RestResponse.ResponseBuilder.<Problem>create(problem.status())
                .entity(problem)
                .type(Problem.MEDIA_TYPE);
    }

    private static URI instance(String path) {
        try {
            return new URI(path);
        } catch (URISyntaxException malformed) {
            return URI.create("/");
        }
    }

    private static long seconds(Duration wait) {
        return Math.max(1, wait.plusMillis(999).toSeconds());
    }
}
