package dev.callwatch.watch;

import dev.callwatch.call.CallStatus;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import dev.callwatch.time.Delay;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Reads a call again for a subscriber that has a revision which no history contains, until that succeeds. Meanwhile the
 * subscriber gets the problem, and nothing that may be older than what it has. Serves one subscription.
 */
final class Resumption {

    /** Vonage may not know a call for a moment. */
    private static final int MOST_404S = 5;

    private static final Duration BETWEEN_404S = Duration.ofSeconds(1);

    private final Supplier<Uni<CallStatus>> read;
    private final BooleanSupplier closed;
    private final Delay delay;
    private Duration wait = Duration.ZERO;
    private int missing;
    private Optional<ProblemType> reported = Optional.empty();

    /**
     * @param read reads the call again
     * @param closed whether this process ends, so that no further attempt is made
     */
    Resumption(Supplier<Uni<CallStatus>> read, BooleanSupplier closed, Delay delay) {
        this.read = read;
        this.closed = closed;
        this.delay = delay;
    }

    /**
     * An attempt.
     *
     * @param status what was read
     * @param notifications what the subscriber gets where it failed
     * @param isMissing whether Vonage does not know the call, which is final
     */
    record Attempt(Optional<CallStatus> status, List<Notification> notifications, boolean isMissing) {

        private boolean isLast() {
            return status.isPresent() || isMissing;
        }
    }

    /** The attempts, the last of which succeeded or found that Vonage does not know the call. */
    Multi<Attempt> attempts() {
        return Uni.createFrom()
                .deferred(() -> wait.isZero() ? Uni.createFrom().voidItem() : delay.of(wait))
                .chain(read::get)
                .map(status -> new Attempt(Optional.of(status), List.of(), false))
                .onFailure(ProblemException.class)
                .recoverWithItem(failure -> failed(failure))
                .repeat()
                .whilst(attempt -> !attempt.isLast() && !closed.getAsBoolean());
    }

    private Attempt failed(ProblemException failure) {
        if (failure.type() == ProblemType.CALL_NOT_FOUND) {
            missing++;
            wait = BETWEEN_404S;
            return missing < MOST_404S
                    ? new Attempt(Optional.empty(), List.of(), false)
                    : new Attempt(Optional.empty(), List.of(new Notification.Failed(failure)), true);
        }
        missing = 0;
        wait = PollInterval.afterFailure(failure.retryAfter().orElse(Duration.ZERO))
                .length();
        boolean repeated = reported.equals(Optional.of(failure.type()));
        reported = Optional.of(failure.type());
        return new Attempt(Optional.empty(), repeated ? List.of() : List.of(new Notification.Failed(failure)), false);
    }
}
