package dev.callwatch.outbound;

import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.resteasy.reactive.client.api.LoggingScope;
import org.jboss.resteasy.reactive.client.api.QuarkusRestClientProperties;

/**
 * Makes REST clients that follow the given options only: the settings that Quarkus has for all REST clients of a process
 * can neither weaken TLS, nor choose a proxy, nor log what is sent.
 */
public final class OutboundClients {

    private static final String NO_PROXY = "none";
    private static final int COPIES = 2;

    /** How long an idle connection is kept: shorter than most outages, whose end it would outlive without being of use. */
    static final Duration IDLE = Duration.ofSeconds(10);

    /**
     * How to connect.
     *
     * @param ca the authorities to trust; the platform's where there are none
     * @param proxy the proxy of every request, if there is one
     * @param connectTimeout how long a connection may take, 1 ms or longer
     * @param readTimeout how long the head of an answer may take, the wait for a connection included, 1 ms or longer; and how
     *     long a large answer may wait for room. A
     *     caller limits the whole answer by cancelling the request, which closes its connection. That limit has to be
     *     longer than this one: a request cancelled while it waits for a connection keeps the one it gets
     */
    public record Options(
            List<X509Certificate> ca, Optional<ForwardProxy> proxy, Duration connectTimeout, Duration readTimeout) {}

    private OutboundClients() {}

    /** Whether so many large answers arrive that this process itself may be what is slow. */
    public static boolean isCrowded() {
        return BodyLimit.shared().isCrowded();
    }

    /**
     * Counts a large answer that has arrived like those that arrive, so that fewer of them do: twice, since the REST client has its bytes
     * as well.
     *
     * @param bytes how large it is
     * @return to run once, when nobody needs it any longer
     */
    public static Runnable keep(long bytes) {
        InFlight large = BodyLimit.shared();
        large.keep(COPIES * bytes);
        return () -> large.give(COPIES * bytes);
    }

    /**
     * A client without mappers, which does not follow redirects and takes at most 1 MiB of an answer.
     *
     * @param url its base
     */
    public static QuarkusRestClientBuilder builder(URI url, Options options) {
        QuarkusRestClientBuilder client = QuarkusRestClientBuilder.newBuilder()
                .baseUri(url)
                .connectTimeout(options.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .readTimeout(options.readTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .tlsConfiguration(new VerifiedTls(options.ca(), options.connectTimeout()))
                .followRedirects(false)
                .userAgent("callwatch")
                .loggingScope(LoggingScope.NONE)
                .httpClientRequestCustomizer(new BodyLimit(options.readTimeout()))
                .register(new BufferedBody());
        client.property(QuarkusRestClientProperties.CONNECTION_TTL, (int) IDLE.toSeconds());
        options.proxy()
                .ifPresentOrElse(
                        proxy -> client.proxyAddress(proxy.host(), proxy.port())
                                .proxyConnectTimeout(options.connectTimeout()),
                        () -> client.proxyAddress(NO_PROXY, 0));
        return client;
    }
}
