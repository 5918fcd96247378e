package dev.callwatch.push;

import dev.callwatch.outbound.OutboundHttp;
import dev.callwatch.time.Timeouts;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes single requests to sinks: to the address that was checked, over verified TLS, without following redirects. Of an answer
 * its head counts; its body is read up to 64 KiB and thrown away.
 */
@Singleton
class SinkHttp {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final int MOST_BYTES = 64 << 10;

    /**
     * The head of an answer.
     *
     * @param headers by their names in any case
     */
    record Answer(int status, MultiMap headers) {}

    /** The name of a sink resolves to an address that no pattern names. */
    static final class AddressRefused extends RuntimeException {
        private AddressRefused() {
            super("the address is refused", null, false, false);
        }
    }

    /** There was no answer within 10 s. */
    static final class TimedOut extends RuntimeException {
        private TimedOut() {
            super("no answer in time", null, false, false);
        }
    }

    private final Vertx vertx;
    private final Timeouts timeouts;
    /** By the authorities that they trust. */
    private final ConcurrentMap<List<X509Certificate>, HttpClient> clients = new ConcurrentHashMap<>();

    SinkHttp(Vertx vertx, Timeouts timeouts) {
        this.vertx = vertx;
        this.timeouts = timeouts;
    }

    /**
     * Makes a request.
     *
     * @return the head of its answer; {@link AddressRefused}; {@link TimedOut} after 10 s; or the failure of the connection
     */
    Uni<Answer> call(HttpMethod method, Sink sink, Map<String, String> headers, Buffer body) {
        return Uni.createFrom().deferred(() -> {
            AtomicReference<Answer> head = new AtomicReference<>();
            Uni<Answer> exchange =
                    address(sink).chain(address -> exchange(options(method, sink, address, headers), sink, body, head));
            return timeouts.within(LIMIT, exchange, TimedOut::new)
                    .onFailure(TimedOut.class)
                    .recoverWithUni(late -> Optional.ofNullable(head.get())
                            .map(answer -> Uni.createFrom().item(answer))
                            .orElseGet(() -> Uni.createFrom().failure(late)));
        });
    }

    private Uni<InetAddress> address(Sink sink) {
        String host = sink.url().getHost();
        String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return Uni.createFrom()
                .<InetAddress>emitter(emitter -> ((VertxInternal) vertx).resolveAddress(name, resolved -> {
                    if (resolved.succeeded()) {
                        emitter.complete(resolved.result());
                    } else {
                        emitter.fail(resolved.cause());
                    }
                }))
                .invoke(address -> {
                    if (!sink.addresses().test(address)) {
                        throw new AddressRefused();
                    }
                });
    }

    private static RequestOptions options(
            HttpMethod method, Sink sink, InetAddress address, Map<String, String> headers) {
        URI url = sink.url();
        int port = SinkUrl.port(url);
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                // The address that was checked: to resolve the name again could give another.
                .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(address, port)))
                .setHost(url.getHost())
                .setPort(port)
                .setSsl("https".equalsIgnoreCase(url.getScheme()))
                .setURI(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
                .setFollowRedirects(false);
        headers.forEach(options::putHeader);
        return options;
    }

    private Uni<Answer> exchange(RequestOptions options, Sink sink, Buffer body, AtomicReference<Answer> head) {
        HttpClient client = clients.computeIfAbsent(sink.ca(), ca -> OutboundHttp.client(vertx, ca, CONNECT_LIMIT));
        return Uni.createFrom().emitter(emitter -> {
            AtomicBoolean over = new AtomicBoolean();
            AtomicReference<HttpClientRequest> sent = new AtomicReference<>();
            AtomicBoolean whole = new AtomicBoolean();
            emitter.onTermination(() -> {
                over.set(true);
                // A connection whose answer was read whole is used again.
                Optional.ofNullable(sent.get()).filter(request -> !whole.get()).ifPresent(HttpClientRequest::reset);
            });
            client.request(options).onFailure(emitter::fail).onSuccess(request -> {
                sent.set(request);
                if (over.get()) {
                    request.reset();
                    return;
                }
                request.send(body).onFailure(emitter::fail).onSuccess(response -> read(response, head, whole, emitter));
            });
        });
    }

    private static void read(
            HttpClientResponse response,
            AtomicReference<Answer> head,
            AtomicBoolean whole,
            UniEmitter<? super Answer> emitter) {
        Answer answer = new Answer(response.statusCode(), response.headers());
        head.set(answer);
        AtomicLong received = new AtomicLong();
        response.handler(chunk -> {
            if (received.addAndGet(chunk.length()) > MOST_BYTES) {
                // The end of this Uni resets the request, which closes the connection.
                emitter.complete(answer);
            }
        });
        response.exceptionHandler(broken -> emitter.complete(answer));
        response.endHandler(end -> {
            whole.set(true);
            emitter.complete(answer);
        });
    }
}
