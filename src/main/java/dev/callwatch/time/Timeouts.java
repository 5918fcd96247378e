package dev.callwatch.time;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** Limits how long a caller waits for work. */
@Singleton
public class Timeouts {

    private final Clock clock;
    private final Delay delay;

    /** Measures with the clock and waits with the delay; both have to run at the same pace. */
    public Timeouts(Clock clock, Delay delay) {
        this.clock = clock;
        this.delay = delay;
    }

    /**
     * Waits until a deadline.
     *
     * @param deadline {@link Instant#MAX} for as long as it takes
     * @param work not subscribed to if the deadline has passed already
     * @param late the failure if the deadline passes first
     */
    public <T> Uni<T> until(Instant deadline, Uni<T> work, Supplier<? extends Throwable> late) {
        if (deadline.equals(Instant.MAX)) {
            return work;
        }
        return Uni.createFrom().deferred(() -> {
            Duration left = Duration.between(clock.instant(), deadline);
            return left.isNegative() || left.isZero() ? Uni.createFrom().failure(late.get()) : within(left, work, late);
        });
    }

    /**
     * Waits for a while.
     *
     * @param limit zero or longer
     * @param late the failure if the limit passes first
     */
    public <T> Uni<T> within(Duration limit, Uni<T> work, Supplier<? extends Throwable> late) {
        return Race.between(
                work,
                delay.of(limit)
                        .onItem()
                        .transformToUni(passed -> Uni.createFrom().failure(late.get())));
    }
}
