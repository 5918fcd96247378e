package dev.callwatch.push;

import java.util.UUID;

/**
 * Names the time during which a replica runs a subscription. A replica that loses a subscription to another one and gets it back has it
 * in another run; what it remembers of the earlier one counts no more. It is a fencing token, as Martin Kleppmann describes them for
 * distributed locks.
 *
 * @param value without {@code #}
 */
public record RunId(String value) {

    /** One that was never used. */
    public static RunId next() {
        return new RunId(UUID.randomUUID().toString());
    }
}
