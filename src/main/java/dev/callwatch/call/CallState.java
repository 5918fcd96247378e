package dev.callwatch.call;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where a call stands. */
public enum CallState {
    /** The call is connected or being connected. */
    ACTIVE,
    /** The call is over and no fault was recorded. */
    COMPLETED,
    /** The call is over because of a fault. */
    FAILED,
    /** Vonage said something that has no documented meaning. */
    UNKNOWN;

    /** The name on the wire. */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
