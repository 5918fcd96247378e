package dev.callwatch.watch;

import dev.callwatch.account.AccountKey;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Wakes those who wait for the log of an account to grow. Safe for concurrent use. */
final class FeedSignals {

    private static final class Signal {

        private long version;
        private final Set<UniEmitter<? super Void>> waiting = new HashSet<>();
    }

    private final Map<AccountKey, Signal> signals = new HashMap<>();

    /** How often the log has grown, to wait with. */
    synchronized long version(AccountKey account) {
        return signal(account).version;
    }

    /** Something was appended. */
    void appended(AccountKey account) {
        List<UniEmitter<? super Void>> woken;
        synchronized (this) {
            Signal signal = signal(account);
            signal.version++;
            woken = List.copyOf(signal.waiting);
            signal.waiting.clear();
        }
        woken.forEach(emitter -> emitter.complete(null));
    }

    /** An item once the log has grown since a version, at once where it has already. */
    Uni<Void> after(AccountKey account, long version) {
        return Uni.createFrom().emitter(emitter -> {
            emitter.onTermination(() -> leave(account, emitter));
            if (!enter(account, version, emitter)) {
                emitter.complete(null);
            }
        });
    }

    /** Wakes all who wait. */
    void all() {
        List<AccountKey> accounts;
        synchronized (this) {
            accounts = List.copyOf(signals.keySet());
        }
        accounts.forEach(this::appended);
    }

    private synchronized boolean enter(AccountKey account, long version, UniEmitter<? super Void> emitter) {
        Signal signal = signal(account);
        return signal.version == version && signal.waiting.add(emitter);
    }

    private synchronized void leave(AccountKey account, UniEmitter<? super Void> emitter) {
        signal(account).waiting.remove(emitter);
    }

    private Signal signal(AccountKey account) {
        return signals.computeIfAbsent(account, absent -> new Signal());
    }
}
