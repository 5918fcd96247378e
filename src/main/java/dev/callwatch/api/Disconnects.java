package dev.callwatch.api;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts connections that end before their answer does. */
final class Disconnects {

    /** The client left while a stream or a batch was written. */
    static final String CLIENT = "client";

    /** This service closed it, because nobody read the answer. */
    static final String UNREAD = "unread";

    /** This service closed it, because all connections together held too much of request heads that had not ended. */
    static final String UNFINISHED = "unfinished";

    private Disconnects() {}

    static Counter counter(MeterRegistry registry, String reason) {
        return Counter.builder("callwatch.disconnects")
                .description("Connections that ended before their answer, by reason")
                .tag("reason", reason)
                .register(registry);
    }
}
