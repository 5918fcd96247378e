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

/** What this process has seen of calls, bounded in time and memory. */
@Singleton
// Caffeine finds the classes it generated for this mix of features by their names.
@RegisterForReflection(
        classNames = {"com.github.benmanes.caffeine.cache.SSMWW", "com.github.benmanes.caffeine.cache.PSWMW"})
class Memory {

    /** Objects, keys and times beside the texts of one status, about. */
    private static final int BYTES_BESIDE_TEXT = 1_200;

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
     * @param trouble why it could not be read since
     */
    record Entry(Optional<CallStatus> status, Optional<Trouble> trouble) {

        static final Entry NOTHING = new Entry(Optional.empty(), Optional.empty());

        Entry read(CallStatus now) {
            return new Entry(Optional.of(now), Optional.empty());
        }

        Entry failed(UpstreamFailure reason, Instant at) {
            return new Entry(status, Optional.of(new Trouble(reason, at)));
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
                .map(entry -> new Entry(entry.status().filter(this::isRetained), entry.trouble()))
                .orElse(Entry.NOTHING);
    }

    private boolean isRetained(CallStatus status) {
        return clock.instant().isBefore(status.observed().at().plus(retention));
    }

    void keep(Key key, Entry entry) {
        entries.put(key, entry);
    }
}
