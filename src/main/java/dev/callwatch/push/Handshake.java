package dev.callwatch.push;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Asks a URL whether it wants to be called (HTTP 1.1 Web Hooks for Event Delivery 1.0.2, section 4: abuse protection). */
@Singleton
class Handshake {

    private static final String REQUEST_ORIGIN = "WebHook-Request-Origin";
    private static final String ALLOWED_ORIGIN = "WebHook-Allowed-Origin";
    private static final String ALLOWED_RATE = "WebHook-Allowed-Rate";
    private static final String ANY = "*";
    private static final String NAMELESS = "callwatch";
    private static final Pattern RATE = Pattern.compile("[1-9][0-9]{0,5}");

    private final SinkHttp http;
    private final String origin;

    Handshake(SinkHttp http, PushOptions options) {
        this.http = http;
        this.origin = options.source().isEmpty()
                ? NAMELESS
                : URI.create(options.source()).getHost();
    }

    /**
     * Asks.
     *
     * @return how many requests a minute the sink allows, if it limits them; {@link SinkRefused} where it does not agree, or
     *     does not answer within 10 s
     */
    Uni<OptionalInt> ask(Sink sink) {
        return http.call(
                        HttpMethod.OPTIONS,
                        sink,
                        Map.of(REQUEST_ORIGIN, origin, "User-Agent", NAMELESS),
                        Buffer.buffer())
                .onFailure()
                .transform(failure -> new SinkRefused(
                        failure instanceof SinkHttp.AddressRefused
                                ? "The sink's address is not allowed."
                                : "The sink did not answer when it was asked whether it wants to be called."))
                .map(this::rate);
    }

    private OptionalInt rate(SinkHttp.Answer answer) {
        boolean success = answer.status() >= 200 && answer.status() < 300;
        boolean agreed = Optional.ofNullable(answer.headers().get(ALLOWED_ORIGIN)).stream()
                .flatMap(origins -> Arrays.stream(origins.split(",")))
                .map(String::trim)
                .anyMatch(allowed -> allowed.equals(ANY) || allowed.equalsIgnoreCase(origin));
        if (!success || !agreed) {
            throw new SinkRefused("The sink did not agree to be called: it must answer OPTIONS with " + ALLOWED_ORIGIN
                    + ": " + origin + ".");
        }
        return Optional.ofNullable(answer.headers().get(ALLOWED_RATE))
                .map(String::trim)
                .filter(rate -> RATE.matcher(rate).matches())
                .map(rate -> OptionalInt.of(Integer.parseInt(rate)))
                .orElse(OptionalInt.empty());
    }
}
