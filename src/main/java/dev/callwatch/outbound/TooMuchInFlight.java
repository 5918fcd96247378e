package dev.callwatch.outbound;

/**
 * An answer was cut off because too many large ones arrived at the same time. Carries no stack trace: it is a limit of this process,
 * not a defect.
 */
public final class TooMuchInFlight extends RuntimeException {

    TooMuchInFlight() {
        super("Too many large answers arrive at the same time", null, false, false);
    }
}
