package dev.callwatch.outbound;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTP proxy for requests to others.
 *
 * @param host a name or an IPv4 address
 * @param port 1 to 65,535
 */
public record ForwardProxy(String host, int port) {

    private static final Pattern FORM = Pattern.compile("http://([A-Za-z0-9][A-Za-z0-9._-]{0,252}):([0-9]{1,5})/?");
    private static final int HIGHEST_PORT = 65_535;

    /** Reads {@code http://host:port}; nothing where the text has another form. */
    public static Optional<ForwardProxy> parse(String text) {
        Matcher proxy = FORM.matcher(text.trim());
        if (!proxy.matches()) {
            return Optional.empty();
        }
        int port = Integer.parseInt(proxy.group(2));
        return port >= 1 && port <= HIGHEST_PORT
                ? Optional.of(new ForwardProxy(proxy.group(1), port))
                : Optional.empty();
    }
}
