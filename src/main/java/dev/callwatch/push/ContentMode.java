package dev.callwatch.push;

import java.util.Locale;
import java.util.Optional;

/** How an event stands in a request (CloudEvents HTTP Protocol Binding 1.0.2, section 3). */
public enum ContentMode {
    /** The body is the event, {@code application/cloudevents+json}. */
    STRUCTURED,
    /** The body is the event's data, and headers {@code ce-…} hold its attributes. */
    BINARY;

    /** The mode of a name in lower case; nothing where there is none. */
    public static Optional<ContentMode> parse(String name) {
        return switch (name) {
            case "structured" -> Optional.of(STRUCTURED);
            case "binary" -> Optional.of(BINARY);
            default -> Optional.empty();
        };
    }

    /** The name on the wire. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
