package dev.callwatch.problem;

import java.util.List;

/** A malformed request. */
public final class InvalidRequest extends ProblemException {

    private final transient List<Violation> violations;

    /** @param violations the malformed parts, at least one */
    public InvalidRequest(List<Violation> violations) {
        super(ProblemType.INVALID_REQUEST, "The request is malformed.");
        this.violations = List.copyOf(violations);
    }

    @Override
    public List<Violation> violations() {
        return violations;
    }
}
