package dev.callwatch.account;

import dev.callwatch.settings.LoopbackAddress;
import java.net.URI;

/**
 * A region of Vonage Contact Center.
 *
 * @param name {@code emea}, {@code nam}, {@code apac} or a name out of the settings
 * @param url its base, absolute, without a trailing slash; https, or http on a loopback address or where the settings
 *     allow it
 */
public record Region(String name, URI url) {

    /** Whether what is said to it is encrypted. */
    public boolean isEncrypted() {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    /** Whether it is on this machine. */
    public boolean isLoopback() {
        return LoopbackAddress.isHostOf(url);
    }
}
