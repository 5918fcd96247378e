package dev.callwatch.account;

import java.net.URI;
import java.util.Optional;

/** An account for tests that do not care which. */
public final class AnAccount {

    private AnAccount() {}

    /** With the budget that is the default of the settings. */
    public static Account usual() {
        return of(new Allowance(160, 100));
    }

    public static Account of(Allowance allowance) {
        return new Account(
                new AccountKey("a"),
                new Region("emea", URI.create("https://emea.example")),
                "client",
                new ClientSecret.Fixed("secret"),
                "scope",
                Optional.empty(),
                allowance);
    }
}
