package dev.callwatch.call;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;

/** Nothing fresh is cached, and the caller asked for nothing else. */
public final class NotCached extends ProblemException {
    NotCached() {
        super(ProblemType.NOT_CACHED, "Nothing fresh is known of this call, and the request allows nothing else.");
    }
}
