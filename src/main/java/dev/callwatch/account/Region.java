package dev.callwatch.account;

import dev.callwatch.settings.LoopbackAddress;
import java.net.URI;

/**
 * A region of Vonage Contact Center.
 *
 * @param name {@code emea}, {@code nam}, {@code apac} or a name of the settings
 * @param url the base URL, absolute and without a trailing slash; https, or http on a loopback address or if the settings allow it
 */
public record Region(String name, URI url) {

    /** Whether it is a loopback address of this machine. */
    public boolean isLoopback() {
        return LoopbackAddress.isHostOf(url);
    }
}
