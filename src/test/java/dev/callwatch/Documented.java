package dev.callwatch;

import java.net.URI;
import java.util.UUID;
import java.util.regex.Pattern;

/** Makes what documents say of an example true of a test: the address of the service, and calls that nobody else uses. */
final class Documented {

    private static final String ADDRESS = "http://localhost:8080";
    private static final Pattern CHANGING = Pattern.compile("0000010[01]-0000-0000-0000-[0-9a-f]{12}");
    private static final int LAST_BLOCK = 24;

    private Documented() {}

    /** The same text for the service at an address. */
    static String at(URI service, String text) {
        return text.replace(ADDRESS, "http://localhost:" + service.getPort()).transform(Documented::withOtherCalls);
    }

    private static String withOtherCalls(String text) {
        return CHANGING.matcher(text).replaceAll(call -> another(call.group()));
    }

    /** Another call of which the sandbox answers the same. */
    static String another(String guid) {
        return guid.substring(0, LAST_BLOCK) + UUID.randomUUID().toString().substring(LAST_BLOCK);
    }
}
