package dev.callwatch.access;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Accounts;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Decides what a caller may see: nothing but what a rule says. In mode {@code none} everything. */
@Singleton
public class AccessControl {

    private static final Logger LOG = Logger.getLogger(AccessControl.class);

    private final AccessOptions options;
    private final Accounts accounts;
    private final Audit audit;

    /** Logs a warning where everybody may read everything, and where nobody may read anything. */
    public AccessControl(AccessOptions options, Accounts accounts, Audit audit) {
        this.options = options;
        this.accounts = accounts;
        this.audit = audit;
        if (isOpen()) {
            LOG.warn("callwatch.access.mode is none: anybody who reaches the port may read every account");
        } else if (options.rules().isEmpty()) {
            LOG.warn("No callwatch.access.rules.<name> is set: nobody may read anything");
        }
    }

    /**
     * What a caller may see of an account.
     *
     * @throws Forbidden where it may not read it, whether this process holds it or not
     * @throws AccountNotFound where this process does not hold it, and the caller may read every account
     */
    public Grant grant(Caller caller, AccountKey key) {
        boolean read = isOpen();
        boolean numbers = isOpen();
        for (Rule rule : options.rules()) {
            if (applies(rule, caller, key)) {
                read |= rule.read();
                numbers |= rule.numbers();
            }
        }
        if (!read) {
            Forbidden refusal = new Forbidden();
            audit.denied(caller, key, refusal);
            throw refusal;
        }
        Account account = accounts.find(key).orElseThrow(AccountNotFound::new);
        return new Grant(account, numbers);
    }

    /**
     * What a caller that subscribes to calls of an account may see of them.
     *
     * @throws Forbidden where it may not read the account, or may not subscribe
     * @throws AccountNotFound as for {@link #grant}
     */
    public Grant pushGrant(Caller caller, AccountKey key) {
        Grant grant = grant(caller, key);
        if (!maySubscribe(caller, key)) {
            Forbidden refusal = Forbidden.subscriptions();
            audit.denied(caller, key, refusal);
            throw refusal;
        }
        return grant;
    }

    /** The same as {@link #pushGrant} for a caller that is not asking: nothing where it may not subscribe, or there is no such account. */
    public Optional<Grant> currentPushGrant(Caller caller, AccountKey key) {
        return accounts.find(key)
                .filter(account -> mayRead(caller, key) && maySubscribe(caller, key))
                .map(account -> new Grant(account, maySeeNumbers(caller, key)));
    }

    /** All accounts that a caller may read, in the order of the settings. */
    public Collection<Account> readable(Caller caller) {
        return accounts.all().stream()
                .filter(account -> mayRead(caller, account.key()))
                .toList();
    }

    private boolean mayRead(Caller caller, AccountKey key) {
        return isOpen() || options.rules().stream().anyMatch(rule -> rule.read() && applies(rule, caller, key));
    }

    private boolean maySubscribe(Caller caller, AccountKey key) {
        return isOpen() || options.rules().stream().anyMatch(rule -> rule.push() && applies(rule, caller, key));
    }

    private boolean maySeeNumbers(Caller caller, AccountKey key) {
        return isOpen() || options.rules().stream().anyMatch(rule -> rule.numbers() && applies(rule, caller, key));
    }

    private static boolean applies(Rule rule, Caller caller, AccountKey key) {
        return rule.isAbout(key) && rule.isAbout(caller);
    }

    private boolean isOpen() {
        return options.mode() == AccessOptions.Mode.NONE;
    }
}
