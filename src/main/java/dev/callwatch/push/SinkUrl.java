package dev.callwatch.push;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Reads the URLs that subscriptions name, so that every reader of one means the same place. */
public final class SinkUrl {

    private static final int LONGEST = 2_048;

    private SinkUrl() {}

    /**
     * Reads an http or https URL of at most 2,048 characters, without a user, a fragment and dot segments.
     *
     * @return the URL, its scheme and host in lower case, its path not empty; nothing where the text has another form
     */
    public static Optional<URI> parse(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            URI url = new URI(text);
            String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            boolean web = (scheme.equals("https") || scheme.equals("http"))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null
                    && url.getPort() <= 65_535
                    && !hasDotSegments(url.getRawPath());
            return web ? Optional.of(normalised(scheme, url)) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    private static URI normalised(String scheme, URI url) throws URISyntaxException {
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return new URI(scheme + "://" + url.getHost().toLowerCase(Locale.ROOT) + port + path + query);
    }

    /** A server may resolve them, and then the pattern matched another path than the one that is called. */
    private static boolean hasDotSegments(String path) {
        return Arrays.stream(path.toLowerCase(Locale.ROOT)
                        .replace("%2e", ".")
                        .replace("%2f", "/")
                        .replace("%5c", "/")
                        .split("/"))
                .anyMatch(segment -> segment.equals(".") || segment.equals(".."));
    }

    /** The port that a URL means. */
    static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return url.getScheme().equals("https") ? 443 : 80;
    }
}
