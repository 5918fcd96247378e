package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Region;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.Timeouts;
import dev.callwatch.time.VirtualTime;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RegionCircuitBreakerTest {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(4);

    private final VirtualTime time = new VirtualTime();
    private final RegionCircuitBreaker circuit = new RegionCircuitBreaker(
            new Region("emea", URI.create("https://vonage.test")), time, new Timeouts(time, time), REQUEST_TIMEOUT);
    private final List<UniEmitter<? super String>> requests = new ArrayList<>();
    private final AtomicInteger cancelled = new AtomicInteger();

    @Test
    void it_opens_at_half_of_the_last_twenty_requests() {
        succeed(11);
        fail(9);
        assertThat(circuit.stateName()).isEqualTo("closed");
        fail(1);
        assertThat(circuit.stateName()).isEqualTo("open");
        assertThat(circuit.state()).isEqualTo(2);
    }

    @Test
    void fewer_than_twenty_requests_do_not_open_it() {
        fail(19);
        assertThat(circuit.stateName()).isEqualTo("closed");
    }

    @ParameterizedTest
    @MethodSource("answers")
    void an_answer_of_vonage_is_no_outage(UpstreamFailure answer) {
        for (int request = 0; request < 40; request++) {
            send();
            last().fail(answer);
        }
        assertThat(circuit.stateName()).isEqualTo("closed");
    }

    static List<UpstreamFailure> answers() {
        return List.of(
                new UpstreamFailure.TokenRejected(),
                new UpstreamFailure.CredentialsRejected("refused"),
                new UpstreamFailure.Forbidden(),
                new UpstreamFailure.CallNotFound(),
                new UpstreamFailure.Throttled(Optional.empty()),
                new UpstreamFailure.UnexpectedStatus(400),
                new UpstreamFailure.Malformed("nonsense"));
    }

    @Test
    void while_it_is_open_nothing_is_sent_and_what_is_left_of_its_pause_is_the_retry_after() {
        fail(20);
        assertThat(refused()).isEqualTo(Duration.ofSeconds(5));
        time.pass(Duration.ofMillis(3_200));
        assertThat(refused()).isEqualTo(Duration.ofMillis(1_800));
        assertThat(requests).hasSize(20);
    }

    @Test
    void one_probe_decides_how_it_goes_on() {
        fail(20);
        time.pass(Duration.ofMillis(5_001));
        send();
        assertThat(circuit.stateName()).isEqualTo("half-open");
        assertThat(circuit.state()).isEqualTo(1);
        assertThat(refused()).isEqualTo(Duration.ofSeconds(1));
        last().fail(new UpstreamFailure.Unreachable());
        assertThat(circuit.stateName()).isEqualTo("open");
        assertThat(refused()).isEqualTo(Duration.ofSeconds(5));

        time.pass(Duration.ofMillis(5_001));
        send();
        last().complete("there");
        assertThat(circuit.stateName()).isEqualTo("closed");
        assertThat(circuit.state()).isZero();
        fail(19);
        assertThat(circuit.stateName()).isEqualTo("closed");
    }

    @Test
    void a_probe_that_nobody_waits_for_any_more_decides_too() {
        fail(20);
        time.pass(Duration.ofMillis(5_001));
        send().cancel();
        assertThat(cancelled).hasValue(0);
        last().complete("there");
        assertThat(circuit.stateName()).isEqualTo("closed");
    }

    @Test
    void a_probe_without_an_answer_ends_in_time_and_opens_it_again() {
        fail(20);
        time.pass(Duration.ofMillis(5_001));
        UniAssertSubscriber<String> probe = send();
        time.pass(REQUEST_TIMEOUT);
        probe.assertFailedWith(UpstreamFailure.RequestTimedOut.class);
        assertThat(cancelled).hasValue(1);
        assertThat(circuit.stateName()).isEqualTo("open");
    }

    @Test
    void a_late_answer_does_not_stand_for_the_probe() {
        RegionCircuitBreaker patient = new RegionCircuitBreaker(
                new Region("nam", URI.create("https://vonage.test")),
                time,
                new Timeouts(time, time),
                Duration.ofMinutes(1));
        List<UniEmitter<? super String>> late = new ArrayList<>();
        patient.send(() -> Uni.createFrom().<String>emitter(late::add))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
        for (int request = 0; request < 20; request++) {
            patient.send(() -> Uni.createFrom().<String>failure(new UpstreamFailure.Unreachable()))
                    .subscribe()
                    .withSubscriber(UniAssertSubscriber.create());
        }
        time.pass(Duration.ofMillis(5_001));
        List<UniEmitter<? super String>> probe = new ArrayList<>();
        patient.send(() -> Uni.createFrom().<String>emitter(probe::add))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
        late.get(0).fail(new UpstreamFailure.Unreachable());
        assertThat(patient.stateName()).isEqualTo("half-open");
        probe.get(0).complete("there");
        assertThat(patient.stateName()).isEqualTo("closed");
    }

    @Test
    void a_request_that_cannot_even_be_made_is_a_failure() {
        circuit.<String>send(() -> {
                    throw new IllegalStateException("no such thing");
                })
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .assertFailedWith(UpstreamFailure.Unreachable.class);
    }

    private void succeed(int times) {
        for (int request = 0; request < times; request++) {
            send();
            last().complete("there");
        }
    }

    private void fail(int times) {
        for (int request = 0; request < times; request++) {
            send();
            last().fail(new UpstreamFailure.Unreachable());
        }
    }

    private Duration refused() {
        Throwable failure =
                send().assertFailedWith(UpstreamFailure.CircuitOpen.class).getFailure();
        return ((UpstreamFailure) failure).retryAfter().orElseThrow();
    }

    private UniEmitter<? super String> last() {
        return requests.get(requests.size() - 1);
    }

    private UniAssertSubscriber<String> send() {
        return circuit.send(() -> Uni.createFrom()
                        .<String>emitter(requests::add)
                        .onCancellation()
                        .invoke(cancelled::incrementAndGet))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
    }
}
