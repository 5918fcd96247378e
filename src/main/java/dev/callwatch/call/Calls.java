package dev.callwatch.call;

import dev.callwatch.account.Account;
import dev.callwatch.vonage.CallDetail;
import dev.callwatch.vonage.CallGuid;
import dev.callwatch.vonage.CallReader;
import dev.callwatch.vonage.UpstreamFailure;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jboss.logging.MDC;

/**
 * Tells the status of a call: what is remembered while it is fresh, otherwise one reading for all who ask, and the last
 * known status where Vonage cannot be read.
 */
@Singleton
public class Calls {

    private static final Duration BETWEEN_FORCED_READINGS = Duration.ofSeconds(1);

    private final CallReader vonage;
    private final LookupOptions options;
    private final Memory memory;
    private final Clock clock;
    private final LookupMetrics metrics;
    private final Consumer<CallChanged> changes;
    private final ConcurrentMap<Memory.Key, Uni<CallStatus>> readings = new ConcurrentHashMap<>();

    @Inject
    Calls(
            CallReader vonage,
            LookupOptions options,
            Memory memory,
            Clock clock,
            LookupMetrics metrics,
            Event<CallChanged> changes) {
        this(vonage, options, memory, clock, metrics, changes::fire);
    }

    Calls(
            CallReader vonage,
            LookupOptions options,
            Memory memory,
            Clock clock,
            LookupMetrics metrics,
            Consumer<CallChanged> changes) {
        this.vonage = vonage;
        this.options = options;
        this.memory = memory;
        this.clock = clock;
        this.metrics = metrics;
        this.changes = changes;
    }

    /**
     * Looks a call up.
     *
     * @param account an account that this process holds
     * @param demand how fresh the answer has to be
     * @return its status; where Vonage cannot be read the last known one; an {@link UpstreamFailure} where none is
     *     known, {@link NotCached} where Vonage must not be asked. Cancelling it cancels nothing that others wait for
     */
    public Uni<Sighting> look(Account account, CallGuid guid, Demand demand) {
        return look(account, guid, demand, Instant.MAX);
    }

    /**
     * Looks a call up like {@link #look(Account, CallGuid, Demand)}, but waits no longer than until a deadline. A reading
     * goes on after it for others.
     */
    Uni<Sighting> look(Account account, CallGuid guid, Demand demand, Instant deadline) {
        return Uni.createFrom().deferred(() -> {
            MDC.put("callId", guid.value());
            Timer.Sample since = metrics.start();
            return answer(account, new Memory.Key(account.key(), guid), demand, deadline)
                    .onItemOrFailure()
                    .invoke((sighting, failure) -> metrics.lookedUp(since, account.key(), sighting, failure));
        });
    }

    /** The last status of a call, however old, if it is remembered. */
    public Optional<CallStatus> known(Account account, CallGuid guid) {
        return memory.of(new Memory.Key(account.key(), guid)).status();
    }

    /** What is remembered of a call, however old, without asking Vonage. */
    public Optional<Sighting> lastSighting(Account account, CallGuid guid) {
        Memory.Entry known = memory.of(new Memory.Key(account.key(), guid));
        return known.trouble().isPresent()
                ? known.lastKnown()
                        .map(status -> stale(status, known.trouble().get().reason()))
                : known.status().map(status -> sighting(status, Sighting.Source.REMEMBERED));
    }

    /** Whether nothing more is to come of a call: it has ended, and its disposition is set or no longer waited for. */
    public boolean isSettled(CallStatus status) {
        return options.freshness().isSettled(status, clock.instant());
    }

    /** Whether an ordinary look-up would be answered without asking Vonage. */
    boolean remembers(Account account, CallGuid guid) {
        return remembered(memory.of(new Memory.Key(account.key(), guid)), Demand.ORDINARY)
                .isPresent();
    }

    private Uni<Sighting> answer(Account account, Memory.Key key, Demand demand, Instant deadline) {
        Memory.Entry known = memory.of(key);
        return remembered(known, demand).orElseGet(() -> {
            if (demand.onlyIfCached()) {
                return Uni.createFrom().failure(new NotCached());
            }
            Sighting.Source source = source(known, demand);
            return vonage.until(deadline, () -> join(account, key, known, demand.caller()))
                    .map(status -> sighting(status, source))
                    .onFailure(UpstreamFailure.class)
                    .recoverWithUni(failure -> lastKnown(memory.of(key), (UpstreamFailure) failure));
        });
    }

