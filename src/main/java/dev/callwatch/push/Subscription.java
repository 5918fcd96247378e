package dev.callwatch.push;

import dev.callwatch.access.Caller;
import dev.callwatch.access.Sha256;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a caller subscribed to. It does not change.
 *
 * @param id 32 hexadecimal digits
 * @param caller who subscribed
 * @param account whose calls these are
 * @param sink the name of a sink of the settings, or a URL
 * @param contentMode how events are sent; the sink's own mode where it is empty
 * @param types the events to send
 * @param calls 1 to 100
 * @param startsAt since when
 * @param expiresAt until when, at most 24 h later
 * @param maxEvents after how many events it ends
 * @param initialEvent whether the current status of each call is the first event
 * @param ratePerMinute how many requests a minute the sink allowed when it agreed to be called
 * @param traceparent of the request that made it (W3C Trace Context), which its events carry
 */
public record Subscription(
        String id,
        Caller caller,
        AccountKey account,
        String sink,
        Optional<ContentMode> contentMode,
        EventTypes types,
        Set<CallGuid> calls,
        Instant startsAt,
        Instant expiresAt,
        OptionalInt maxEvents,
        boolean initialEvent,
        OptionalInt ratePerMinute,
        Optional<String> traceparent) {

    /** Keeps the order of the calls. */
    public Subscription {
        calls = Collections.unmodifiableSet(new LinkedHashSet<>(calls));
    }

    /** The same for subscriptions that send the same events of the same calls to the same sink for the same caller. */
    public String content() {
        String content = Stream.concat(
                        Stream.of(caller.name(), account.value(), sink, String.join(",", types.names())),
                        calls.stream().map(CallGuid::value).sorted())
                .collect(Collectors.joining("\n"));
        return Sha256.hex(content);
    }

    /** One text for its caller, to tell callers apart by. */
    public String callerName() {
        return caller.name();
    }

    /** Whether it is a caller's own. */
    boolean belongsTo(Caller other, AccountKey key) {
        return caller.name().equals(other.name()) && account.equals(key);
    }
}
