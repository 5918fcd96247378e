package dev.callwatch.push;

import java.net.URI;
import java.util.OptionalInt;

/** A sink for tests that do not care which. */
final class ASink {

    private ASink() {}

    static Sink usual() {
        return Sink.of(URI.create("https://sink.example/"), OptionalInt.empty(), address -> true);
    }

    static Sink allowing(int requestsPerMinute) {
        return Sink.of(URI.create("https://sink.example/"), OptionalInt.of(requestsPerMinute), address -> true);
    }
}