    /** What can be said without asking Vonage, if anything. */
    private Optional<Uni<Sighting>> remembered(Memory.Entry known, Demand demand) {
        Instant now = clock.instant();
        Optional<CallStatus> fresh =
                known.status().filter(status -> !known.isForgotten() && suffices(status, demand, now));
        Optional<Memory.Trouble> trouble = known.trouble().filter(recent -> stands(recent, demand, now));
        boolean troubled =
                trouble.isPresent() && (fresh.isEmpty() || demand.maxAge().isPresent());
        return troubled
                ? Optional.of(lastKnown(known, trouble.get().reason()))
                : fresh.map(status -> Uni.createFrom().item(sighting(status, Sighting.Source.REMEMBERED)));
    }

    private boolean stands(Memory.Trouble trouble, Demand demand, Instant now) {
        boolean justNow = now.isBefore(trouble.at().plus(BETWEEN_FORCED_READINGS));
        boolean missing = trouble.reason() instanceof UpstreamFailure.CallNotFound
                && options.freshness().isFreshlyMissing(trouble.at(), now)
                && demand.accepts(Duration.between(trouble.at(), now));
        return justNow || missing;
    }

    private boolean suffices(CallStatus status, Demand demand, Instant now) {
        Duration age = Duration.between(status.observed().at(), now);
        boolean forced = demand.maxAge().isPresent();
        return options.freshness().isFresh(status, now) && demand.accepts(age)
                || forced && age.compareTo(BETWEEN_FORCED_READINGS) < 0;
    }

    private Sighting.Source source(Memory.Entry known, Demand demand) {
        if (known.status().isEmpty()) {
            return Sighting.Source.READ_FIRST;
        }
        boolean fresh = options.freshness().isFresh(known.status().get(), clock.instant());
        return fresh && demand.maxAge().isPresent() ? Sighting.Source.READ_ON_DEMAND : Sighting.Source.READ_AGAIN;
    }

    private Sighting sighting(CallStatus status, Sighting.Source source) {
        return new Sighting(status, source, age(status), options.freshness().lifetime(status), Optional.empty());
    }

    private Uni<Sighting> lastKnown(Memory.Entry known, UpstreamFailure reason) {
        // A reading that is given up leaves no trouble behind, so the status may not be marked yet.
        return known.lastKnown()
                .or(() -> known.status().map(CallStatus::asLastKnown))
                .map(status -> Uni.createFrom().item(stale(status, reason)))
                .orElseGet(() -> Uni.createFrom().failure(reason));
    }

    private Sighting stale(CallStatus status, UpstreamFailure reason) {
        return new Sighting(status, Sighting.Source.LAST_KNOWN, age(status), Duration.ZERO, Optional.of(reason));
    }

    private Duration age(CallStatus status) {
        return Duration.between(status.observed().at(), clock.instant());
    }

    private Uni<CallStatus> join(Account account, Memory.Key key, Memory.Entry known, String caller) {
        return readings.computeIfAbsent(
                key,
                absent -> Uni.createFrom()
                        .deferred(() -> justRead(key, known)
                                .map(status -> Uni.createFrom().item(status))
                                .orElseGet(() -> read(account, key, caller)))
                        .onItemOrFailure()
                        .invoke(() -> readings.remove(key))
                        .memoize()
                        .indefinitely());
    }

    /** What another reading brought between this caller's look at the memory and its turn to read. */
    private Optional<CallStatus> justRead(Memory.Key key, Memory.Entry known) {
        Memory.Entry now = memory.of(key);
        return now.status()
                .filter(status -> now.trouble().isEmpty()
                        && known.status().filter(status::equals).isEmpty());
    }

    private Uni<CallStatus> read(Account account, Memory.Key key, String caller) {
        return vonage.read(account, key.guid(), options.deadline(), caller)
                .map(detail -> seen(account, key, detail))
                .onFailure(UpstreamFailure.class)
                .invoke(failure -> failed(key, (UpstreamFailure) failure));
    }

    private CallStatus seen(Account account, Memory.Key key, CallDetail detail) {
        Memory.Entry known = memory.of(key);
        CallStatus status = Enrichment.next(
                account.key().value(), account.country(), key.guid(), detail, clock.instant(), known.status());
        memory.keep(key, Memory.Entry.of(status));
        if (known.status()
                .filter(before -> before.revision() == status.revision())
                .isEmpty()) {
            changes.accept(new CallChanged(account.key(), status));
        }
        return status;
    }

    private void failed(Memory.Key key, UpstreamFailure reason) {
        Memory.Entry known = memory.of(key);
        // A failure is no value. It is kept beside a status, or where it says something of the call: otherwise
        // each of many who ask would make Vonage say it again.
        if (known.status().isPresent() || reason.isVerdict()) {
            memory.keep(key, known.failed(reason, clock.instant()));
        }
    }
}
