package dev.callwatch.api;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the answers with files of the page have. Its Content Security Policy allows nothing but its own files and, where people sign
 * in, the issuer: to read its endpoints and to exchange codes, and in a frame to renew a token without a refresh token. Settings of
 * the framework could say some of this, but would compare the path of each request, look-ups included, with regular expressions.
 */
@Singleton
class PageHeaders {

    private static final Set<String> FILES = Set.of("/", "/index.html", "/favicon.svg");
    private static final List<String> FOLDERS = List.of("/console/", "/reference/");

    /** Markdown as it is: browsers show this, and offer {@code text/markdown} as a download. */
    private static final String PLAIN = "text/plain; charset=utf-8";

    /** The issuer sends the frame of a renewal back to it, so that pages of ours may frame it. */
    private static final String CALLBACK = "/console/callback.html";

    private final String page;
    private final String callback;

    @Inject
    PageHeaders(ConsoleOptions options) {
        this(options.signIn());
    }

    PageHeaders(Optional<ConsoleOptions.SignIn> signIn) {
        String issuer =
                signIn.map(ConsoleOptions.SignIn::origin).map(" "::concat).orElse("");
        String frames = issuer.isEmpty() ? "" : "; frame-src 'self'" + issuer;
        String common =
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
                        + issuer + "; base-uri 'none'; form-action 'none'";
        this.page = common + frames + "; frame-ancestors 'none'";
        this.callback = common + "; frame-ancestors 'self'";
    }

    /** Adds them where a path is one of the page. */
    void add(String path, MultiMap headers) {
        if (!FILES.contains(path) && FOLDERS.stream().noneMatch(path::startsWith)) {
            return;
        }
        // The files have no version in their names: old and new ones must not mix.
        headers.set(HttpHeaders.CACHE_CONTROL, "no-cache")
                .set("Referrer-Policy", "no-referrer")
                .set("Content-Security-Policy", path.equals(CALLBACK) ? callback : page);
        if (path.startsWith("/reference/") && path.endsWith(".md")) {
            headers.set(HttpHeaders.CONTENT_TYPE, PLAIN);
        }
    }
}
