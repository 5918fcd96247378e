package dev.callwatch.watch;

import dev.callwatch.account.Account;
import dev.callwatch.account.Accounts;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallHint;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.time.Delay;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.Logger;

/** Reads the calls that notifications name, if they are followed, or known and not settled. */
@Singleton
class HintedCalls {

    private static final Logger LOG = Logger.getLogger(HintedCalls.class);

    private final Calls calls;
    private final CallPollers pollers;
    private final Accounts accounts;
    private final Delay delay;
    private final NotificationMetrics metrics;
    private final ConcurrentMap<CallKey, HintedCall> reading = new ConcurrentHashMap<>();

    HintedCalls(Calls calls, CallPollers pollers, Accounts accounts, Delay delay, MeterRegistry registry) {
        this.calls = calls;
        this.pollers = pollers;
        this.accounts = accounts;
        this.delay = delay;
        this.metrics = new NotificationMetrics(registry);
    }

    /** Something has happened to what may be a call. */
    void hinted(Account account, CallGuid guid, CallHint.Kind kind) {
        CallKey key = new CallKey(account.key(), guid);
        if (reading.containsKey(key) || pollers.isFollowed(key)) {
            read(account, key, kind);
            return;
        }
        Optional<CallStatus> here = calls.known(account, guid);
        if (here.isPresent()) {
            readUnlessSettled(account, key, kind, here.get());
            return;
        }
        calls.knownAnywhere(account, guid)
                .subscribe()
                .with(
                        known -> known.ifPresent(status -> readUnlessSettled(account, key, kind, status)),
                        HintedCalls::defect);
    }

    /** Another replica received the hint; it cannot know of a call that is followed here and could not be read so far. */
    void hintedElsewhere(CallHint hint) {
        accounts.find(hint.account())
                .ifPresent(account -> hint.calls().stream()
                        .filter(guid -> pollers.isFollowed(new CallKey(account.key(), guid))
                                && calls.known(account, guid).isEmpty())
                        .forEach(guid -> read(account, new CallKey(account.key(), guid), hint.kind())));
    }

    private void readUnlessSettled(Account account, CallKey key, CallHint.Kind kind, CallStatus known) {
        if (!calls.isSettled(known)) {
            read(account, key, kind);
        }
    }

    private void read(Account account, CallKey key, CallHint.Kind kind) {
        while (true) {
            HintedCall call = reading.computeIfAbsent(key, absent -> open(account, key));
            if (call.hinted(kind)) {
                return;
            }
            reading.remove(key, call);
        }
    }

    private HintedCall open(Account account, CallKey key) {
        return new HintedCall(account, key.guid(), calls, delay, this::counted, ended -> reading.remove(key, ended));
    }

    private void counted(Account account) {
        metrics.readings(account).increment();
    }

    private static void defect(Throwable defect) {
        LOG.error("The calls that a notification names could not be read", defect);
    }
}
