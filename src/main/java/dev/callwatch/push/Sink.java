package dev.callwatch.push;

import dev.callwatch.account.AccountKey;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Where events are delivered.
 *
 * @param name in the settings; the URL where a subscription named that
 * @param url its address
 * @param contentMode how events are sent unless a subscription says otherwise
 * @param secrets what its deliveries are signed with
 * @param tokenFile holds a bearer token for it, read again for each delivery
 * @param ca the authorities that its certificate may come from; the platform's where there are none
 * @param accounts whose events it may get; empty for all
 * @param extensions further attributes of its events
 * @param follow what it gets of every call of its accounts, without subscriptions; empty for nothing
 * @param ratePerMinute how many requests a minute it allows
 * @param addresses which addresses its name may resolve to
 */
record Sink(
        String name,
        URI url,
        ContentMode contentMode,
        SinkSecrets secrets,
        Optional<Path> tokenFile,
        List<X509Certificate> ca,
        Set<AccountKey> accounts,
        Map<String, String> extensions,
        Optional<Follow> follow,
        OptionalInt ratePerMinute,
        Predicate<InetAddress> addresses) {

    /**
     * What a sink gets of every call of its accounts.
     *
     * @param types of the events
     * @param numbers whether they have telephone numbers
     */
    record Follow(EventTypes types, boolean numbers) {}

    /** A sink that a subscription names by its URL. */
    static Sink of(URI url, OptionalInt ratePerMinute, Predicate<InetAddress> addresses) {
        return new Sink(
                url.toString(),
                url,
                ContentMode.STRUCTURED,
                SinkSecrets.NONE,
                Optional.empty(),
                List.of(),
                Set.of(),
                Map.of(),
                Optional.empty(),
                ratePerMinute,
                addresses);
    }

    /** Whether it may get the events of an account. */
    boolean isFor(AccountKey account) {
        return accounts.isEmpty() || accounts.contains(account);
    }

    /** Its name in logs: of a URL without its query, which may hold a secret. */
    String shown() {
        int query = name.indexOf('?');
        return query < 0 ? name : name.substring(0, query);
    }
}
