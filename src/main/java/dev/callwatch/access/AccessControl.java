package dev.callwatch.access;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Accounts;
import dev.callwatch.account.Faults;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Locale;
import org.jboss.logging.Logger;

/** Decides which accounts a caller may read. In mode {@code none} that is every account. */
@Singleton
public class AccessControl {

    private static final Logger LOG = Logger.getLogger(AccessControl.class);
    private static final String MODE = "callwatch.access.mode";

    private final Accounts accounts;

    /** Reads the settings; what is wrong with them is noted in {@code faults}. */
    public AccessControl(AccessSettings settings, Accounts accounts, Faults faults) {
        this.accounts = accounts;
        switch (settings.mode().trim().toLowerCase(Locale.ROOT)) {
            case "none" -> LOG.warn(MODE + " is none: whoever reaches the port may read every account");
            case "oidc" ->
                faults.add(
                        MODE,
                        "is oidc (the default), which this version does not offer yet: set it to none to let whoever"
                                + " reaches the port read every account");
            default -> faults.add(MODE, "must be oidc or none, but is " + settings.mode());
        }
    }

    /**
     * The account that a caller asks for.
     *
     * @throws AccountNotFound where this process does not hold it
     */
    public Account readable(AccountKey key) {
        return accounts.find(key).orElseThrow(AccountNotFound::new);
    }

    /** All accounts that the caller may read. */
    public Collection<Account> readable() {
        return accounts.all();
    }
}
