package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The access token of one account: fetched once however many wait, renewed while it is still valid, renewed at once when it
 * was rejected. After a failure no request is sent for a while, and every caller that needs a new token gets that failure:
 * for 10 s where the credentials were refused, otherwise for 1 s, or for as long as Vonage asks.
 */
final class AccountTokens {

    static final String REJECTED_AGAIN = "Vonage rejected the access token, and the one renewed after it as well.";

    private static final Duration HOLD_AFTER_REFUSAL = Duration.ofSeconds(10);
    private static final Duration HOLD_AFTER_FAILURE = Duration.ofSeconds(1);

    /** A failure that stands for a new request until a moment. */
    private record Hold(UpstreamFailure failure, Instant until) {

        private Duration left(Instant now) {
            return Duration.between(now, until);
        }

        /** The failure, with what is left of a pause that Vonage asked for. */
        private UpstreamFailure failure(Instant now) {
            return failure instanceof UpstreamFailure.Throttled
                    ? new UpstreamFailure.Throttled(Optional.of(left(now)))
                    : failure;
        }
    }

    private final Supplier<Uni<Token>> endpoint;
    private final Clock clock;

    private Optional<Token> current = Optional.empty();
    private Optional<Uni<Token>> inFlight = Optional.empty();
    private Optional<Hold> hold = Optional.empty();
    private Optional<Token> rejectedRenewal = Optional.empty();

    /** @param endpoint asks for a new token each time it is called and subscribed to; it fails with {@link UpstreamFailure} */
    AccountTokens(Supplier<Uni<Token>> endpoint, Clock clock) {
        this.endpoint = endpoint;
        this.clock = clock;
    }

    /** A token that is valid. */
    Uni<Token> current() {
        return Uni.createFrom().deferred(this::valid);
    }

    /**
     * A token in place of one that Vonage rejected. Where it was replaced already, that is the token, so a burst of
     * rejections is one request.
     */
    Uni<Token> renewed(Token rejected) {
        return Uni.createFrom().deferred(() -> renewal(rejected));
    }

    /**
     * Notes that a token got by {@link #renewed} was rejected too: another renewal is of no use while it is the current
     * one and requests are held.
     */
    synchronized void rejectedAgain(Token renewed) {
        rejectedRenewal = Optional.of(renewed);
        hold(new UpstreamFailure.CredentialsRejected(REJECTED_AGAIN));
    }

    /** How long there will be no token for certain: zero where there is one, or where it may be asked for. */
    synchronized Duration pause() {
        Instant now = clock.instant();
        return valid(now).isPresent()
                ? Duration.ZERO
                : held(now).map(known -> known.left(now)).orElse(Duration.ZERO);
    }

    /** {@code valid}, {@code refused} or {@code none}. */
    synchronized String state() {
        Instant now = clock.instant();
        if (held(now)
                .map(Hold::failure)
                .filter(UpstreamFailure.CredentialsRejected.class::isInstance)
                .isPresent()) {
            return "refused";
        }
        return valid(now).isPresent() ? "valid" : "none";
    }

    private synchronized Uni<Token> valid() {
        Instant now = clock.instant();
        Optional<Token> token = valid(now);
        if (token.isEmpty()) {
            return fetch(now);
        }
        if (token.get().isDueForRenewal(now)) {
            fetch(now).subscribe().with(renewed -> {}, failed -> {});
        }
        return Uni.createFrom().item(token.get());
    }

    private Optional<Token> valid(Instant now) {
        return current.filter(known -> known.isValid(now));
    }

    private synchronized Uni<Token> renewal(Token rejected) {
        Instant now = clock.instant();
        Optional<Token> other = valid(now).filter(known -> !known.equals(rejected));
        if (other.isPresent()) {
            return Uni.createFrom().item(other.get());
        }
        if (rejectedRenewal.filter(rejected::equals).isPresent() && held(now).isPresent()) {
            return Uni.createFrom().failure(held(now).get().failure(now));
        }
        current = Optional.empty();
        return fetch(now);
    }

    private Uni<Token> fetch(Instant now) {
        if (inFlight.isPresent()) {
            return inFlight.get();
        }
        Optional<Hold> held = held(now);
        if (held.isPresent()) {
            return Uni.createFrom().failure(held.get().failure(now));
        }
        Uni<Token> fetch =
                endpoint.get().onItemOrFailure().invoke(this::settle).memoize().indefinitely();
        inFlight = Optional.of(fetch);
        return fetch;
    }

    private synchronized void settle(Token token, Throwable failure) {
        inFlight = Optional.empty();
        if (failure == null) {
            current = Optional.of(token);
            hold = Optional.empty();
        } else {
            UpstreamFailure named = UpstreamFailures.of(failure);
            // Where the circuit is open no request was sent, and it is the circuit that says when the next one is.
            if (!named.isUnsent()) {
                hold(named);
            }
        }
    }

    private void hold(UpstreamFailure failure) {
        hold = Optional.of(new Hold(failure, clock.instant().plus(duration(failure))));
    }

    private static Duration duration(UpstreamFailure failure) {
        if (failure instanceof UpstreamFailure.CredentialsRejected) {
            return HOLD_AFTER_REFUSAL;
        }
        return failure.retryAfter()
                .filter(asked -> asked.compareTo(HOLD_AFTER_FAILURE) > 0)
                .orElse(HOLD_AFTER_FAILURE);
    }

    private Optional<Hold> held(Instant now) {
        return hold.filter(known -> now.isBefore(known.until()));
    }
}
