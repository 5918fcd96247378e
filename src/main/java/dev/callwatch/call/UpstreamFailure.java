package dev.callwatch.call;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Why a call could not be read from Vonage. Each failure names its problem. */
public abstract sealed class UpstreamFailure extends ProblemException {

    private static final int LOWEST_STATUS = 100;

    private static final int HIGHEST_STATUS = 599;

    /** What gateways in front of Vonage answer while something is wrong for a moment. */
    private static final Set<Integer> TRANSIENT_STATUSES = Set.of(500, 502, 503, 504);

    private static final Duration SOON = Duration.ofSeconds(1);

    /** The metrics label of a request that was never sent. */
    private static final String NOT_SENT = "none";

    private static final String TIMEOUT = "timeout";

    private enum Trait {
        /** The same request may well succeed in a moment. */
        TRANSIENT,
        /** It speaks of the region's health. */
        OUTAGE,
        /** It is Vonage's answer about the call itself. */
        DEFINITIVE
    }

    private final String label;
    private final transient Optional<Duration> retryAfter;
    private final Set<Trait> traits;

    private UpstreamFailure(
            ProblemType type, String label, String detail, Optional<Duration> retryAfter, Trait... traits) {
        super(type, detail);
        this.label = label;
        this.retryAfter = retryAfter;
        this.traits = Set.of(traits);
    }

    private UpstreamFailure(ProblemType type, String label, String detail, Trait... traits) {
        this(type, label, detail, Optional.empty(), traits);
    }

    /**
     * What the request of another replica failed with.
     *
     * @param detail its message
     * @param retryAfter how long Vonage, or our own budget, asks to wait
     */
    public static UpstreamFailure ofOtherReplica(ProblemType type, String detail, Optional<Duration> retryAfter) {
        return switch (type) {
            case CALL_NOT_FOUND -> new CallNotFound();
            case UPSTREAM_FORBIDDEN -> new Forbidden();
            default -> new OfOtherReplica(type, detail, retryAfter);
        };
    }

    /** How long Vonage, or our own budget, asks to wait, where that is known. */
    @Override
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** Whether the same request may well succeed in a moment, so that a retry is worth it. */
    public boolean isTransient() {
        return traits.contains(Trait.TRANSIENT);
    }

    /** Whether it speaks of the region's health, so that the circuit breaker counts it. */
    public boolean isOutage() {
        return traits.contains(Trait.OUTAGE);
    }

    /** Whether it is Vonage's answer about the call itself, so that asking again at once is pointless. */
    public boolean isDefinitive() {
        return traits.contains(Trait.DEFINITIVE);
    }

    /** Whether no request was sent. */
    public boolean isUnsent() {
        return label.equals(NOT_SENT);
    }

    /**
     * The value of the metrics label {@code status}: the status code of Vonage where it means something here, otherwise its class, as
     * {@code 4xx}, or a word where there was none.
     */
    public String label() {
        return label;
    }

    /** Metrics must not grow with what an upstream makes up: each status is a histogram of each region. */
    private static String labelOf(int status) {
        if (status < LOWEST_STATUS || status > HIGHEST_STATUS) {
            return "other";
        }
        return TRANSIENT_STATUSES.contains(status) ? Integer.toString(status) : status / 100 + "xx";
    }

    /** Vonage does not know the call: 404. */
    public static final class CallNotFound extends UpstreamFailure {
        /** Vonage does not know the call. */
        public CallNotFound() {
            super(
                    ProblemType.CALL_NOT_FOUND,
                    "404",
                    "Vonage does not know this call. It forgets a call 24 hours after its end.",
                    Trait.DEFINITIVE);
        }
    }

    /** Vonage answered 401 to a token. Callers see {@link CredentialsRejected} instead, after one renewal. */
    public static final class TokenRejected extends UpstreamFailure {
        /** Vonage answered 401. */
        public TokenRejected() {
            super(ProblemType.UPSTREAM_REJECTED_CREDENTIALS, "401", "Vonage rejected the access token.");
        }
    }

    /** The token endpoint refused our credentials, or Vonage rejected a renewed token as well. */
    public static final class CredentialsRejected extends UpstreamFailure {
        /** @param detail which of the two, and what to check */
        public CredentialsRejected(String detail) {
            super(ProblemType.UPSTREAM_REJECTED_CREDENTIALS, "401", detail);
        }
    }

    /** Vonage answered 403. */
    public static final class Forbidden extends UpstreamFailure {
        /** Vonage answered 403. */
        public Forbidden() {
            super(
                    ProblemType.UPSTREAM_FORBIDDEN,
                    "403",
                    "Vonage forbids reading this call. Most often the account's credentials lack a scope.",
                    Trait.DEFINITIVE);
        }
    }

