package dev.callwatch.call;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.callwatch.account.AccountKey;
import dev.callwatch.vonage.CallGuid;
import dev.callwatch.vonage.UpstreamFailure;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What this process has seen of calls, bounded in time and memory. */
@Singleton
// Caffeine finds the classes it generated for this mix of features by their names.
@RegisterForReflection(
        classNames = {"com.github.benmanes.caffeine.cache.SSMWW", "com.github.benmanes.caffeine.cache.PSWMW"})
class Memory {

    /** Objects, keys and times beside the texts of one status, about. */
    private static final int BYTES_BESIDE_TEXT = 1_500;

    record Key(AccountKey account, CallGuid guid) {}

    /**
     * Why a call could not be read lately.
     *
     * @param reason what the reading failed with
     * @param at when it failed
     */
    record Trouble(UpstreamFailure reason, Instant at) {}

    /**
     * What is known of one call.
     *
     * @param status the last status read
     * @param lastKnown the same, marked as stale; made once, since all who ask meanwhile are answered with it
     * @param trouble why it could not be read since
     */
    record Entry(Optional<CallStatus> status, Optional<CallStatus> lastKnown, Optional<Trouble> trouble) {

        static final Entry NOTHING = new Entry(Optional.empty(), Optional.empty(), Optional.empty());

        static Entry of(CallStatus status) {
            return new Entry(Optional.of(status), Optional.empty(), Optional.empty());
        }

        Entry failed(UpstreamFailure reason, Instant at) {
            return new Entry(
                    status,
                    lastKnown.or(() -> status.map(CallStatus::asLastKnown)),
                    Optional.of(new Trouble(reason, at)));
        }

        /** Whether Vonage knew the call and knows it no longer. */
        boolean isForgotten() {
            return trouble.filter(recent -> recent.reason() instanceof UpstreamFailure.CallNotFound)
                    .isPresent();
        }

        private Entry ifRetained(Predicate<CallStatus> retained) {
            return status.isEmpty() || retained.test(status.get())
                    ? this
                    : new Entry(Optional.empty(), Optional.empty(), trouble);
        }

        private int weight() {
            return BYTES_BESIDE_TEXT
                    + status.map(known ->
                                    known.vonage().length() + known.summary().length())
                            .orElse(0);
        }
    }

    private final Cache<Key, Entry> entries;
    private final Duration retention;
    private final Clock clock;

    Memory(LookupOptions options, Clock clock) {
        this.retention = options.retention();
        this.clock = clock;
        this.entries = Caffeine.newBuilder()
                .expireAfterWrite(options.retention())
                .maximumWeight(options.memory())
                .weigher((Key key, Entry entry) -> entry.weight())
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    /** What is known of a call; a status that Vonage told longer ago than the retention is forgotten. */
    Entry of(Key key) {
        return Optional.ofNullable(entries.getIfPresent(key))
                .map(entry -> entry.ifRetained(this::isRetained))
                .orElse(Entry.NOTHING);
    }

    private boolean isRetained(CallStatus status) {
        return clock.instant().isBefore(status.observed().at().plus(retention));
    }

    void keep(Key key, Entry entry) {
        entries.put(key, entry);
    }
}
