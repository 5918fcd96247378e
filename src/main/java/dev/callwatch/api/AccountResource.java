package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Accounts. */
@Path("/v1/accounts")
@Tag(name = "Accounts")
public class AccountResource {

    private final AccessControl access;

    AccountResource(AccessControl access) {
        this.access = access;
    }

    /** Lists what the caller may read. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "listAccounts", summary = "List the accounts that the caller may read")
    public AccountList list() {
        List<AccountList.Entry> entries =
                access.readable().stream().map(AccountList.Entry::of).toList();
        return new AccountList(entries);
    }
}