    /** Vonage answered 429, to this request or to another one of the account a moment ago. */
    public static final class Throttled extends UpstreamFailure {
        private static final String DETAIL =
                "Vonage gets too many requests for this account (429). It is asked again after a pause.";

        /** @param retryAfter how long Vonage asks to wait, where it says so */
        public Throttled(Optional<Duration> retryAfter) {
            super(ProblemType.UPSTREAM_THROTTLED, "429", DETAIL, retryAfter, Trait.TRANSIENT);
        }

        private Throttled(Duration pause) {
            super(ProblemType.UPSTREAM_THROTTLED, NOT_SENT, DETAIL, Optional.of(pause));
        }

        /** No request was sent: the account pauses for longer than the look-up can wait. */
        public static Throttled paused(Duration pause) {
            return new Throttled(pause);
        }
    }

    /** Our own budget for the account is spent. */
    public static final class BudgetSpent extends UpstreamFailure {
        /** @param retryAfter how long until a permit is free */
        public BudgetSpent(Duration retryAfter) {
            super(
                    ProblemType.BUDGET_EXHAUSTED,
                    NOT_SENT,
                    "The account's own budget of requests to Vonage is spent.",
                    Optional.of(retryAfter));
        }
    }

    /** The region's circuit is open: no request was sent. */
    public static final class CircuitOpen extends UpstreamFailure {
        /** @param retryAfter how long until the circuit lets a probe through */
        public CircuitOpen(Duration retryAfter) {
            super(
                    ProblemType.UPSTREAM_UNAVAILABLE,
                    NOT_SENT,
                    "Too many requests to this region of Vonage failed. No request is sent to it for a few seconds.",
                    Optional.of(retryAfter));
        }
    }

    /** No connection, or it was cut off. */
    public static final class Unreachable extends UpstreamFailure {
        /** No connection, or it was cut off. */
        public Unreachable() {
            super(
                    ProblemType.UPSTREAM_UNREACHABLE,
                    "unreachable",
                    "Vonage cannot be reached, or the connection was cut off.",
                    Trait.OUTAGE,
                    Trait.TRANSIENT);
        }
    }

    /** A single request took longer than the connect and read time-outs allow. */
    public static final class RequestTimedOut extends UpstreamFailure {
        /** A single request took too long. */
        public RequestTimedOut() {
            super(
                    ProblemType.UPSTREAM_TIMEOUT,
                    TIMEOUT,
                    "Vonage did not answer in time.",
                    Trait.OUTAGE,
                    Trait.TRANSIENT);
        }
    }

    /** The deadline of the whole look-up passed. */
    public static final class DeadlinePassed extends UpstreamFailure {
        /** The deadline of the whole look-up passed. */
        public DeadlinePassed() {
            super(ProblemType.UPSTREAM_TIMEOUT, TIMEOUT, "Vonage did not answer before the deadline of the look-up.");
        }
    }

    /** Vonage answered 5xx. */
    public static final class ServerError extends UpstreamFailure {
        /**
         * @param status 500 to 599
         * @param retryAfter how long Vonage asks to wait, where it says so
         */
        public ServerError(int status, Optional<Duration> retryAfter) {
            super(
                    ProblemType.UPSTREAM_ERROR,
                    labelOf(status),
                    "Vonage failed with status " + status + ".",
                    retryAfter,
                    TRANSIENT_STATUSES.contains(status)
                            ? new Trait[] {Trait.OUTAGE, Trait.TRANSIENT}
                            : new Trait[] {Trait.OUTAGE});
        }
    }

    /** Vonage answered a status that has no meaning here: 3xx, 400, 406 and the like. */
    public static final class UnexpectedStatus extends UpstreamFailure {
        /** @param status any but those with a failure of their own */
        public UnexpectedStatus(int status) {
            super(
                    ProblemType.UPSTREAM_ERROR,
                    labelOf(status),
                    "Vonage answered with the unexpected status " + status + ".");
        }
    }

    /** Vonage answered 200 with something that is not the document we know. */
    public static final class Malformed extends UpstreamFailure {
        /** @param what was answered, in a sentence; never the answer itself */
        public Malformed(String what) {
            super(ProblemType.UPSTREAM_MALFORMED, "malformed", what);
        }
    }

    /** Large documents take all the memory that this process has for them: it speaks of us, not of the region. */
    public static final class TooMuchInFlight extends UpstreamFailure {
        /** Too much is in flight. */
        public TooMuchInFlight() {
            super(
                    ProblemType.UPSTREAM_UNAVAILABLE,
                    "too-much-in-flight",
                    "Too many large documents of Vonage are being read at the same time.",
                    Optional.of(SOON));
        }
    }

    /** The request of another replica failed. */
    public static final class OfOtherReplica extends UpstreamFailure {
        private OfOtherReplica(ProblemType type, String detail, Optional<Duration> retryAfter) {
            super(type, NOT_SENT, detail, retryAfter);
        }
    }
}
