package dev.callwatch.problem;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A failure that is answered with a problem of the catalogue. It has no stack trace, because it is an answer and no defect. */
public abstract class ProblemException extends RuntimeException {

    private final transient ProblemType type;

    /**
     * @param type of the problem that the caller gets
     * @param detail one sentence for the caller; never holds a token, a secret or an upstream body
     */
    protected ProblemException(ProblemType type, String detail) {
        super(detail, null, false, false);
        this.type = type;
    }

    /** The type of the problem that the caller gets. */
    public ProblemType type() {
        return type;
    }

    /** How long the caller should wait before it tries again; nothing if that is not known. */
    public Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /** The malformed parts of the request; empty if the request is not malformed. */
    public List<Violation> violations() {
        return List.of();
    }
}
