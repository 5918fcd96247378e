package dev.callwatch.access;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;

/** The caller may not read the account. Says nothing about whether there is one. */
public final class Forbidden extends ProblemException {
    Forbidden() {
        super(ProblemType.FORBIDDEN, "You may not read an account with this key.");
    }
}
