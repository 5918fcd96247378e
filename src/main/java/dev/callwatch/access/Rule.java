package dev.callwatch.access;

import dev.callwatch.account.AccountKey;
import java.util.Optional;
import java.util.Set;

/**
 * What some callers may do.
 *
 * @param issuer the name or the URL of the issuer
 * @param subject the {@code sub}
 * @param group one of the groups
 * @param scope one of the scopes
 * @param accounts the accounts it is about; empty for all
 * @param read whether it lets callers read their calls
 * @param numbers whether it shows telephone numbers
 * @param push whether it lets callers subscribe to their calls
 */
record Rule(
        Optional<Glob> issuer,
        Optional<Glob> subject,
        Optional<Glob> group,
        Optional<Glob> scope,
        Set<AccountKey> accounts,
        boolean read,
        boolean numbers,
        boolean push) {

    // Loops instead of streams: this runs for every rule with every request.
    boolean isAbout(Caller caller) {
        return (matches(issuer, caller.issuerName()) || matches(issuer, caller.issuer()))
                && matches(subject, caller.subject())
                && matchesAny(group, caller.groups())
                && matchesAny(scope, caller.scopes());
    }

    boolean isAbout(AccountKey account) {
        return accounts.isEmpty() || accounts.contains(account);
    }

    private static boolean matches(Optional<Glob> pattern, String value) {
        return pattern.isEmpty() || pattern.get().matches(value);
    }

    private static boolean matchesAny(Optional<Glob> pattern, Set<String> values) {
        if (pattern.isEmpty()) {
            return true;
        }
        for (String value : values) {
            if (pattern.get().matches(value)) {
                return true;
            }
        }
        return false;
    }
}
