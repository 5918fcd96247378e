package dev.callwatch.watch;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import java.time.Duration;
import java.util.Optional;

/** The statuses of followed calls take all the memory that this process has for them: it speaks of us, not of Vonage. */
final class TooMuchFollowed extends ProblemException {

    private static final Duration SOON = Duration.ofSeconds(5);

    TooMuchFollowed() {
        super(
                ProblemType.UPSTREAM_UNAVAILABLE,
                "The followed calls have documents that are too large to be kept at the same time.");
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.of(SOON);
    }
}
