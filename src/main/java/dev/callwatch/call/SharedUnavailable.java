package dev.callwatch.call;

/** What the replicas share cannot be read now. Carries no stack trace: an expected state, not a defect. */
public class SharedUnavailable extends RuntimeException {

    private final boolean isTransient;

    /**
     * @param why for the log
     * @param isTransient whether a later attempt may succeed
     */
    protected SharedUnavailable(String why, boolean isTransient) {
        super(why, null, false, false);
        this.isTransient = isTransient;
    }

    /**
     * Whether a failure passes: a later attempt may succeed. Not where what is kept of a call cannot be read, as after a downgrade of
     * this service.
     */
    public static boolean passes(Throwable failure) {
        return failure instanceof SharedUnavailable unavailable && unavailable.isTransient;
    }

    /** Whether what is kept cannot be read, however often it is tried. */
    public static boolean isUnreadable(Throwable failure) {
        return failure instanceof SharedUnavailable unavailable && !unavailable.isTransient;
    }
}
