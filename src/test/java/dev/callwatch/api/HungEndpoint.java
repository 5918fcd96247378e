package dev.callwatch.api;

import dev.callwatch.FaultyServer;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** An endpoint of a fake Vonage that hangs, and how. Each has an account and a region of its own. */
record HungEndpoint(Kind kind, FaultyServer.Fault fault) {

    enum Kind {
        TOKENS,
        CALLS
    }

    /** Each endpoint with each fault. */
    static List<HungEndpoint> all() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(FaultyServer.Fault.values()).map(fault -> new HungEndpoint(kind, fault)))
                .toList();
    }

    /** The name of its account and region, with which the paths of the region begin. */
    String account() {
        return (kind + "-" + fault).toLowerCase(Locale.ROOT);
    }

    String tokens() {
        return "/" + account() + "/Auth/connect/token";
    }

    String calls() {
        return "/" + account() + "/v0/";
    }

    /** Where it hangs. */
    String path() {
        return kind == Kind.TOKENS ? tokens() : calls();
    }
}
