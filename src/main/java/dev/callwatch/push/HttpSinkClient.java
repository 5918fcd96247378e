package dev.callwatch.push;

import dev.callwatch.outbound.RetryAfter;
import dev.callwatch.time.WallClock;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Delivers events over HTTP, each attempt with a signature of its own, as in Standard Webhooks 1.0. */
@Singleton
class HttpSinkClient implements SinkClient {

    private static final Logger LOG = Logger.getLogger(HttpSinkClient.class);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(24);
    private static final int GONE = 410;

    /** A file with what a sink needs to know us cannot be read. */
    private static final class Unreadable extends RuntimeException {
        private Unreadable(String what) {
            super(what, null, false, false);
        }
    }

    private final SinkHttp http;
    private final EncodedEvents requests;
    private final Signer signer;
    private final Vertx vertx;
    private final WallClock clock;

    HttpSinkClient(SinkHttp http, EncodedEvents requests, Signer signer, Vertx vertx, WallClock clock) {
        this.http = http;
        this.requests = requests;
        this.signer = signer;
        this.vertx = vertx;
        this.clock = clock;
    }

    @Override
    public Uni<AttemptResult> send(Sink sink, PushEvent event, ContentMode mode) {
        return secrets(sink.secrets())
                .chain(secrets -> authorization(sink).chain(authorization -> {
                    EncodedEvents.Request request = requests.of(event, mode, sink.extensions());
                    Map<String, String> headers = headers(request, secrets);
                    authorization.ifPresent(token -> headers.put("Authorization", token));
                    return http.call(HttpMethod.POST, sink, headers, request.body());
                }))
                .map(this::result)
                .onFailure()
                .recoverWithItem(failure -> unanswered(sink, failure));
    }

    private Map<String, String> headers(EncodedEvents.Request request, List<SigningSecret> secrets) {
        long timestamp = clock.now().getEpochSecond();
        String id = request.event().id();
        Map<String, String> headers = new LinkedHashMap<>(request.encoded().headers());
        headers.put("User-Agent", "callwatch");
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", Long.toString(timestamp));
        String signatures =
                signer.signatures(secrets, id, timestamp, request.encoded().body());
        if (!signatures.isEmpty()) {
            headers.put("webhook-signature", signatures);
        }
        return headers;
    }

    private Uni<List<SigningSecret>> secrets(SinkSecrets secrets) {
        if (secrets instanceof SinkSecrets.Mounted mounted) {
            return content(mounted.file(), "secret-unreadable")
                    .map(content -> SinkSecrets.parse(content.lines().toList())
                            .orElseThrow(() -> new Unreadable("secret-unreadable")));
        }
        return Uni.createFrom().item(((SinkSecrets.Fixed) secrets).secrets());
    }

    private Uni<Optional<String>> authorization(Sink sink) {
        return sink.tokenFile()
                .map(file -> content(file, "token-unreadable").map(content -> Optional.of("Bearer " + content.strip())))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
    }

    private Uni<String> content(Path file, String otherwise) {
        return Uni.createFrom()
                .completionStage(
                        () -> vertx.fileSystem().readFile(file.toString()).toCompletionStage())
                .map(Buffer::toString)
                .onFailure()
                .transform(failure -> new Unreadable(otherwise));
    }

    private AttemptResult result(SinkHttp.Answer answer) {
        if (answer.status() >= 200 && answer.status() < 300) {
            return new AttemptResult.Delivered(answer.status());
        }
        if (answer.status() == GONE) {
            return new AttemptResult.Gone();
        }
        Optional<Duration> retryAfter = Optional.ofNullable(answer.headers().get("Retry-After"))
                .flatMap(header -> RetryAfter.parse(header, clock.now(), LONGEST_RETRY_AFTER));
        return new AttemptResult.Refused(answer.status(), retryAfter);
    }

    private static AttemptResult unanswered(Sink sink, Throwable failure) {
        LOG.debugf("A request to %s failed: %s", sink.shown(), failure);
        if (failure instanceof SinkHttp.TimedOut) {
            return new AttemptResult.Unanswered("timeout");
        }
        if (failure instanceof SinkHttp.AddressRefused) {
            return new AttemptResult.Unanswered("address-refused");
        }
        return new AttemptResult.Unanswered(
                failure instanceof Unreadable unreadable ? unreadable.getMessage() : "no-connection");
    }
}
