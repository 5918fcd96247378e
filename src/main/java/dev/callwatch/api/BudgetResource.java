package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.budget.Budgets;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;

/** How often an account may ask Vonage now. */
@Path("/v1/accounts")
public class BudgetResource {

    private final AccessControl access;
    private final Budgets budgets;

    BudgetResource(AccessControl access, Budgets budgets) {
        this.access = access;
        this.budgets = budgets;
    }

    /** Answers where the budget of an account stands in this replica. */
    @GET
    @Path("/{accountKey}/budget")
    @Produces(MediaType.APPLICATION_JSON)
    public AccountBudget get(@PathParam("accountKey") String accountKey, @Context RoutingContext request) {
        AccountKey key = RequestedCall.account(accountKey);
        Account account =
                access.grant(AuthenticationFilter.caller(request), key).account();
        return AccountBudget.of(account.allowance(), budgets.of(account).status());
    }
}
