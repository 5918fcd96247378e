package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.VirtualTime;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AccountTokensTest {

    private final VirtualTime time = new VirtualTime();
    private final List<UniEmitter<? super Token>> requests = new ArrayList<>();
    private final AccountTokens tokens =
            new AccountTokens(() -> Uni.createFrom().emitter(requests::add), time);

    @Test
    void one_request_serves_all_who_wait() {
        UniAssertSubscriber<Token> one = ask();
        UniAssertSubscriber<Token> other = ask();
        grant("t1", 3600);
        assertThat(one.getItem().value()).isEqualTo("t1");
        assertThat(other.getItem().value()).isEqualTo("t1");
        assertThat(requests).hasSize(1);
    }

    @Test
    void the_first_who_cancels_takes_nothing_from_the_others() {
        UniAssertSubscriber<Token> one = ask();
        UniAssertSubscriber<Token> other = ask();
        one.cancel();
        grant("t1", 3600);
        other.assertCompleted();
        assertThat(requests).hasSize(1);
    }

    @Test
    void a_token_is_renewed_ahead_of_its_end_while_it_is_still_valid() {
        ask();
        grant("t1", 3600);
        time.pass(Duration.ofSeconds(3539));
        ask();
        assertThat(requests).hasSize(1);
        time.pass(Duration.ofSeconds(1));
        assertThat(ask().getItem().value()).isEqualTo("t1");
        assertThat(requests).hasSize(2);
        grant("t2", 3600);
        assertThat(ask().getItem().value()).isEqualTo("t2");
        assertThat(requests).hasSize(2);
    }

    @Test
    void a_failing_renewal_ahead_leaves_the_token_in_use() {
        ask();
        grant("t1", 3600);
        time.pass(Duration.ofSeconds(3550));
        ask();
        requests.get(1).fail(new UpstreamFailure.Unreachable());
        assertThat(ask().getItem().value()).isEqualTo("t1");
    }

    @Test
    void a_token_of_five_seconds_is_used_for_most_of_them() {
        ask();
        grant("t1", 5);
        time.pass(Duration.ofMillis(4_400));
        assertThat(ask().getItem().value()).isEqualTo("t1");
        assertThat(requests).hasSize(1);
        time.pass(Duration.ofMillis(400));
        ask().assertNotTerminated();
        assertThat(requests).hasSize(2);
    }

    @Test
    void a_token_without_lifetime_is_used_only_by_those_who_waited() {
        UniAssertSubscriber<Token> one = ask();
        grant("t1", -5);
        one.assertCompleted();
        ask().assertNotTerminated();
        assertThat(requests).hasSize(2);
    }

    @Test
    void a_burst_of_rejections_is_one_renewal() {
        ask();
        Token rejected = grant("t1", 3600);
        List<UniAssertSubscriber<Token>> burst = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            burst.add(renew(rejected));
        }
        grant("t2", 3600);
        UniAssertSubscriber<Token> late = renew(rejected);
        assertThat(requests).hasSize(2);
        assertThat(burst).allSatisfy(one -> assertThat(one.getItem().value()).isEqualTo("t2"));
        assertThat(late.getItem().value()).isEqualTo("t2");
    }

    @Test
    void after_a_refusal_no_request_is_sent_for_ten_seconds() {
        UniAssertSubscriber<Token> one = ask();
        requests.get(0).fail(new UpstreamFailure.CredentialsRejected("refused"));
        one.assertFailedWith(UpstreamFailure.CredentialsRejected.class);
        assertThat(tokens.state()).isEqualTo("refused");

        time.pass(Duration.ofMillis(9_999));
        ask().assertFailedWith(UpstreamFailure.CredentialsRejected.class);
        assertThat(requests).hasSize(1);
        time.pass(Duration.ofMillis(1));
        ask().assertNotTerminated();
        assertThat(requests).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void after_any_other_failure_no_request_is_sent_for_a_second(UpstreamFailure failure) {
        ask();
        requests.get(0).fail(failure);
        for (int lookUp = 0; lookUp < 10; lookUp++) {
            ask().assertFailedWith(failure.getClass());
        }
        assertThat(tokens.state()).isEqualTo("none");
        assertThat(tokens.pause()).isEqualTo(Duration.ofSeconds(1));

        time.pass(Duration.ofMillis(999));
        ask().assertFailedWith(failure.getClass());
        assertThat(requests).hasSize(1);
        time.pass(Duration.ofMillis(1));
        assertThat(tokens.pause()).isZero();
        ask().assertNotTerminated();
        assertThat(requests).hasSize(2);
    }

    static List<UpstreamFailure> failures() {
        return List.of(
                new UpstreamFailure.Malformed("nonsense"),
                new UpstreamFailure.Unreachable(),
                new UpstreamFailure.RequestTimedOut(),
                new UpstreamFailure.UnexpectedStatus(302),
                new UpstreamFailure.ServerError(503, Optional.empty()),
                new UpstreamFailure.Throttled(Optional.of(Duration.ZERO)));
    }

    @Test
    void a_retry_after_of_the_token_endpoint_is_obeyed_and_counted_down() {
        ask();
        requests.get(0).fail(new UpstreamFailure.Throttled(Optional.of(Duration.ofSeconds(30))));
        time.pass(Duration.ofSeconds(20));
        UpstreamFailure failure = (UpstreamFailure)
                ask().assertFailedWith(UpstreamFailure.Throttled.class).getFailure();
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(10));
        time.pass(Duration.ofSeconds(10));
        ask().assertNotTerminated();
    }

    @Test
    void an_open_circuit_is_no_answer_of_the_token_endpoint() {
        ask();
        requests.get(0).fail(new UpstreamFailure.CircuitOpen(Duration.ofSeconds(5)));
        ask().assertNotTerminated();
        assertThat(requests).hasSize(2);
    }

    @Test
    void a_failing_renewal_ahead_is_tried_once_a_second() {
        ask();
        grant("t1", 3600);
        time.pass(Duration.ofSeconds(3550));
        ask();
        requests.get(1).fail(new UpstreamFailure.Unreachable());
        assertThat(ask().getItem().value()).isEqualTo("t1");
        assertThat(tokens.pause()).isZero();
        assertThat(requests).hasSize(2);
        time.pass(Duration.ofSeconds(1));
        ask();
        assertThat(requests).hasSize(3);
    }

    @Test
    void where_the_renewed_token_is_rejected_too_it_is_not_renewed_again_for_ten_seconds() {
        ask();
        Token first = grant("t1", 3600);
        renew(first);
        Token second = grant("t2", 3600);
        tokens.rejectedAgain(second);

        assertThat(ask().getItem()).isEqualTo(second);
        renew(second).assertFailedWith(UpstreamFailure.CredentialsRejected.class);
        assertThat(requests).hasSize(2);
        time.pass(Duration.ofSeconds(10));
        renew(second).assertNotTerminated();
        assertThat(requests).hasSize(3);
    }

    @Test
    void a_token_never_shows_in_text() {
        assertThat(Token.issued("planted", time.instant(), Duration.ofHours(1)).toString())
                .doesNotContain("planted");
    }

    private UniAssertSubscriber<Token> ask() {
        return tokens.current().subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    private UniAssertSubscriber<Token> renew(Token rejected) {
        return tokens.renewed(rejected).subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    private Token grant(String value, int seconds) {
        Token token = Token.issued(value, time.instant(), Duration.ofSeconds(seconds));
        requests.get(requests.size() - 1).complete(token);
        return token;
    }
}
