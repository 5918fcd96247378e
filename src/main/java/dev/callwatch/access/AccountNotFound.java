package dev.callwatch.access;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;

/** This process does not hold the account. */
public final class AccountNotFound extends ProblemException {
    AccountNotFound() {
        super(ProblemType.ACCOUNT_NOT_FOUND, "This service does not hold an account with this key.");
    }
}
