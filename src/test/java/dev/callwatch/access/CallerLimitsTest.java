package dev.callwatch.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.callwatch.account.AccountSettings;
import dev.callwatch.account.AnAccount;
import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.time.VirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CallerLimitsTest {

    private final VirtualTime time = new VirtualTime();
    private final CallerLimits limits = limits("oidc");

    @Test
    void requests_beyond_the_burst_are_refused_until_the_bucket_has_one_again() {
        Caller caller = caller("a");
        for (int i = 0; i < 3; i++) {
            limits.request(caller);
        }
        RateLimited refusal = catchThrowableOfType(RateLimited.class, () -> limits.request(caller));
        assertThat(refusal.retryAfter()).contains(Duration.ofMillis(500));
        time.pass(Duration.ofMillis(500));
        limits.request(caller);
        assertThatThrownBy(() -> limits.request(caller)).isInstanceOf(RateLimited.class);
    }

    @Test
    void a_clock_that_goes_back_gives_no_request_and_takes_none() {
        AtomicLong millis = new AtomicLong(time.millis());
        CallerLimits limited = limits("oidc", new VirtualTime() {
            @Override
            public long millis() {
                return millis.get();
            }
        });
        limited.request(caller("a"));
        millis.addAndGet(-3_600_000);
        limited.request(caller("a"));
        limited.request(caller("a"));
        RateLimited refusal = catchThrowableOfType(RateLimited.class, () -> limited.request(caller("a")));
        assertThat(refusal.retryAfter()).contains(Duration.ofMillis(500));
        millis.addAndGet(3_600_000 + 500);
        limited.request(caller("a"));
        assertThatThrownBy(() -> limited.request(caller("a"))).isInstanceOf(RateLimited.class);
    }

    @Test
    void in_the_long_run_a_caller_makes_its_burst_and_its_rate_of_requests() {
        int counted = 0;
        for (int i = 0; i < 60_000 / 7; i++) {
            try {
                limits.request(caller("a"));
                counted++;
            } catch (RateLimited refused) {
                // It tries again 7 ms later.
            }
            time.pass(Duration.ofMillis(7));
        }
        assertThat(counted).isBetween(3 + 2 * 60 - 1, 3 + 2 * 60);
    }

    @Test
    void each_subject_of_each_issuer_counts_for_itself() {
        for (int i = 0; i < 3; i++) {
            limits.request(caller("a"));
        }
        limits.request(caller("b"));
        limits.request(new Caller("two", "https://two.example", "a", Set.of(), Set.of(), Optional.empty()));
        assertThatThrownBy(() -> limits.request(caller("a"))).isInstanceOf(RateLimited.class);
    }

    @Test
    void streams_are_counted_until_they_are_given_back_once() {
        CallerLimits.Reservation first = limits.stream(caller("a"), 1);
        limits.stream(caller("a"), 1);
        assertThatThrownBy(() -> limits.stream(caller("a"), 1)).isInstanceOf(RateLimited.class);
        limits.stream(caller("b"), 1);
        first.release();
        first.release();
        limits.stream(caller("a"), 1);
        assertThatThrownBy(() -> limits.stream(caller("a"), 1)).isInstanceOf(RateLimited.class);
    }

    @Test
    void calls_followed_by_streams_and_long_polls_are_counted_together() {
        CallerLimits.Reservation stream = limits.stream(caller("a"), 4);
        limits.wait(caller("a"));
        assertThatThrownBy(() -> limits.wait(caller("a"))).isInstanceOf(RateLimited.class);
        stream.release();
        limits.wait(caller("a"));
    }

    @Test
    void in_mode_none_nobody_is_limited() {
        CallerLimits none = limits("none");
        for (int i = 0; i < 100; i++) {
            none.request(Caller.ANYONE);
            none.stream(Caller.ANYONE, 100);
        }
    }

    @Test
    void a_caller_that_is_just_being_counted_is_not_forgotten() {
        AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
        CallerLimits busy = limits("oidc", new VirtualTime() {
            @Override
            public long millis() {
                meanwhile.getAndSet(() -> {}).run();
                return super.millis();
            }
        });
        // So many that a stranger has all callers forgotten that use nothing.
        IntStream.range(0, 10_000).forEach(i -> busy.wait(caller("busy-" + i)));
        busy.wait(caller("a")).release();

        // The bucket asks for the time when the caller has been found, and nothing is counted yet.
        meanwhile.set(() -> {
            Thread stranger = new Thread(() -> busy.request(caller("stranger")));
            stranger.start();
            await().until(() -> stranger.getState() == Thread.State.BLOCKED || !stranger.isAlive());
        });
        for (int i = 0; i < 3; i++) {
            busy.request(caller("a"));
        }
        assertThatThrownBy(() -> busy.request(caller("a"))).isInstanceOf(RateLimited.class);
    }

    private static Caller caller(String subject) {
        return new Caller("one", "https://one.example", subject, Set.of(), Set.of(), Optional.empty());
    }

    private CallerLimits limits(String mode) {
        return limits(mode, time);
    }

    private static CallerLimits limits(String mode, Clock clock) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "callwatch.access.mode", mode,
                "callwatch.access.issuers.one.url", "https://one.example",
                "callwatch.access.limits.requests-per-second", "2",
                "callwatch.access.limits.burst", "3",
                "callwatch.access.limits.streams", "2",
                "callwatch.access.limits.watched-calls", "5"));
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(AccessSettings.class)
                .withMapping(AccountSettings.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build();
        AccessOptions options = new AccessOptions(
                config.getConfigMapping(AccessSettings.class),
                config.getConfigMapping(AccountSettings.class),
                new ConfigErrors());
        return new CallerLimits(
                options, clock, new Audit(AnAccount.only(), options, new VirtualTime(), new SimpleMeterRegistry()));
    }
}
