package dev.callwatch.access;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;

/** The caller may not read the account, of which it says nothing more, or may not do more than that. */
public final class Forbidden extends ProblemException {
    Forbidden() {
        this("You may not read an account with this key.");
    }

    private Forbidden(String detail) {
        super(ProblemType.FORBIDDEN, detail);
    }

    /** The caller may read the account, but not subscribe to its calls. */
    static Forbidden subscriptions() {
        return new Forbidden("You may not subscribe to calls of this account.");
    }
}
