package dev.callwatch.api;

import dev.callwatch.access.Audit;
import dev.callwatch.access.Authenticator;
import dev.callwatch.access.Caller;
import dev.callwatch.access.CallerLimits;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.problem.ProblemException;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Lets a request reach a resource once its caller is known and has not made too many requests. */
public class AuthenticationFilter {

    private static final String CALLER = AuthenticationFilter.class.getName();

    private final Authenticator authenticator;
    private final CallerLimits limits;
    private final Audit audit;

    AuthenticationFilter(Authenticator authenticator, CallerLimits limits, Audit audit) {
        this.authenticator = authenticator;
        this.limits = limits;
        this.audit = audit;
    }

    /** Fails with a problem where the request does not prove who makes it, or where its caller made too many requests. */
    @ServerRequestFilter
    public Uni<Void> admit(RoutingContext request, UriInfo uri) {
        if (MethodFilter.route(request).filter(Route::isPublic).isPresent()) {
            return Uni.createFrom().voidItem();
        }
        Optional<Caller> known = authenticator.known(request);
        if (known.isPresent()) {
            admit(known.get(), request);
            return Uni.createFrom().voidItem();
        }
        return authenticator
                .verify(request)
                .onFailure(ProblemException.class)
                .invoke(refusal -> audit.unknownCaller(account(uri), call(uri), refusal))
                .invoke(caller -> admit(caller, request))
                .replaceWithVoid();
    }

    private void admit(Caller caller, RoutingContext request) {
        limits.request(caller);
        request.put(CALLER, caller);
    }

    /** Who made an admitted request. */
    static Caller caller(RoutingContext request) {
        Caller caller = request.get(CALLER);
        if (caller == null) {
            throw new IllegalStateException("a request reached a resource without passing the authentication filter");
        }
        return caller;
    }

    private static Optional<AccountKey> account(UriInfo uri) {
        return parameter(uri, "accountKey").flatMap(AccountKey::parse);
    }

    private static Optional<String> call(UriInfo uri) {
        return parameter(uri, "callGuid").flatMap(CallGuid::parse).map(CallGuid::value);
    }

    private static Optional<String> parameter(UriInfo uri, String name) {
        return Optional.ofNullable(uri.getPathParameters().getFirst(name));
    }
}
