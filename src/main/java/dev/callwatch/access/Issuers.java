package dev.callwatch.access;

import dev.callwatch.time.Timeouts;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The issuers in the settings. None of them has to be up when this process starts. */
@Singleton
class Issuers {

    private final Map<String, IssuerKeys> byUrl;

    Issuers(AccessOptions options, Vertx vertx, Clock clock, Timeouts timeouts) {
        this.byUrl = options.issuers().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Issuer::url,
                        issuer -> new IssuerKeys(issuer, new IssuerClient(issuer, vertx, timeouts)::keys, clock)));
    }

    /** @param url the {@code iss} of a token */
    Optional<IssuerKeys> find(String url) {
        return Optional.ofNullable(byUrl.get(url));
    }
}
