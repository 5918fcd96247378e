package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** The accounts of this process. */
@Path("/v1/accounts")
public class AccountResource {

    private final AccessControl access;

    AccountResource(AccessControl access) {
        this.access = access;
    }

    /** Lists the accounts that the caller may read, in the order of the settings. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public AccountList list(@Context RoutingContext request) {
        List<AccountList.Entry> entries = access.readable(AuthenticationFilter.caller(request)).stream()
                .map(AccountList.Entry::of)
                .toList();
        return new AccountList(entries);
    }
}
