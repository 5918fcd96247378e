package dev.callwatch.api;

import dev.callwatch.call.CallGuid;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a client that comes back left off, from {@code Last-Event-ID} (WHATWG HTML, server-sent events).
 *
 * @param guid the call of the last event that it got
 * @param revision its revision, at least 1
 */
record LastEventId(CallGuid guid, long revision) {

    /** The identifier of the event {@code end}: a client that comes back with it has received everything. */
    static final String END = "end";

    private static final Pattern FORM = Pattern.compile("(.{36}):([1-9][0-9]{0,17})");

    static String of(CallGuid guid, long revision) {
        return guid + ":" + revision;
    }

    /** Reads the header; what did not come from us counts as absent. */
    static Optional<LastEventId> parse(List<String> lines) {
        return lines.stream()
                .map(FORM::matcher)
                .filter(Matcher::matches)
                .flatMap(matcher ->
                        CallGuid.parse(matcher.group(1))
                                .map(guid -> new LastEventId(guid, Long.parseLong(matcher.group(2))))
                                .stream())
                .findFirst();
    }

    /** Whether the header says that the client has received everything. */
    static boolean isEnd(List<String> lines) {
        return lines.contains(END);
    }

    /** The revision to resume a call after: 0 for another call than that of the event, since it is not said what is known of it. */
    OptionalLong of(CallGuid call) {
        return OptionalLong.of(guid.equals(call) ? revision : 0);
    }
}
