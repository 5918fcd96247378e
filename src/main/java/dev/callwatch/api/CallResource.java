package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.CallerLimits;
import dev.callwatch.access.Grant;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.Calls;
import dev.callwatch.call.LookupResult;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.problem.ProblemException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jboss.resteasy.reactive.common.util.RestMediaType;

/** Calls of an account. Shares its root with {@link AccountResource}, so that a wrong method is a 405 and no 404. */
@Path("/v1/accounts")
public class CallResource {

    /** The outcome in the audit log. */
    private static final String READ = "read";

    private final AccessControl access;
    private final CallerLimits limits;
    private final Audit audit;
    private final Calls calls;
    private final LongPoll longPoll;
    private final CachedAnswer answer;
    private final BatchAnswer batch;
    private final Counter left;

    CallResource(
            AccessControl access,
            CallerLimits limits,
            Audit audit,
            Calls calls,
            LongPoll longPoll,
            CachedAnswer answer,
            BatchAnswer batch,
            MeterRegistry registry) {
        this.access = access;
        this.limits = limits;
        this.audit = audit;
        this.calls = calls;
        this.longPoll = longPoll;
        this.answer = answer;
        this.batch = batch;
        this.left = Disconnects.counter(registry, Disconnects.CLIENT);
    }

    /** Looks one call up. */
    @GET
    @Path("/{accountKey}/calls/{callGuid}")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<RestResponse<byte[]>> lookUp(
            @PathParam("accountKey") String accountKey,
            @PathParam("callGuid") String callGuid,
            @RestHeader("Cache-Control") List<String> cacheControl,
            @RestHeader("If-None-Match") List<String> ifNoneMatch,
            @RestHeader("Prefer") List<String> prefer,
            @Context RoutingContext request) {
        RequestedCall requested = RequestedCall.of(accountKey, callGuid);
        Caller caller = AuthenticationFilter.caller(request);
        Grant grant = access.grant(caller, requested.account());
        CacheDirectives directives = CacheControl.parse(cacheControl);
        // A caller that wants what is cached does not wait for what is not.
        Optional<Duration> wait =
                ifNoneMatch.isEmpty() || directives.onlyIfCached() ? Optional.empty() : Preference.wait(prefer);
        Optional<LookupResult> cached =
                wait.isPresent() ? Optional.empty() : calls.lookUpCached(grant.account(), requested.guid(), directives);
        if (cached.isPresent()) {
            audit.read(caller, grant, requested.guid().value(), READ);
            return Uni.createFrom().item(answer.of(cached.get(), grant, ifNoneMatch, wait, request));
        }
        Uni<LookupResult> result = wait.isPresent()
                ? waiting(caller, grant, requested.guid(), directives, ifNoneMatch, wait.get())
                : calls.lookUp(grant.account(), requested.guid(), directives, caller.name());
        return result.onItemOrFailure()
                .invoke((found, failure) ->
                        audit.read(caller, grant, requested.guid().value(), outcome(failure)))
                .onFailure(UpstreamFailure.CallNotFound.class)
                .invoke(() -> calls.missing(grant.account(), requested.guid())
                        .ifPresent(missing -> answer.headers(missing, request.response())))
                .map(found -> answer.of(found, grant, ifNoneMatch, wait, request));
    }

    private Uni<LookupResult> waiting(
            Caller caller,
            Grant grant,
            CallGuid guid,
            CacheDirectives directives,
            List<String> ifNoneMatch,
            Duration longest) {
        CallerLimits.Reservation reservation = limits.wait(caller);
        return longPoll.lookUp(
                        grant.account(),
                        guid,
                        directives,
                        status -> answer.isNew(status, grant, ifNoneMatch),
                        longest,
                        caller)
                .onTermination()
                .invoke(reservation::release);
    }

    /** Looks several calls up and answers when all are known. */
    @POST
    @Path("/{accountKey}/calls/lookup")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<RestResponse<byte[]>> lookUpAll(
            @PathParam("accountKey") String accountKey, byte[] body, @Context RoutingContext request) {
        RequestedBatch requested = RequestedBatch.of(accountKey, body);
        Caller caller = AuthenticationFilter.caller(request);
        return batch.inOrder(caller, access.grant(caller, requested.account()), requested, request);
    }

    /** Looks several calls up and answers each as soon as it is known. */
    @POST
    @Path("/{accountKey}/calls/lookup")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(RestMediaType.APPLICATION_NDJSON)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = EventResource.NO_BUFFERING, value = "no")
    public Multi<Line> lookUpEach(
            @PathParam("accountKey") String accountKey, byte[] body, @Context RoutingContext request) {
        RequestedBatch requested = RequestedBatch.of(accountKey, body);
        Caller caller = AuthenticationFilter.caller(request);
        return batch.asKnown(caller, access.grant(caller, requested.account()), requested, request)
                .map(Line::new)
                .onCancellation()
                .invoke(left::increment);
    }

    private static String outcome(Throwable failure) {
        return failure instanceof ProblemException problem ? problem.type().code() : failure == null ? READ : "failed";
    }
}
