package dev.callwatch.settings;

import java.net.URI;
import java.util.regex.Pattern;

/** Recognises URLs of this machine. */
public final class LoopbackAddress {

    private static final Pattern FORM =
            Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

    private LoopbackAddress() {}

    /**
     * Whether the host of a URL is {@code localhost} or a literal loopback address.
     *
     * @param url a URL with a host
     */
    public static boolean isHostOf(URI url) {
        return FORM.matcher(url.getHost()).matches();
    }
}
