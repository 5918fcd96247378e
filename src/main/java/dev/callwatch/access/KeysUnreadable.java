package dev.callwatch.access;

/** The keys of an issuer could not be read. Carries no stack trace: it is an answer, not a defect. */
final class KeysUnreadable extends RuntimeException {

    /** @param why for the log; never what the issuer answered */
    KeysUnreadable(String why) {
        super(why, null, false, false);
    }
}
