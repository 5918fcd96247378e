package dev.callwatch.vonage;

import dev.callwatch.call.UpstreamFailure;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The access token of one account: fetched once however many wait, renewed while it still serves, renewed at once when
 * it was rejected. A refusal is remembered for 10 s.
 */
final class AccountTokens {

    static final String REJECTED_AGAIN = "Vonage rejected the access token, and the one renewed after it as well.";

    private static final Duration REFUSAL_REMEMBERED = Duration.ofSeconds(10);

    private record Refusal(UpstreamFailure failure, Instant until) {}

    private final Supplier<Uni<Token>> endpoint;
    private final Clock clock;

    private Optional<Token> current = Optional.empty();
    private Optional<Uni<Token>> inFlight = Optional.empty();
    private Optional<Refusal> refusal = Optional.empty();
    private Optional<Token> rejectedRenewal = Optional.empty();

    /** @param endpoint asks for a new token each time it is called and subscribed to */
    AccountTokens(Supplier<Uni<Token>> endpoint, Clock clock) {
        this.endpoint = endpoint;
        this.clock = clock;
    }

    /** A token that serves. */
    Uni<Token> current() {
        return Uni.createFrom().deferred(this::serving);
    }

    /**
     * A token in place of one that Vonage rejected. Whoever comes late gets the token that is there already, so a burst
     * of rejections is one request.
     */
    Uni<Token> renewed(Token rejected) {
        return Uni.createFrom().deferred(() -> renewal(rejected));
    }

    /**
     * Notes that a token got by {@link #renewed} was rejected too: another renewal is of no use while it is the current
     * one and the refusal is remembered.
     */
    synchronized void rejectedAgain(Token renewed) {
        rejectedRenewal = Optional.of(renewed);
        refuse(new UpstreamFailure.CredentialsRejected(AccountTokens.REJECTED_AGAIN));
    }

    /** {@code valid}, {@code refused} or {@code none}. */
    synchronized String state() {
        Instant now = clock.instant();
        if (refusal(now).isPresent()) {
            return "refused";
        }
        return current.filter(known -> known.serves(now)).isPresent() ? "valid" : "none";
    }

    private synchronized Uni<Token> serving() {
        Instant now = clock.instant();
        Optional<Token> token = current.filter(known -> known.serves(now));
        if (token.isEmpty()) {
            return fetch(now);
        }
        if (token.get().isDueForRenewal(now)) {
            fetch(now).subscribe().with(renewed -> {}, failed -> {});
        }
        return Uni.createFrom().item(token.get());
    }

    private synchronized Uni<Token> renewal(Token rejected) {
        Instant now = clock.instant();
        Optional<Token> other = current.filter(known -> !known.equals(rejected) && known.serves(now));
        if (other.isPresent()) {
            return Uni.createFrom().item(other.get());
        }
        if (rejectedRenewal.filter(rejected::equals).isPresent() && refusal(now).isPresent()) {
            return Uni.createFrom().failure(refusal(now).get());
        }
        current = Optional.empty();
        return fetch(now);
    }

    private Uni<Token> fetch(Instant now) {
        if (inFlight.isPresent()) {
            return inFlight.get();
        }
        Optional<UpstreamFailure> refused = refusal(now);
        if (refused.isPresent()) {
            return Uni.createFrom().failure(refused.get());
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
            refusal = Optional.empty();
        } else if (failure instanceof UpstreamFailure.CredentialsRejected rejected) {
            refuse(rejected);
        }
    }

    private void refuse(UpstreamFailure failure) {
        refusal = Optional.of(new Refusal(failure, clock.instant().plus(REFUSAL_REMEMBERED)));
    }

    private Optional<UpstreamFailure> refusal(Instant now) {
        return refusal.filter(known -> now.isBefore(known.until())).map(Refusal::failure);
    }
}
