package dev.callwatch.outbound;

import io.quarkus.tls.BaseTlsConfiguration;
import io.vertx.core.net.SSLOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS 1.2 or 1.3, with the certificate and the host name in it verified. Quarkus has settings that switch this off for all
 * clients of a process; they do not reach here.
 */
final class VerifiedTls extends BaseTlsConfiguration {

    private static final String NAME = "callwatch";

    private static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    private final Optional<TrustOptions> trust;
    private final Duration handshakeTimeout;

    /** @param ca the authorities to trust; the platform's where there are none */
    VerifiedTls(List<X509Certificate> ca, Duration handshakeTimeout) {
        this.trust = ca.isEmpty() ? Optional.empty() : Optional.of(trust(ca));
        this.handshakeTimeout = handshakeTimeout;
    }

    @Override
    public String getName() {
        return NAME;
    }

    /** The interface uses null for the platform's authorities. */
    @Override
    public TrustOptions getTrustStoreOptions() {
        return trust.orElse(null);
    }

    @Override
    public SSLOptions getSSLOptions() {
        return new SSLOptions()
                .setEnabledSecureTransportProtocols(new LinkedHashSet<>(VERSIONS))
                .setSslHandshakeTimeout(handshakeTimeout.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    }

    private static TrustOptions trust(List<X509Certificate> ca) {
        try {
            KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
            authorities.load(null, null);
            for (int i = 0; i < ca.size(); i++) {
                authorities.setCertificateEntry("ca-" + i, ca.get(i));
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(authorities);
            return TrustOptions.wrap(managers.getTrustManagers()[0]);
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
