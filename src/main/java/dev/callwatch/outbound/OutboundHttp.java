package dev.callwatch.outbound;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Makes HTTP clients for requests whose address the caller chooses itself; anything else takes {@link OutboundClients}. */
public final class OutboundHttp {

    /** How long an idle connection is kept: shorter than servers keep it, Node.js for 5 s. */
    private static final int IDLE_SECONDS = 4;

    /** To one address. */
    private static final int MOST_CONNECTIONS = 32;

    private OutboundHttp() {}

    /**
     * A client for HTTP/1.1, over TLS 1.2 or 1.3 with the certificate and the host name in it verified. It follows no redirects
     * and decompresses nothing.
     *
     * @param ca the authorities to trust; the platform's where there are none
     * @param connectTimeout how long a connection may take, and its TLS handshake
     */
    public static HttpClient client(Vertx vertx, List<X509Certificate> ca, Duration connectTimeout) {
        VerifiedTls tls = new VerifiedTls(ca, connectTimeout);
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) connectTimeout.toMillis())
                .setKeepAliveTimeout(IDLE_SECONDS)
                .setVerifyHost(true)
                .setTrustAll(false)
                .setEnabledSecureTransportProtocols(tls.getSSLOptions().getEnabledSecureTransportProtocols());
        options.setSslHandshakeTimeout(connectTimeout.toMillis()).setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        Optional.ofNullable(tls.getTrustStoreOptions()).ifPresent(options::setTrustOptions);
        return vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS));
    }
}
