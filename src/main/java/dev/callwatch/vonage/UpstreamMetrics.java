package dev.callwatch.vonage;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Region;
import dev.callwatch.call.UpstreamFailure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Metrics of the requests to Vonage. The series of known regions, accounts and answers exist from the start; one for
 * each class of statuses that have no meaning here, as {@code 4xx}, comes with its first answer.
 */
@Singleton
class UpstreamMetrics {

    /** The label of a request that was cancelled when its time was over. */
    static final String TIMEOUT = "timeout";

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(3),
        Duration.ofSeconds(5)
    };

    private static final String UNREACHABLE = "unreachable";
    private static final String MALFORMED = "malformed";

    /** Too many large documents are on their way. */
    private static final String TOO_MUCH = "too-much-in-flight";

    private static final String REGION = "region";
    private static final String ACCOUNT = "account";
    private static final String STATUS = "status";

    /** What can be retried. */
    static final List<String> TRANSIENT = List.of("429", "500", "502", "503", "504", TIMEOUT, UNREACHABLE);

    /** What a request for a call is answered. */
    static final List<String> CALL_ANSWERS = List.of(
            "200", "401", "403", "404", "429", "500", "502", "503", "504", TIMEOUT, UNREACHABLE, MALFORMED, TOO_MUCH);

    /** What a request for a token is answered; 401 stands for 400 and 403 too, which also refuse the credentials. */
    static final List<String> TOKEN_ANSWERS =
            List.of("200", "401", "429", "500", "502", "503", "504", TIMEOUT, UNREACHABLE, MALFORMED);

    private record Series(Region region, String answer) {}

    private final MeterRegistry registry;
    private final Map<Series, Timer> timers = new ConcurrentHashMap<>();

    UpstreamMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Registers what will be measured of a region: 0 each. */
    void register(Region region) {
        CALL_ANSWERS.forEach(answer -> timers.computeIfAbsent(new Series(region, answer), this::timer));
        TRANSIENT.forEach(answer -> retries(region, answer));
    }

    /** Registers what will be measured of an account: 0 each. */
    void register(AccountKey account) {
        TOKEN_ANSWERS.forEach(answer -> tokens(account, answer));
    }

    Timer.Sample start() {
        return Timer.start(registry);
    }

    /** Counts one request for a call and its latency. */
    void requested(Timer.Sample since, Region region, String answer) {
        since.stop(timers.computeIfAbsent(new Series(region, answer), this::timer));
    }

    private Timer timer(Series series) {
        return Timer.builder("callwatch.upstream.requests")
                .description("Requests for a call to Vonage, by region and status")
                .tag(REGION, series.region().name())
                .tag(STATUS, series.answer())
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** Counts one token request. */
    void tokenRequested(AccountKey account, String answer) {
        tokens(account, answer).increment();
    }

    private Counter tokens(AccountKey account, String answer) {
        return Counter.builder("callwatch.token.requests")
                .description("Requests for a token to Vonage, by account and status")
                .tag(ACCOUNT, account.value())
                .tag(STATUS, answer)
                .register(registry);
    }

    /** Counts one retry. */
    void retried(Region region, String answer) {
        retries(region, answer).increment();
    }

    private Counter retries(Region region, String answer) {
        return Counter.builder("callwatch.upstream.retries")
                .description("Retries of requests for a call, by region and by the status of what failed")
                .tag(REGION, region.name())
                .tag(STATUS, answer)
                .register(registry);
    }

    /** Shows the state of a region's circuit: 0 closed, 1 half-open, 2 open. */
    void circuit(Region region, Supplier<Number> state) {
        Gauge.builder("callwatch.upstream.circuit", state)
                .description("State of the region's circuit: 0 closed, 1 half-open, 2 open")
                .tag(REGION, region.name())
                .strongReference(true)
                .register(registry);
    }

    /**
     * The label of an answer.
     *
     * @param failure an {@link UpstreamFailure}, or null where the request was answered with a 200
     */
    static String answer(Throwable failure) {
        return failure == null ? "200" : UpstreamFailures.of(failure).label();
    }
}
