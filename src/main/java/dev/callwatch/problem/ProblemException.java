package dev.callwatch.problem;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A failure that names its problem. Carries no stack trace: it is an answer, not a defect. */
public abstract class ProblemException extends RuntimeException {

    private final transient ProblemType type;

    /**
     * @param type the problem this failure is answered with
     * @param detail one sentence for the caller; never holds a token, a secret or an upstream body
     */
    protected ProblemException(ProblemType type, String detail) {
        super(detail, null, false, false);
        this.type = type;
    }

    /** The problem this failure is answered with. */
    public ProblemType type() {
        return type;
    }

    /** When it is worth trying again, where that is known. */
    public Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /** The malformed parts of the request, if that is what failed. */
    public List<Violation> violations() {
        return List.of();
    }
}
