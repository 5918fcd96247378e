package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.WallClock;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.rest.client.ext.ResponseExceptionMapper;

/** Turns every status other than 200, redirects included, into the failure it means. */
final class RefusalMapper implements ResponseExceptionMapper<UpstreamFailure> {

    private final WallClock clock;

    RefusalMapper(WallClock clock) {
        this.clock = clock;
    }

    @Override
    public boolean handles(int status, MultivaluedMap<String, Object> headers) {
        // The REST client asks with status 0 where the connection failed.
        return status != 200 && status != 0;
    }

    @Override
    public UpstreamFailure toThrowable(Response response) {
        return UpstreamFailures.ofCall(
                response.getStatus(), response.getHeaderString(HttpHeaders.RETRY_AFTER), clock.now());
    }
}
