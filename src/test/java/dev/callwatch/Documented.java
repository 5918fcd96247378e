package dev.callwatch;

import java.net.URI;
import java.util.UUID;

/** Makes what documents say of an example true of a test: the address of the service, and calls that nobody else uses. */
final class Documented {

    private static final String ADDRESS = "http://localhost:8080";
    private static final String LIFE = "00000100-0000-0000-0000-000000000001";
    private static final int LAST_BLOCK = 24;

    private Documented() {}

    /** The same text for the service at an address. */
    static String at(URI service, String text) {
        return text.replace(ADDRESS, "http://localhost:" + service.getPort()).replace(LIFE, another(LIFE));
    }

    /** Another call of which the sandbox answers the same. */
    static String another(String guid) {
        return guid.substring(0, LAST_BLOCK) + UUID.randomUUID().toString().substring(LAST_BLOCK);
    }
}
