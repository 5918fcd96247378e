package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
import dev.callwatch.account.AccountKey;
import dev.callwatch.push.Subscriptions;
import dev.callwatch.time.WallClock;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.RestResponse;

/** Subscriptions: what happens to calls is pushed to a sink. */
@Path("/v1/accounts")
public class SubscriptionResource {

    private final AccessControl access;
    private final Audit audit;
    private final Subscriptions subscriptions;
    private final WallClock clock;

    SubscriptionResource(AccessControl access, Audit audit, Subscriptions subscriptions, WallClock clock) {
        this.access = access;
        this.audit = audit;
        this.subscriptions = subscriptions;
        this.clock = clock;
    }

    /** Subscribes to calls. */
    @POST
    @Path("/{accountKey}/subscriptions")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<RestResponse<SubscriptionAnswer>> subscribe(
            @PathParam("accountKey") String accountKey, byte[] body, @Context RoutingContext request) {
        RequestedSubscription requested =
                RequestedSubscription.of(accountKey, body, TraceId.traceparent(request), clock.now());
        Caller caller = AuthenticationFilter.caller(request);
        Grant grant = access.pushGrant(caller, requested.account());
        return subscriptions
                .create(caller, grant, requested.subscription())
                .invoke(created -> created.status()
                        .subscription()
                        .calls()
                        .forEach(guid -> audit.read(caller, grant, guid.value(), "subscribed")))
                .map(SubscriptionResource::answer);
    }

    /** Lists the caller's own subscriptions to calls of an account. */
    @GET
    @Path("/{accountKey}/subscriptions")
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    public Uni<SubscriptionList> list(@PathParam("accountKey") String accountKey, @Context RoutingContext request) {
        Caller caller = AuthenticationFilter.caller(request);
        AccountKey account = granted(caller, accountKey);
        return subscriptions.list(caller, account).map(SubscriptionList::of);
    }

    /** Shows one of the caller's own subscriptions. */
    @GET
    @Path("/{accountKey}/subscriptions/{subscriptionId}")
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    public Uni<SubscriptionAnswer> show(
            @PathParam("accountKey") String accountKey,
            @PathParam("subscriptionId") String subscriptionId,
            @Context RoutingContext request) {
        Caller caller = AuthenticationFilter.caller(request);
        return subscriptions
                .find(caller, granted(caller, accountKey), subscriptionId)
                .map(found -> SubscriptionAnswer.of(found.orElseThrow(NotFoundException::new)));
    }

    /** Ends one of the caller's own subscriptions. */
    @DELETE
    @Path("/{accountKey}/subscriptions/{subscriptionId}")
    public Uni<Void> unsubscribe(
            @PathParam("accountKey") String accountKey,
            @PathParam("subscriptionId") String subscriptionId,
            @Context RoutingContext request) {
        Caller caller = AuthenticationFilter.caller(request);
        return subscriptions
                .delete(caller, granted(caller, accountKey), subscriptionId)
                .invoke(deleted -> {
                    if (!deleted) {
                        throw new NotFoundException();
                    }
                })
                .replaceWithVoid();
    }

    private AccountKey granted(Caller caller, String accountKey) {
        AccountKey account = RequestedCall.account(accountKey);
        access.pushGrant(caller, account);
        return account;
    }

    private static RestResponse<SubscriptionAnswer> answer(Subscriptions.Created created) {
        SubscriptionAnswer answer = SubscriptionAnswer.of(created.status());
        String path = "/v1/accounts/" + created.status().subscription().account() + "/subscriptions/" + answer.id();
        return RestResponse.ResponseBuilder.<SubscriptionAnswer>create(
                        created.isNew() ? RestResponse.Status.CREATED : RestResponse.Status.OK)
                .entity(answer)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.LOCATION, path)
                .build();
    }
}
