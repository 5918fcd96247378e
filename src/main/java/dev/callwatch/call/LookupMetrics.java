package dev.callwatch.call;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Accounts;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * What is measured of look-ups. The series of all accounts and outcomes exist from the start: an autoscaler that gets no answer
 * cannot tell "none yet" from "not measured".
 */
@Startup
@Singleton
class LookupMetrics {

    private static final String HIT = "hit";
    private static final String STALE = "stale";
    private static final String READ = "read";
    private static final String DEFECT = "defect";

    /** What a look-up can end in; the other problems refuse a request before it becomes one. */
    private static final Set<ProblemType> PROBLEMS = EnumSet.of(
            ProblemType.CALL_NOT_FOUND,
            ProblemType.BUDGET_EXHAUSTED,
            ProblemType.UPSTREAM_THROTTLED,
            ProblemType.UPSTREAM_UNAVAILABLE,
            ProblemType.UPSTREAM_REJECTED_CREDENTIALS,
            ProblemType.UPSTREAM_FORBIDDEN,
            ProblemType.UPSTREAM_UNREACHABLE,
            ProblemType.UPSTREAM_ERROR,
            ProblemType.UPSTREAM_MALFORMED,
            ProblemType.UPSTREAM_TIMEOUT,
            ProblemType.NOT_CACHED);

    private record Series(AccountKey account, String outcome) {}

    private final MeterRegistry registry;
    private final Map<Series, Timer> timers = new ConcurrentHashMap<>();

    @Inject
    LookupMetrics(MeterRegistry registry, Accounts accounts) {
        this(registry);
        accounts.all()
                .forEach(account -> outcomes()
                        .map(outcome -> new Series(account.key(), outcome))
                        .forEach(series -> timers.computeIfAbsent(series, this::timer)));
    }

    LookupMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Every value of the label {@code outcome}. */
    private static Stream<String> outcomes() {
        return Stream.concat(
                Stream.of(READ, HIT, STALE, DEFECT), PROBLEMS.stream().map(ProblemType::code));
    }

    Timer.Sample start() {
        return Timer.start(registry);
    }

    /**
     * Counts one look-up.
     *
     * @param result its answer, or null where it failed
     * @param failure what it failed with, or null where it was answered
     */
    void lookedUp(Timer.Sample since, AccountKey account, LookupResult result, Throwable failure) {
        Series series = new Series(account, failure == null ? answered(result) : failed(failure));
        since.stop(timers.computeIfAbsent(series, this::timer));
    }

    private Timer timer(Series series) {
        return Timer.builder("callwatch.lookups")
                .description("Look-ups of a call, by account and outcome")
                .tag("account", series.account().value())
                .tag("outcome", series.outcome())
                .register(registry);
    }

    private static String answered(LookupResult result) {
        return switch (result.cacheStatus()) {
            case HIT -> HIT;
            case STALE_ON_ERROR -> STALE;
            case URI_MISS, STALE, REQUEST -> READ;
        };
    }

    private static String failed(Throwable failure) {
        return failure instanceof ProblemException known ? known.type().code() : DEFECT;
    }
}
