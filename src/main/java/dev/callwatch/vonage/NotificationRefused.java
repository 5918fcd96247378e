package dev.callwatch.vonage;

/** The signature of a notification does not hold. Carries no stack trace: it is an answer, not a defect. */
public final class NotificationRefused extends RuntimeException {

    /** @param reason what is wrong, as a word for the audit log; the sender does not get to know it */
    public NotificationRefused(String reason) {
        super(reason, null, false, false);
    }

    /** What is wrong, as a word for the audit log. */
    public String reason() {
        return getMessage();
    }
}
