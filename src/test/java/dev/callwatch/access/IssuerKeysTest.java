package dev.callwatch.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.time.VirtualTime;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwk.JsonWebKey;
import org.junit.jupiter.api.Test;

class IssuerKeysTest {

    private static final List<JsonWebKey> FIRST = List.of(TestIssuer.key("first"));
    private static final List<JsonWebKey> SECOND = List.of(TestIssuer.key("second"));

    private final VirtualTime time = new VirtualTime();
    private final List<UniEmitter<? super List<JsonWebKey>>> reads = new ArrayList<>();
    private final IssuerKeys keys = new IssuerKeys(
            new Issuer("corp", "https://idp.test", "callwatch", Optional.empty(), List.of(), Optional.empty()),
            () -> Uni.createFrom().emitter(reads::add),
            time);

    @Test
    void one_reading_serves_all_who_wait() {
        UniAssertSubscriber<IssuerKeys.Known> one = current();
        UniAssertSubscriber<IssuerKeys.Known> other = current();
        one.cancel();
        answer(FIRST);
        assertThat(other.getItem().keys()).isEqualTo(FIRST);
        assertThat(current().getItem().keys()).isEqualTo(FIRST);
        assertThat(reads).hasSize(1);
    }

    @Test
    void an_issuer_that_was_never_reached_is_asked_once_a_second() {
        UniAssertSubscriber<IssuerKeys.Known> one = current();
        fail();
        assertThat(retryAfter(one)).isEqualTo(Duration.ofSeconds(1));
        time.pass(Duration.ofMillis(600));
        assertThat(retryAfter(current())).isEqualTo(Duration.ofMillis(400));
        assertThat(reads).hasSize(1);
        time.pass(Duration.ofMillis(400));
        current().assertNotTerminated();
        assertThat(reads).hasSize(2);
    }

    @Test
    void an_unknown_key_is_a_reason_to_read_them_again() {
        IssuerKeys.Known known = known();
        List<UniAssertSubscriber<IssuerKeys.Known>> burst = new ArrayList<>();
        for (int token = 0; token < 20; token++) {
            burst.add(newerThan(known));
        }
        answer(SECOND);
        assertThat(burst).allSatisfy(one -> assertThat(one.getItem().keys()).isEqualTo(SECOND));
        assertThat(newerThan(known).getItem().keys()).isEqualTo(SECOND);
        assertThat(current().getItem().keys()).isEqualTo(SECOND);
        assertThat(reads).hasSize(2);
    }

    @Test
    void invented_keys_are_a_reason_every_five_seconds_only() {
        IssuerKeys.Known known = known();
        newerThan(known);
        answer(FIRST);
        IssuerKeys.Known same = current().getItem();
        assertThat(newerThan(same).getItem()).isSameAs(same);
        time.pass(Duration.ofMillis(4_999));
        assertThat(newerThan(same).getItem()).isSameAs(same);
        assertThat(reads).hasSize(2);
        time.pass(Duration.ofMillis(1));
        newerThan(same).assertNotTerminated();
        assertThat(reads).hasSize(3);
    }

    @Test
    void known_keys_stay_in_use_where_newer_ones_cannot_be_read() {
        IssuerKeys.Known known = known();
        UniAssertSubscriber<IssuerKeys.Known> one = newerThan(known);
        fail();
        assertThat(retryAfter(one)).isEqualTo(Duration.ofSeconds(5));
        time.pass(Duration.ofSeconds(2));
        assertThat(retryAfter(newerThan(known))).isEqualTo(Duration.ofSeconds(3));
        assertThat(current().getItem()).isSameAs(known);
        assertThat(reads).hasSize(2);
        time.pass(Duration.ofSeconds(3));
        UniAssertSubscriber<IssuerKeys.Known> other = newerThan(known);
        answer(SECOND);
        assertThat(other.getItem().keys()).isEqualTo(SECOND);
    }

    @Test
    void keys_are_read_again_after_ten_minutes_while_they_stay_in_use() {
        IssuerKeys.Known known = known();
        time.pass(Duration.ofMinutes(10).minusMillis(1));
        current();
        assertThat(reads).hasSize(1);
        time.pass(Duration.ofMillis(1));
        assertThat(current().getItem()).isSameAs(known);
        assertThat(current().getItem()).isSameAs(known);
        assertThat(reads).hasSize(2);
        fail();
        assertThat(current().getItem()).isSameAs(known);
        assertThat(reads).hasSize(2);

        time.pass(Duration.ofSeconds(5));
        current();
        answer(SECOND);
        assertThat(current().getItem().keys()).isEqualTo(SECOND);
        assertThat(reads).hasSize(3);
    }

    @Test
    void at_most_a_hundred_requests_wait_for_newer_keys() {
        IssuerKeys.Known known = known();
        List<UniAssertSubscriber<IssuerKeys.Known>> waiting = new ArrayList<>();
        for (int token = 0; token < 100; token++) {
            waiting.add(newerThan(known));
        }
        newerThan(known).assertFailedWith(IssuerUnavailable.class);
        waiting.get(0).cancel();
        newerThan(known).assertNotTerminated();
        answer(SECOND);
        assertThat(newerThan(current().getItem()).getItem().keys()).isEqualTo(SECOND);
    }

    private IssuerKeys.Known known() {
        UniAssertSubscriber<IssuerKeys.Known> first = current();
        answer(FIRST);
        return first.getItem();
    }

    private UniAssertSubscriber<IssuerKeys.Known> current() {
        return keys.current().subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    private UniAssertSubscriber<IssuerKeys.Known> newerThan(IssuerKeys.Known known) {
        return keys.newerThan(known).subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    private void answer(List<JsonWebKey> read) {
        reads.get(reads.size() - 1).complete(read);
    }

    private void fail() {
        reads.get(reads.size() - 1).fail(new KeysUnreadable("it answered 503"));
    }

    private static Duration retryAfter(UniAssertSubscriber<IssuerKeys.Known> subscriber) {
        IssuerUnavailable failure = (IssuerUnavailable)
                subscriber.assertFailedWith(IssuerUnavailable.class).getFailure();
        return failure.retryAfter().orElseThrow();
    }
}
