package dev.callwatch.push;

import dev.callwatch.access.Glob;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern of URLs that subscriptions may name: {@code https://host/path}, with {@code *} for any text within the host, or within
 * path and query. The scheme and the port are exact.
 */
final class AllowedUrl {

    private static final Pattern FORM = Pattern.compile(
            "(https?)://(\\[[0-9a-f:.]+]|[a-z0-9*.-]+)(?::([0-9]{1,5}))?(/[^?#\\s]*)?", Pattern.CASE_INSENSITIVE);

    private static final Pattern LITERAL = Pattern.compile("localhost|[0-9]+(?:\\.[0-9]+){3}|\\[.*]");
    private static final String ANY_PATH = "/*";

    private final String scheme;
    private final Glob host;
    private final int port;
    private final Glob path;

    private AllowedUrl(String scheme, Glob host, int port, Glob path) {
        this.scheme = scheme;
        this.host = host;
        this.port = port;
        this.path = path;
    }

    /** Reads a pattern; without a path it stands for all paths. Nothing where the text has another form. */
    static Optional<AllowedUrl> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        String scheme = form.group(1).toLowerCase(Locale.ROOT);
        int port = Optional.ofNullable(form.group(3)).map(Integer::parseInt).orElse(scheme.equals("https") ? 443 : 80);
        return Optional.of(new AllowedUrl(
                scheme,
                new Glob(form.group(2).toLowerCase(Locale.ROOT)),
                port,
                new Glob(Optional.ofNullable(form.group(4)).orElse(ANY_PATH))));
    }

    /** @param url as {@link SinkUrl} reads it */
    boolean matches(URI url) {
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return scheme.equals(url.getScheme())
                && host.matches(url.getHost())
                && port == SinkUrl.port(url)
                && path.matches(url.getRawPath() + query);
    }

    /** Which addresses the host may have: those of this machine and its surroundings only where the pattern names them. */
    Predicate<InetAddress> addresses() {
        return LITERAL.matcher(host.text()).matches() ? address -> true : RemoteAddress::isRemote;
    }
}
