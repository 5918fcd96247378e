package dev.callwatch.access;

import dev.callwatch.time.TokenBucket;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * Keeps one caller from asking more of this process than the settings allow. Counts are kept of callers with a verified
 * identity only; in mode {@code none}, where nobody has one, there are no limits.
 */
@Singleton
public class CallerLimits {

    /** So that n requests a second are n units each microsecond. */
    private static final long UNITS_PER_REQUEST = 1_000_000;

    /** Beyond it callers that use nothing are forgotten. */
    private static final int CALLERS_KEPT = 10_000;

    /** Nobody knows when a stream or a call is free again. */
    private static final Duration RETRY_WATCHING = Duration.ofSeconds(10);

    private final AccessOptions.LimitOptions limits;
    private final boolean none;
    private final Clock clock;
    private final Audit audit;
    private final ConcurrentMap<Subject, Use> uses = new ConcurrentHashMap<>();

    /** Who is counted: unlike {@link Caller#name} it costs no new text for each request. */
    private record Subject(String issuer, String subject) {

        private static Subject of(Caller caller) {
            return new Subject(caller.issuer(), caller.subject());
        }
    }

    /** What a caller uses now. Guarded by itself. */
    private final class Use {

        private final TokenBucket requests = new TokenBucket(capacity(), limits.requestsPerSecond(), micros());
        private int streams;
        private int calls;

        /** Whether it counts no more, since its caller used nothing. */
        private boolean forgotten;

        /** How many microseconds to wait for the next request; 0 where it is counted now. */
        private long request() {
            requests.refill(micros());
            return requests.tryTake(UNITS_PER_REQUEST)
                    ? 0
                    : requests.microsUntil(UNITS_PER_REQUEST, limits.requestsPerSecond());
        }

        private synchronized boolean forget() {
            requests.refill(micros());
            forgotten = calls == 0 && streams == 0 && requests.units() == capacity();
            return forgotten;
        }
    }

    /** What is counted until it is given back. */
    public interface Reservation {

        /** Gives it back; once more does nothing. */
        void release();
    }

    CallerLimits(AccessOptions options, Clock clock, Audit audit) {
        this.limits = options.limits();
        this.none = options.mode() == AccessOptions.Mode.NONE;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * Counts a request.
     *
     * @throws RateLimited where the caller made too many
     */
    public void request(Caller caller) {
        if (none) {
            return;
        }
        long wait = withUse(caller, Use::request);
        if (wait > 0) {
            throw refused(
                    caller,
                    "requests",
                    new RateLimited(
                            "You make more than " + limits.requestsPerSecond() + " requests a second.",
                            Duration.of(wait, ChronoUnit.MICROS)));
        }
    }

    /**
     * Reserves a stream of calls.
     *
     * @throws RateLimited where the caller has too many streams, or follows too many calls
     */
    public Reservation stream(Caller caller, int calls) {
        return reserve(caller, 1, calls);
    }

    /**
     * Reserves a wait for a change of a call.
     *
     * @throws RateLimited where the caller follows too many calls
     */
    public Reservation wait(Caller caller) {
        return reserve(caller, 0, 1);
    }

    /** How many subscriptions that have not ended a caller may have. */
    public int mostSubscriptions() {
        return none ? Integer.MAX_VALUE : limits.subscriptions();
    }

    /**
     * Checks that a caller may have one subscription more.
     *
     * @param has how many it has
     * @throws RateLimited where it has too many
     */
    public void subscriptions(Caller caller, IntSupplier has) {
        if (!none && has.getAsInt() >= limits.subscriptions()) {
            throw refused(
                    caller,
                    "subscriptions",
                    new RateLimited(
                            "You have reached the limit of " + limits.subscriptions() + " subscriptions.",
                            RETRY_WATCHING));
        }
    }

    private Reservation reserve(Caller caller, int streams, int calls) {
        if (none) {
            return () -> {};
        }
        Use reserved = withUse(caller, use -> reserve(caller, use, streams, calls));
        AtomicBoolean released = new AtomicBoolean();
        return () -> {
            if (released.compareAndSet(false, true)) {
                synchronized (reserved) {
                    reserved.streams -= streams;
                    reserved.calls -= calls;
                }
            }
        };
    }

    private Use reserve(Caller caller, Use use, int streams, int calls) {
        if (use.streams + streams > limits.streams()) {
            throw refused(
                    caller,
                    "streams",
                    new RateLimited(
                            "You have reached the limit of " + limits.streams() + " open streams.", RETRY_WATCHING));
        }
        if (use.calls + calls > limits.watchedCalls()) {
            throw refused(
                    caller,
                    "watched-calls",
                    new RateLimited(
                            "You would follow more than " + limits.watchedCalls() + " calls at once.", RETRY_WATCHING));
        }
        use.streams += streams;
        use.calls += calls;
        return use;
    }

    private RateLimited refused(Caller caller, String limit, RateLimited refusal) {
        audit.denied(caller, limit, refusal);
        return refusal;
    }

    /** Does something with what a caller uses, which is not forgotten meanwhile. */
    private <T> T withUse(Caller caller, Function<Use, T> action) {
        while (true) {
            Use use = use(caller);
            synchronized (use) {
                if (!use.forgotten) {
                    return action.apply(use);
                }
            }
            uses.remove(Subject.of(caller), use);
        }
    }

    private Use use(Caller caller) {
        Subject subject = Subject.of(caller);
        Use known = uses.get(subject);
        if (known != null) {
            return known;
        }
        if (uses.size() >= CALLERS_KEPT) {
            uses.values().removeIf(Use::forget);
        }
        return uses.computeIfAbsent(subject, absent -> new Use());
    }

    private long capacity() {
        return limits.burst() * UNITS_PER_REQUEST;
    }

    private long micros() {
        return clock.millis() * 1_000;
    }
}
