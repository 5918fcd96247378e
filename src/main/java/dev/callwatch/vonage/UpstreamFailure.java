package dev.callwatch.vonage;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

/** What can go wrong between us and Vonage. Each failure names its problem. */
public abstract sealed class UpstreamFailure extends ProblemException {

    private static final String UNSENT = "none";

    private final String answer;

    private UpstreamFailure(ProblemType type, String answer, String detail) {
        super(type, detail);
        this.answer = answer;
    }

    /** Names what a library failed with. */
    static UpstreamFailure of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UpstreamFailure named) {
                return named;
            }
            if (cause instanceof CircuitBreakerOpenException) {
                return new CircuitOpen(RegionGate.OPEN);
            }
            if (cause instanceof TimeoutException) {
                return new RequestTimedOut();
            }
        }
        return new Unreachable();
    }

    /**
     * What another replica's request failed with.
     *
     * @param detail its message
     * @param retryAfter how long Vonage, or our own budget, wants to be left alone
     */
    public static UpstreamFailure elsewhere(ProblemType type, String detail, Optional<Duration> retryAfter) {
        return switch (type) {
            case CALL_NOT_FOUND -> new CallNotFound();
            case UPSTREAM_FORBIDDEN -> new Forbidden();
            default -> new Elsewhere(type, detail, retryAfter);
        };
    }

    /** Whether the same request may well succeed in a moment. */
    boolean isTransient() {
        return false;
    }

    /** Whether it speaks of the region's health, so that the circuit breaker counts it. */
    boolean showsOutage() {
        return false;
    }

    /** Whether it is what Vonage says of the call, so that asking again at once is pointless. */
    public boolean isVerdict() {
        return false;
    }

    /** Whether Vonage was not even asked. */
    boolean isUnsent() {
        return answer.equals(UNSENT);
    }

    /** What came back from Vonage, for metrics: the status code, or a word where there was none. */
    String answer() {
        return answer;
    }

    /** Vonage does not know the call: 404. */
    public static final class CallNotFound extends UpstreamFailure {
        /** Vonage does not know the call. */
        public CallNotFound() {
            super(
                    ProblemType.CALL_NOT_FOUND,
                    "404",
                    "Vonage does not know this call. It forgets a call 24 hours after its end.");
        }

        @Override
        public boolean isVerdict() {
            return true;
        }
    }

    /** Vonage answered 401 to a token. Only seen outside the pipeline as {@link CredentialsRejected}. */
    static final class TokenRejected extends UpstreamFailure {
        TokenRejected() {
            super(ProblemType.UPSTREAM_REJECTED_CREDENTIALS, "401", "Vonage rejected the access token.");
        }
    }

    /** The token endpoint refused our credentials, or a renewed token was rejected as well. */
    public static final class CredentialsRejected extends UpstreamFailure {
        private CredentialsRejected(String detail) {
            super(ProblemType.UPSTREAM_REJECTED_CREDENTIALS, "401", detail);
        }

        static CredentialsRejected byTokenEndpoint() {
            return new CredentialsRejected(
                    "Vonage refused the account's client credentials. Check the client id, secret and scope.");
        }

        static CredentialsRejected afterRenewal() {
            return new CredentialsRejected("Vonage rejected the access token, and the one renewed after it as well.");
        }

        static CredentialsRejected unreadableSecret() {
            return new CredentialsRejected("The file with the account's client secret cannot be read.");
        }
    }

    /** Vonage answered 403. */
    public static final class Forbidden extends UpstreamFailure {
        Forbidden() {
            super(
                    ProblemType.UPSTREAM_FORBIDDEN,
                    "403",
                    "Vonage forbids reading this call. Most often the account's credentials lack a scope.");
        }

        @Override
        public boolean isVerdict() {
            return true;
        }
    }

    /** Vonage answered 429, to this request or to one of the account a moment ago. */
    public static final class Throttled extends UpstreamFailure {
        private final transient Optional<Duration> retryAfter;

        Throttled(Optional<Duration> retryAfter) {
            this("429", retryAfter);
        }

        private Throttled(String answer, Optional<Duration> retryAfter) {
            super(ProblemType.UPSTREAM_THROTTLED, answer, "Vonage limits how often this account may be asked.");
            this.retryAfter = retryAfter;
        }

        /** Nothing was sent: the account pauses for longer than the look-up can wait. */
        static Throttled aMomentAgo(Duration pause) {
            return new Throttled(UNSENT, Optional.of(pause));
        }

        @Override
        boolean isTransient() {
            return !isUnsent();
        }

        @Override
        public Optional<Duration> retryAfter() {
            return retryAfter;
        }
    }

    /** Our own budget for the account is spent. */
    public static final class BudgetSpent extends UpstreamFailure {
        private final transient Duration retryAfter;

        BudgetSpent(Duration retryAfter) {
            super(ProblemType.BUDGET_EXHAUSTED, UNSENT, "The account's own budget of requests to Vonage is spent.");
            this.retryAfter = retryAfter;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.of(retryAfter);
        }
    }

    /** The region's circuit is open: nothing was sent. */
    public static final class CircuitOpen extends UpstreamFailure {
        private final transient Duration retryAfter;

        CircuitOpen(Duration retryAfter) {
            super(
                    ProblemType.UPSTREAM_UNAVAILABLE,
                    UNSENT,
                    "Too many requests to this region of Vonage failed; it is left alone for a moment.");
            this.retryAfter = retryAfter;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.of(retryAfter);
        }
    }

    /** No connection, or it was cut off. */
    public static final class Unreachable extends UpstreamFailure {
        Unreachable() {
            super(
                    ProblemType.UPSTREAM_UNREACHABLE,
                    "unreachable",
                    "Vonage cannot be reached, or the connection was cut off.");
        }

        @Override
        boolean showsOutage() {
            return true;
        }

        @Override
        boolean isTransient() {
            return true;
        }
    }

    /** A single request took longer than the connect and read time-outs allow. */
    public static final class RequestTimedOut extends UpstreamFailure {
        RequestTimedOut() {
            super(ProblemType.UPSTREAM_TIMEOUT, "timeout", "Vonage did not answer in time.");
        }

        @Override
        boolean showsOutage() {
            return true;
        }

        @Override
        boolean isTransient() {
            return true;
        }
    }

    /** The deadline of the whole look-up passed. */
    public static final class DeadlinePassed extends UpstreamFailure {
        DeadlinePassed() {
            super(ProblemType.UPSTREAM_TIMEOUT, "timeout", "Vonage did not answer before the deadline of the look-up.");
        }
    }

    /** Vonage answered 5xx. */
    public static final class ServerError extends UpstreamFailure {
        private final int status;
        private final transient Optional<Duration> retryAfter;

        ServerError(int status, Optional<Duration> retryAfter) {
            super(ProblemType.UPSTREAM_ERROR, Integer.toString(status), "Vonage failed with status " + status + ".");
            this.status = status;
            this.retryAfter = retryAfter;
        }

        @Override
        boolean showsOutage() {
            return true;
        }

        @Override
        boolean isTransient() {
            return status == 500 || status == 502 || status == 503 || status == 504;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return retryAfter;
        }
    }

    /** Vonage answered a status that has no meaning here: 3xx, 400, 406 and the like. */
    public static final class UnexpectedStatus extends UpstreamFailure {
        UnexpectedStatus(int status) {
            super(
                    ProblemType.UPSTREAM_ERROR,
                    Integer.toString(status),
                    "Vonage answered with the unexpected status " + status + ".");
        }
    }

    /** Vonage answered 200 with something that is not the document we know. */
    public static final class Malformed extends UpstreamFailure {
        Malformed(String what) {
            super(ProblemType.UPSTREAM_MALFORMED, "malformed", what);
        }
    }

    /** Another replica's request failed. */
    public static final class Elsewhere extends UpstreamFailure {
        private final transient Optional<Duration> retryAfter;

        private Elsewhere(ProblemType type, String detail, Optional<Duration> retryAfter) {
            super(type, UNSENT, detail);
            this.retryAfter = retryAfter;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return retryAfter;
        }
    }
}
