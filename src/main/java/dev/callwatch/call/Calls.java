package dev.callwatch.call;

import dev.callwatch.account.Account;
import dev.callwatch.vonage.CallDetail;
import dev.callwatch.vonage.CallGuid;
import dev.callwatch.vonage.UpstreamFailure;
import dev.callwatch.vonage.VonageCalls;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.MDC;

/** Tells the status of a call: what is remembered while it is fresh, otherwise one reading for all who ask. */
@Singleton
public class Calls {

    private final VonageCalls vonage;
    private final LookupOptions options;
    private final Memory memory;
    private final Clock clock;
    private final LookupMetrics metrics;
    private final ConcurrentMap<Memory.Key, Uni<CallStatus>> readings = new ConcurrentHashMap<>();

    Calls(VonageCalls vonage, LookupOptions options, Memory memory, Clock clock, LookupMetrics metrics) {
        this.vonage = vonage;
        this.options = options;
        this.memory = memory;
        this.clock = clock;
        this.metrics = metrics;
    }

    /**
     * Looks a call up.
     *
     * @param account an account that this process holds
     * @return its status, or an {@link UpstreamFailure}. Cancelling it cancels nothing that others wait for
     */
    public Uni<CallStatus> status(Account account, CallGuid guid) {
        return Uni.createFrom().deferred(() -> {
            MDC.put("callId", guid.value());
            Timer.Sample since = metrics.start();
            return freshOrRead(account, new Memory.Key(account.key(), guid))
                    .onItemOrFailure()
                    .invoke((status, failure) -> metrics.lookedUp(since, account.key(), failure));
        });
    }

    private Uni<CallStatus> freshOrRead(Account account, Memory.Key key) {
        Memory.Entry known = memory.of(key);
        Instant now = clock.instant();
        if (known.missingSince()
                .filter(since -> options.freshness().isFreshlyMissing(since, now))
                .isPresent()) {
            return Uni.createFrom().failure(new UpstreamFailure.CallNotFound());
        }
        Optional<CallStatus> fresh = known.missingSince().isPresent()
                ? Optional.empty()
                : known.status().filter(status -> options.freshness().isFresh(status, now));
        return fresh.map(status -> Uni.createFrom().item(status)).orElseGet(() -> join(account, key));
    }

    private Uni<CallStatus> join(Account account, Memory.Key key) {
        return readings.computeIfAbsent(
                key,
                absent -> read(account, key)
                        .onItemOrFailure()
                        .invoke(() -> readings.remove(key))
                        .memoize()
                        .indefinitely());
    }

    private Uni<CallStatus> read(Account account, Memory.Key key) {
        return vonage.read(account, key.guid(), options.deadline())
                .map(detail -> seen(account, key, detail))
                .onFailure(UpstreamFailure.CallNotFound.class)
                .invoke(() -> memory.keep(key, memory.of(key).missing(clock.instant())));
    }

    private CallStatus seen(Account account, Memory.Key key, CallDetail detail) {
        Memory.Entry known = memory.of(key);
        CallStatus status = Enrichment.next(
                account.key().value(), account.country(), key.guid(), detail, clock.instant(), known.status());
        memory.keep(key, known.read(status));
        return status;
    }
}
