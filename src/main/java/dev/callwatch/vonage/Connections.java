package dev.callwatch.vonage;

import dev.callwatch.account.Region;
import io.quarkus.oidc.client.OidcClientConfigBuilder;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How regions are connected to, the same for calls and tokens: where the settings say and nowhere else, through
 * verified TLS, through the proxy if there is one, and without following redirects.
 */
@Singleton
class Connections {

    private static final String NO_PROXY = "none";

    private final VonageOptions options;
    private final VerifiedTls tls;

    Connections(VonageOptions options, TlsConfigurationRegistry registry) {
        this.options = options;
        this.tls = new VerifiedTls(options.ca(), options.connectTimeout());
        // The OIDC client takes its TLS by name only.
        registry.register(VerifiedTls.NAME, tls);
    }

    /** A client of the region's calls, without mappers. */
    QuarkusRestClientBuilder calls(Region region) {
        QuarkusRestClientBuilder client = QuarkusRestClientBuilder.newBuilder()
                .baseUri(region.url())
                .connectTimeout(options.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .readTimeout(options.readTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .followRedirects(false)
                .userAgent("callwatch");
        if (region.isEncrypted()) {
            client.tlsConfiguration(tls);
        }
        // Said even where there is none: otherwise system properties would choose one, and for calls only.
        proxy(region)
                .ifPresentOrElse(
                        proxy -> client.proxyAddress(proxy.host(), proxy.port())
                                .proxyConnectTimeout(options.connectTimeout()),
                        () -> client.proxyAddress(NO_PROXY, 0));
        return client;
    }

    /** A client of the region's token endpoint, without credentials. */
    OidcClientConfigBuilder tokens(Region region) {
        OidcClientConfigBuilder client = new OidcClientConfigBuilder()
                .authServerUrl(region.url().toString())
                .discoveryEnabled(false)
                .tokenPath("/Auth/connect/token")
                // Retries live in the pipeline; one repeat of a refused connection is the least this client allows.
                .connectionRetryCount(1)
                .connectionTimeout(options.connectTimeout())
                .followRedirects(false);
        if (region.isEncrypted()) {
            client.tlsConfigurationName(VerifiedTls.NAME);
        }
        proxy(region).ifPresent(proxy -> client.proxy(proxy.host(), proxy.port()));
        return client;
    }

    /** What is on this machine is not sought through a proxy. */
    private Optional<ForwardProxy> proxy(Region region) {
        return options.proxy().filter(proxy -> !region.isLoopback());
    }
}
