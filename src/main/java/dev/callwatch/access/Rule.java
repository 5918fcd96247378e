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

    boolean isAbout(Caller caller) {
        return matches(issuer, Set.of(caller.issuerName(), caller.issuer()))
                && matches(subject, Set.of(caller.subject()))
                && matches(group, caller.groups())
                && matches(scope, caller.scopes());
    }

    boolean isAbout(AccountKey account) {
        return accounts.isEmpty() || accounts.contains(account);
    }

    private static boolean matches(Optional<Glob> pattern, Set<String> values) {
        return pattern.isEmpty() || values.stream().anyMatch(pattern.get()::matches);
    }
}
