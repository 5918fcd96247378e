package dev.callwatch.push;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;

/** The sink of a subscription is not allowed, or did not agree to be called. */
public final class SinkRefused extends ProblemException {

    SinkRefused(String detail) {
        super(ProblemType.SINK_REFUSED, detail);
    }
}
