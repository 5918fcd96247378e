package dev.callwatch.access;

import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * An issuer of bearer tokens that the settings trust.
 *
 * @param name what the settings call it
 * @param url exactly the {@code iss} of its tokens
 * @param audience what the {@code aud} of its tokens has to name
 * @param jwksUrl where its keys are; empty where its discovery document says so
 * @param ca the authorities its certificate may come from; empty for those of the system
 * @param tokenFile holds a bearer token for the issuer itself
 */
record Issuer(
        String name,
        String url,
        String audience,
        Optional<URI> jwksUrl,
        List<X509Certificate> ca,
        Optional<Path> tokenFile) {

    /** Whether an address is on the same scheme, host and port as what the settings name: the only place for our token. */
    boolean owns(URI address) {
        return isSameOrigin(URI.create(url), address)
                || jwksUrl.filter(keys -> isSameOrigin(keys, address)).isPresent();
    }

    private static boolean isSameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static int port(URI url) {
        int implied = "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
        return url.getPort() < 0 ? implied : url.getPort();
    }
}
