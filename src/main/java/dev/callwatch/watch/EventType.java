package dev.callwatch.watch;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What happened to a call, the most specific first. */
public enum EventType {
    /** Vonage no longer knows it. */
    LOST,
    /** It is over because of a fault. */
    FAILED,
    /** It is over. */
    COMPLETED,
    /** Its disposition was set, or set again. */
    DISPOSITION_SET,
    /** It is active. */
    ACTIVE,
    /** Its recording was started, stopped or paused. */
    RECORDING_CHANGED,
    /** Anything else changed. */
    CHANGED,
    /** Nothing: this is where it stands. */
    OBSERVED;

    /** The name on the wire. */
    @JsonValue
    public String wireName() {
        return "call." + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
