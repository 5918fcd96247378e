package dev.callwatch.api;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Set;

/**
 * What the answers with files of the page have. Settings of the framework could say the same, but would compare the path of each
 * request, look-ups included, with regular expressions.
 */
final class PageHeaders {

    private static final Set<String> FILES = Set.of("/", "/index.html", "/favicon.svg");
    private static final List<String> FOLDERS = List.of("/console/", "/reference/");

    /** Markdown as it is: browsers show this, and offer {@code text/markdown} as a download. */
    private static final String PLAIN = "text/plain; charset=utf-8";

    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private PageHeaders() {}

    /** Adds them where a path is one of the page. The page needs nothing but its own files. */
    static void add(String path, MultiMap headers) {
        if (!FILES.contains(path) && FOLDERS.stream().noneMatch(path::startsWith)) {
            return;
        }
        // The files have no version in their names: old and new ones must not mix.
        headers.set(HttpHeaders.CACHE_CONTROL, "no-cache")
                .set("Referrer-Policy", "no-referrer")
                .set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        if (path.startsWith("/reference/") && path.endsWith(".md")) {
            headers.set(HttpHeaders.CONTENT_TYPE, PLAIN);
        }
    }
}
