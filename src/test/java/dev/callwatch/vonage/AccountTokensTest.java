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
import org.junit.jupiter.api.Test;

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
    void the_first_who_leaves_spoils_nothing_for_the_others() {
        UniAssertSubscriber<Token> one = ask();
        UniAssertSubscriber<Token> other = ask();
        one.cancel();
        grant("t1", 3600);
        other.assertCompleted();
        assertThat(requests).hasSize(1);
    }

    @Test
    void a_token_is_renewed_ahead_of_its_end_while_it_still_serves() {
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
    void a_failing_renewal_ahead_leaves_the_token_in_service() {
        ask();
        grant("t1", 3600);
        time.pass(Duration.ofSeconds(3550));
        ask();
        requests.get(1).fail(new UpstreamFailure.Unreachable());
        assertThat(ask().getItem().value()).isEqualTo("t1");
    }

    @Test
    void a_token_of_five_seconds_serves_most_of_them() {
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
    void a_token_without_life_serves_those_who_waited_and_nobody_else() {
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
    void a_refusal_is_remembered_for_ten_seconds() {
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

    @Test
    void an_outage_of_the_token_endpoint_is_not_remembered() {
        ask();
        requests.get(0).fail(new UpstreamFailure.Unreachable());
        ask().assertNotTerminated();
        assertThat(requests).hasSize(2);
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
