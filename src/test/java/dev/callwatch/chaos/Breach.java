package dev.callwatch.chaos;

/** What must never be, and how the report names it. */
enum Breach {
    BACK("back: revisions below the one before"),
    AGAIN("again: the revision that the reader had"),
    OBSERVED_EARLIER("statuses observed earlier than the one before"),
    OLDER_CONTENT("statuses older than the one before"),
    MALFORMED("events that contradict themselves"),
    FORGOT_SILENTLY("statuses of a restarted replica that claim to follow what it has forgotten"),
    WRONG_AT_THE_END("readers wrong at the end"),
    STREAM_BROKE_OFF("streams without end or retry hint"),
    PUSHED_BACK("pushed out of order within a call"),
    NOT_PUSHED("ends of calls that a sink does not know"),
    LOOK_UP_FAILED("look-ups failed"),
    NOT_RECOVERED("calls not readable again in time"),
    REPLICA_FAILED("replicas that did not end or did not start");

    private final String words;

    Breach(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
