package dev.callwatch.outbound;

/** An answer had more than 1 MiB. Carries no stack trace: it is an answer, not a defect. */
public final class BodyTooLarge extends RuntimeException {

    BodyTooLarge() {
        super("The answer has more than 1 MiB", null, false, false);
    }
}
