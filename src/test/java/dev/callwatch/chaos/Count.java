package dev.callwatch.chaos;

/** What is counted and allowed, and how the report names it. */
enum Count {
    EVENTS("events"),
    SENT_AGAIN("sent again: the content that the reader had, under another revision"),
    CONFIRMED("confirmed: the revision that the reader had, after a problem"),
    SKIPPED("skipped, visibly: previous is above the reader's last revision"),
    FORGOTTEN("forgotten, visibly: previous is null though the reader had a revision"),
    OTHER_HISTORY("of another history: previous is below the reader's last revision"),
    UNSAID("events that do not say what they follow"),
    PROBLEMS("events that name a problem"),
    READERS("readers"),
    STREAMS("streams"),
    ENDED("streams that ended"),
    SETTLED("resumptions answered 204"),
    LOST("streams that were lost"),
    LEFT("streams that the reader left"),
    SILENT("streams without a heartbeat for 20 s"),
    REFUSED("streams that were refused"),
    SUBSCRIPTIONS("subscriptions"),
    SUBSCRIPTIONS_LOST("subscriptions that were lost with Redis and the replica that ran them"),
    SUBSCRIPTIONS_WAITING("subscriptions whose next attempt is due later than is waited for"),
    PUSHED("events that the sinks accepted"),
    PUSHED_AGAIN("of them duplicates"),
    PUSHED_AFTER_SKIP("of them after a skip, visibly: previous is not what the sink has"),
    LOOK_UPS("look-ups"),
    UNANSWERABLE("look-ups without an answer, with no replica up that knew the call"),
    MOVED_ON("look-ups that went on to another replica"),
    RECOVERIES("recoveries of the way to the upstream");

    private final String words;

    Count(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
