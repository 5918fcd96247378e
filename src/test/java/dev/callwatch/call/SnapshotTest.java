package dev.callwatch.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AccountKey;
import dev.callwatch.vonage.ScriptedReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SnapshotTest {

    private static final CallKey CALL =
            new CallKey(new AccountKey("a"), new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449"));
    private static final Instant BEGIN = Instant.parse("2026-11-24T09:00:00Z");

    @Test
    void the_later_of_two_observations_that_differ_gets_a_revision_above_both() {
        Snapshot earlier = seen(7, 10, "Active");
        Snapshot later = seen(3, 20, "Ringing");
        Snapshot both = earlier.merge(later);
        assertThat(both.revision()).isEqualTo(BEGIN.plusSeconds(20).toEpochMilli());
        assertThat(both.status().orElseThrow().previous()).hasValue(7);
        assertThat(both.status().orElseThrow().vonage()).contains("Ringing");
        assertThat(later.merge(earlier)).isEqualTo(both);
    }

    @Test
    void what_was_read_without_knowing_the_call_follows_what_the_others_knew() {
        Snapshot known = seen(7, 10, "Active");
        Snapshot first = seen(BEGIN.plusSeconds(20).toEpochMilli(), 20, "Ringing");
        assertThat(first.status().orElseThrow().previous()).isEmpty();
        CallStatus both = known.merge(first).status().orElseThrow();
        assertThat(both.revision()).isEqualTo(BEGIN.plusSeconds(20).toEpochMilli());
        assertThat(both.previous()).hasValue(7);
        assertThat(first.merge(known).status()).contains(both);
        assertThat(first.following(known).status().orElseThrow().previous()).hasValue(7);
        assertThat(first.following(Snapshot.NOTHING)).isEqualTo(first);
    }

    @Test
    void two_that_say_the_same_keep_the_higher_revision_and_the_later_time() {
        Snapshot both = seen(7, 10, "Active").merge(seen(3, 20, "Active"));
        assertThat(both.revision()).isEqualTo(7);
        assertThat(both.status().orElseThrow().observed().at()).isEqualTo(BEGIN.plusSeconds(20));
    }

    @Test
    void what_either_has_seen_first_stays_when_it_was() {
        Snapshot earlier = ended(7, 20, Optional.of(8), 10);
        Snapshot later = ended(1, 30, Optional.empty(), 30);
        CallStatus both = later.merge(earlier).status().orElseThrow();
        assertThat(both.revision()).isEqualTo(7);
        assertThat(both.observed())
                .isEqualTo(CallStatus.Observed.of(
                        BEGIN.plusSeconds(30),
                        BEGIN.plusSeconds(20),
                        Optional.of(BEGIN.plusSeconds(8)),
                        Optional.of(BEGIN.plusSeconds(10))));
        assertThat(earlier.merge(later).status()).contains(both);
    }

    @Test
    void an_end_after_which_the_call_went_on_was_none() {
        Snapshot earlier = ended(7, 20, Optional.empty(), 10);
        Snapshot later = ended(9, 30, Optional.of(25), 30);
        assertThat(earlier.merge(later).status().orElseThrow().observed().firstEndedAt())
                .contains(BEGIN.plusSeconds(30));
    }

    @Test
    void a_later_failure_stands_beside_the_status_and_an_earlier_one_does_not() {
        Snapshot seen = seen(2, 10, "Active");
        UpstreamFailure reason = ScriptedReader.unreachable();
        assertThat(seen.merge(Snapshot.NOTHING.failed(reason, BEGIN.plusSeconds(11)))
                        .lastError())
                .isPresent();
        assertThat(Snapshot.NOTHING
                        .failed(reason, BEGIN.plusSeconds(9))
                        .merge(seen)
                        .lastError())
                .isEmpty();
    }

    @Test
    void nothing_known_adds_nothing() {
        Snapshot seen = seen(2, 10, "Active").failed(ScriptedReader.unreachable(), BEGIN.plus(Duration.ofSeconds(12)));
        assertThat(seen.merge(Snapshot.NOTHING)).isEqualTo(seen);
        assertThat(Snapshot.NOTHING.merge(seen)).isEqualTo(seen);
    }

    @Property
    void whoever_of_two_asks_gets_the_same_and_no_revision_goes_back(
            @ForAll @IntRange(min = 1, max = 5) int one,
            @ForAll @IntRange(min = 1, max = 5) int other,
            @ForAll @IntRange(min = 0, max = 3) int oneAt,
            @ForAll @IntRange(min = 0, max = 3) int otherAt,
            @ForAll @IntRange(min = 0, max = 3) int oneFirst,
            @ForAll @IntRange(min = 0, max = 3) int otherFirst,
            @ForAll boolean same) {
        Snapshot first = seen(one, oneAt, oneFirst, "Active");
        Snapshot second = seen(other, otherAt, otherFirst, same ? "Active" : "Ringing");
        Snapshot both = first.merge(second);
        assertThat(both.revision()).isGreaterThanOrEqualTo(Math.max(one, other));
        if (oneAt != otherAt || one != other) {
            assertThat(second.merge(first)).isEqualTo(both);
        }
        assertThat(both.merge(second)).isEqualTo(both);
    }

    /** Seen first when it was read. */
    private static Snapshot ended(long revision, int at, Optional<Integer> lastActive, int firstEnded) {
        return Snapshot.of(CallStatus.of(
                CALL,
                Optional.empty(),
                ScriptedReader.detail("{\"status\":null,\"result\":{\"code\":\"Success\"}}"),
                revision,
                OptionalLong.empty(),
                CallStatus.Observed.of(
                        BEGIN.plusSeconds(at),
                        BEGIN.plusSeconds(at),
                        lastActive.map(second -> BEGIN.plusSeconds(second)),
                        Optional.of(BEGIN.plusSeconds(firstEnded)))));
    }

    private static Snapshot seen(long revision, int seconds, String status) {
        return seen(revision, seconds, seconds, status);
    }

    private static Snapshot seen(long revision, int seconds, int secondsSinceFirst, String status) {
        return Snapshot.of(CallStatus.of(
                CALL,
                Optional.empty(),
                ScriptedReader.detail("{\"status\":\"" + status + "\"}"),
                revision,
                OptionalLong.empty(),
                CallStatus.Observed.of(
                        BEGIN.plusSeconds(seconds),
                        BEGIN.plusSeconds(seconds - secondsSinceFirst),
                        Optional.empty(),
                        Optional.empty())));
    }
}
