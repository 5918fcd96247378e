package dev.callwatch.call;

import dev.callwatch.account.AccountKey;
import dev.callwatch.problem.ProblemException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is measured of look-ups. */
@Singleton
class LookupMetrics {

    private record Series(AccountKey account, String outcome) {}

    private final MeterRegistry registry;
    private final Map<Series, Timer> timers = new ConcurrentHashMap<>();

    LookupMetrics(MeterRegistry registry) {
        this.registry = registry;
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
            case HIT -> "hit";
            case STALE_ON_ERROR -> "stale";
            case URI_MISS, STALE, REQUEST -> "read";
        };
    }

    private static String failed(Throwable failure) {
        return failure instanceof ProblemException known ? known.type().code() : "defect";
    }
}
