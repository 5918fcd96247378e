package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Region;
import dev.callwatch.call.UpstreamFailure;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UpstreamMetricsTest {

    private static final Region REGION = new Region("emea", URI.create("https://emea.cc.vonage.com"));

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final UpstreamMetrics metrics = new UpstreamMetrics(registry);

    @Test
    void every_answer_of_a_region_is_registered_before_it_is_given() {
        metrics.register(REGION);
        assertThat(registry.find("callwatch.upstream.requests").timers())
                .extracting(timer -> timer.getId().getTag("status"))
                .containsExactlyInAnyOrderElementsOf(UpstreamMetrics.CALL_ANSWERS);
        int before = registry.getMeters().size();
        metrics.requested(metrics.start(), REGION, "200");
        failures().forEach(failure -> metrics.requested(metrics.start(), REGION, failure.label()));
        failures().filter(UpstreamFailure::isTransient).forEach(failure -> metrics.retried(REGION, failure.label()));
        assertThat(registry.getMeters()).hasSize(before);
    }

    @Test
    void every_answer_to_a_token_request_is_registered_before_it_is_given() {
        AccountKey account = AccountKey.parse("main").orElseThrow();
        metrics.register(account);
        int before = registry.getMeters().size();
        metrics.tokenRequested(account, UpstreamMetrics.answer(null));
        IntStream.of(400, 401, 403, 429, 500, 502, 503, 504)
                .mapToObj(status -> UpstreamFailures.ofToken(status, Optional.empty()))
                .forEach(failure -> metrics.tokenRequested(account, failure.label()));
        metrics.tokenRequested(account, UpstreamMetrics.TIMEOUT);
        assertThat(registry.getMeters()).hasSize(before);
    }

    private static Stream<UpstreamFailure> failures() {
        return Stream.concat(
                IntStream.of(401, 403, 404, 429, 500, 502, 503, 504)
                        .mapToObj(status -> UpstreamFailures.ofCall(status, Optional.empty())),
                List.of(
                        new UpstreamFailure.RequestTimedOut(),
                        new UpstreamFailure.Unreachable(),
                        new UpstreamFailure.Malformed("no call"))
                        .stream());
    }
}
