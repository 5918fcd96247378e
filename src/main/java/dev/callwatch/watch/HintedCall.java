package dev.callwatch.watch;

import dev.callwatch.account.Account;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallHint;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Reads one call that was hinted at: at once, but no more than once a second; where the reading does not show yet what was hinted
 * at, again after 1, 3 and 10 s. Hints that come meanwhile share these readings. Ends for good when nothing is left to read.
 */
final class HintedCall {

    private static final Logger LOG = Logger.getLogger(HintedCall.class);

    /** After 1, 3 and 10 s. */
    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(7));

    private final Account account;
    private final CallGuid guid;
    private final Calls calls;
    private final Delay delay;
    private final Consumer<Account> onReading;
    private final Consumer<HintedCall> onEnd;

    /** What was hinted at since the last reading began. */
    private final Set<CallHint.Kind> asked = EnumSet.noneOf(CallHint.Kind.class);

    /** What the last reading did not show. */
    private final Set<CallHint.Kind> open = EnumSet.noneOf(CallHint.Kind.class);

    private int pause;

    /** Raised with each decision when to read, so that a timer of an earlier one does nothing. */
    private int decision;

    private boolean reading;
    private boolean ended;
    private Cancellable timer = () -> {};

    /**
     * @param onReading called for each reading
     * @param onEnd called once, when it takes no more hints
     */
    HintedCall(
            Account account,
            CallGuid guid,
            Calls calls,
            Delay delay,
            Consumer<Account> onReading,
            Consumer<HintedCall> onEnd) {
        this.account = account;
        this.guid = guid;
        this.calls = calls;
        this.delay = delay;
        this.onReading = onReading;
        this.onEnd = onEnd;
    }

    /**
     * Takes a hint.
     *
     * @return whether it did; not where this has ended
     */
    boolean hinted(CallHint.Kind kind) {
        synchronized (this) {
            if (ended) {
                return false;
            }
            asked.add(kind);
            removeShown(asked, calls.known(account, guid));
            boolean pauses = asked.isEmpty() && !open.isEmpty();
            if (reading || pauses) {
                return true;
            }
        }
        advance();
        return true;
    }

    /** Reads now, or after a pause, or ends. */
    private void advance() {
        Optional<Duration> wait;
        int own;
        synchronized (this) {
            if (reading || ended) {
                return;
            }
            timer.cancel();
            decision++;
            own = decision;
            wait = nextWait();
            ended = wait.isEmpty();
        }
        if (wait.isEmpty()) {
            onEnd.accept(this);
        } else if (wait.get().isZero()) {
            read(own);
        } else {
            Cancellable begun = delay.of(wait.get()).subscribe().with(passed -> read(own));
            synchronized (this) {
                timer = begun;
            }
        }
    }

    private Optional<Duration> nextWait() {
        if (!asked.isEmpty()) {
            pause = 0;
            return Optional.of(calls.untilReadable(account, guid));
        }
        return open.isEmpty() || pause >= PAUSES.size() ? Optional.empty() : Optional.of(PAUSES.get(pause++));
    }

    private void read(int own) {
        synchronized (this) {
            if (reading || ended || own != decision) {
                return;
            }
            reading = true;
            open.addAll(asked);
            asked.clear();
        }
        onReading.accept(account);
        Uni.createFrom()
                .deferred(() -> calls.readAgain(account, guid, 0, Calls.NO_CALLER))
                .map(Optional::of)
                .onFailure(ProblemException.class)
                .recoverWithItem(Optional.empty())
                .onFailure()
                .invoke(defect -> LOG.errorf(defect, "A reading of call %s failed", guid))
                .onFailure()
                .recoverWithItem(Optional.empty())
                .subscribe()
                .with(this::done);
    }

    private void done(Optional<CallStatus> status) {
        synchronized (this) {
            reading = false;
            removeShown(open, status);
            removeShown(asked, status);
            // One reading serves these; what it did not show is left to the polls.
            open.remove(CallHint.Kind.CHANGED);
            open.remove(CallHint.Kind.WRAPPING_UP);
        }
        advance();
    }

    /** Hints are not in order: what is known already needs no reading. */
    private static void removeShown(Set<CallHint.Kind> kinds, Optional<CallStatus> status) {
        if (status.flatMap(CallStatus::ended).orElse(false)) {
            kinds.remove(CallHint.Kind.CHANGED);
            kinds.remove(CallHint.Kind.ENDED);
        }
        if (status.flatMap(CallStatus::disposition).isPresent()) {
            kinds.remove(CallHint.Kind.WRAPPING_UP);
            kinds.remove(CallHint.Kind.RECORDED);
        }
    }
}
