package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AccountKey;
import dev.callwatch.budget.Backoff;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallHint;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaMessageTest {

    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");
    private static final CallKey CALL =
            new CallKey(new AccountKey("a"), new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449"));

    private static final String KEPT =
            "{\"account\":\"a\",\"call\":\"94e5928c-7f7e-4645-ad72-61010f906449\",\"by\":\"x\",";

    @Test
    void what_was_published_is_encoded_and_decoded() {
        ReplicaMessage kept = new ReplicaMessage.Kept(CALL, 3, "replica");
        assertThat(ReplicaMessage.of(kept.text(), NOW)).contains(kept);
    }

    @Test
    void a_call_that_a_replica_follows_is_encoded_and_decoded_and_says_nothing_else_to_an_older_release() {
        ReplicaMessage followed = new ReplicaMessage.Followed(CALL, "replica");
        assertThat(ReplicaMessage.of(followed.text(), NOW)).contains(followed);
        assertThat(followed.text()).doesNotContain("\"call\"");
    }

    @Test
    void the_presence_of_a_replica_is_encoded_and_decoded() {
        ReplicaMessage present = new ReplicaMessage.Present("replica");
        assertThat(ReplicaMessage.of(present.text(), NOW)).contains(present);
    }

    @Test
    void a_failure_is_encoded_and_decoded_with_its_problem_and_detail() {
        UpstreamFailure reason = UpstreamFailure.ofOtherReplica(
                ProblemType.BUDGET_EXHAUSTED, "The budget is \"spent\".", Optional.of(Duration.ofSeconds(2)));
        ReplicaMessage.GivenUp decoded =
                (ReplicaMessage.GivenUp) ReplicaMessage.of(new ReplicaMessage.GivenUp(CALL, reason).text(), NOW)
                        .orElseThrow();
        assertThat(decoded.call()).isEqualTo(CALL);
        assertThat(decoded.reason().type()).isEqualTo(ProblemType.BUDGET_EXHAUSTED);
        assertThat(decoded.reason().getMessage()).isEqualTo("The budget is \"spent\".");
        assertThat(decoded.reason().retryAfter()).contains(Duration.ofSeconds(2));
    }

    @Test
    void a_429_is_published_with_how_the_rate_has_adapted() {
        ReplicaMessage throttled =
                new ReplicaMessage.Throttled(CALL.account(), new Backoff(2, 80, Duration.ofMillis(12_345)));
        assertThat(ReplicaMessage.of(throttled.text(), NOW)).contains(throttled);
    }

    @Test
    void that_a_log_has_grown_is_published() {
        ReplicaMessage appended = new ReplicaMessage.Appended(CALL.account());
        assertThat(ReplicaMessage.of(appended.text(), NOW)).contains(appended);
    }

    @Test
    void a_notification_is_published_with_the_calls_that_it_may_be_about() {
        Set<CallGuid> guids = Set.of(CALL.guid(), new CallGuid("00000000-0000-0000-0000-000000000001"));
        ReplicaMessage hinted = new ReplicaMessage.Hinted(
                new CallHint(CALL.account(), guids, CallHint.Kind.WRAPPING_UP, "hash"), "replica");
        assertThat(ReplicaMessage.of(hinted.text(), NOW)).contains(hinted);
        ReplicaMessage none = new ReplicaMessage.Hinted(
                new CallHint(CALL.account(), Set.of(), CallHint.Kind.CHANGED, "hash"), "replica");
        assertThat(ReplicaMessage.of(none.text(), NOW)).contains(none);
        assertThat(ReplicaMessage.of(none.text().replace("CHANGED", "LATER"), NOW))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "[]",
                "null",
                "{}",
                "{\"account\":\"a\"}",
                "{\"account\":\"a\",\"call\":\"b\"}",
                "{\"account\":\"?\",\"backoffs\":1}",
                "{\"kind\":\"of a newer release\"}",
                KEPT + "\"revision\":9223372036854775807}",
                KEPT + "\"revision\":1e300}",
                KEPT + "\"revision\":-1}",
                KEPT + "\"problem\":\"UPSTREAM_ERROR\",\"retryAfterMs\":9223372036854775807}",
                KEPT + "\"problem\":\"UPSTREAM_ERROR\",\"retryAfterMs\":-1}"
            })
    void what_means_nothing_here_is_not_changed(String text) {
        assertThat(ReplicaMessage.of(text, NOW)).isEmpty();
    }
}
