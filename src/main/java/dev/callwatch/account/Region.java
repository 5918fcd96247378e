package dev.callwatch.account;

import java.net.URI;
import java.util.regex.Pattern;

/**
 * A region of Vonage Contact Center.
 *
 * @param name {@code emea}, {@code nam}, {@code apac} or a name out of the settings
 * @param url its base, absolute, without a trailing slash; https, or http on a loopback address or where the settings
 *     allow it
 */
public record Region(String name, URI url) {

    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

    /** Whether what is said to it is encrypted. */
    public boolean isEncrypted() {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    /** Whether it is on this machine. */
    public boolean isLoopback() {
        return isLoopback(url);
    }

    static boolean isLoopback(URI url) {
        return LOOPBACK.matcher(url.getHost()).matches();
    }
}
