package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The accounts of this process. */
@Path("/v1/accounts")
@Tag(name = "Accounts")
public class AccountResource {

    private final AccessControl access;

    AccountResource(AccessControl access) {
        this.access = access;
    }

    /** Lists the accounts that the caller may read, in the order of the settings. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "listAccounts", summary = "List the accounts that the caller may read")
    @APIResponse(
            responseCode = "200",
            description = "In the order of the settings; an empty list if no rule gives the caller an account.")
    @APIResponse(responseCode = "401", ref = "Unauthenticated")
    @APIResponse(responseCode = "429", ref = "RateLimited")
    public AccountList list(@Context RoutingContext request) {
        List<AccountList.Entry> entries = access.readable(AuthenticationFilter.caller(request)).stream()
                .map(AccountList.Entry::of)
                .toList();
        return new AccountList(entries);
    }
}
