package dev.callwatch.call;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.callwatch.account.AccountKey;
import dev.callwatch.vonage.CallGuid;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.time.Clock;
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
     * What is known of one call.
     *
     * @param status the last status read
     * @param missingSince when Vonage last said that it does not know the call, if it said so since
     */
    record Entry(Optional<CallStatus> status, Optional<Instant> missingSince) {

        static final Entry NOTHING = new Entry(Optional.empty(), Optional.empty());

        Entry read(CallStatus now) {
            return new Entry(Optional.of(now), Optional.empty());
        }

        Entry missing(Instant now) {
            return new Entry(status, Optional.of(now));
        }

        private int weight() {
            return BYTES_BESIDE_TEXT
                    + status.map(known ->
                                    known.vonage().length() + known.summary().length())
                            .orElse(0);
        }
    }

    private final Cache<Key, Entry> entries;

    Memory(LookupOptions options, Clock clock) {
        this.entries = Caffeine.newBuilder()
                .expireAfterWrite(options.retention())
                .maximumWeight(options.memory())
                .weigher((Key key, Entry entry) -> entry.weight())
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    Entry of(Key key) {
        return Optional.ofNullable(entries.getIfPresent(key)).orElse(Entry.NOTHING);
    }

    void keep(Key key, Entry entry) {
        entries.put(key, entry);
    }
}
