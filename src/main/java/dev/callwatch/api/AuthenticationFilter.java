package dev.callwatch.api;

import dev.callwatch.access.Authenticator;
import dev.callwatch.access.Caller;
import dev.callwatch.access.CallerLimits;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Lets no request reach a resource before it is known who asks, and that they do not ask too often. */
public class AuthenticationFilter {

    private static final String CALLER = AuthenticationFilter.class.getName();

    private final Authenticator callers;
    private final CallerLimits limits;

    AuthenticationFilter(Authenticator callers, CallerLimits limits) {
        this.callers = callers;
        this.limits = limits;
    }

    /** Answers with a problem where nobody vouches for the caller, or where it made too many requests. */
    @ServerRequestFilter
    public Uni<Void> admit(RoutingContext request) {
        return callers.identify(request)
                .invoke(limits::request)
                .invoke(caller -> request.put(CALLER, caller))
                .replaceWithVoid();
    }

    /** Who made an admitted request. */
    static Caller caller(RoutingContext request) {
        Caller caller = request.get(CALLER);
        if (caller == null) {
            throw new IllegalStateException("a resource was reached past the admission");
        }
        return caller;
    }
}
