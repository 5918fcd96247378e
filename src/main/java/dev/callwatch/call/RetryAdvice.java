package dev.callwatch.call;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;

/** Whether it is worth calling the number again. */
public enum RetryAdvice {
    /** In minutes: the line was busy or the call was not set up. */
    SOON,
    /** In hours: nobody answered or the call was rejected. */
    LATER,
    /** The number has changed. */
    NEVER,
    /** The call went as it should. */
    NOT_NEEDED,
    /** Nothing can be said. */
    UNKNOWN;

    /** What a documented or undocumented {@code result.reason} means for calling again. */
    static RetryAdvice after(Optional<String> reason) {
        return switch (reason.map(WireName::of).orElse("")) {
            case "call-failed", "number-busy" -> SOON;
            case "no-answer", "call-rejected" -> LATER;
            case "number-changed" -> NEVER;
            case "normal" -> NOT_NEEDED;
            default -> UNKNOWN;
        };
    }

    /** The name on the wire. */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
