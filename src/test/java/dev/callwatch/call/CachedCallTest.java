package dev.callwatch.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AccountKey;
import dev.callwatch.vonage.ScriptedReader;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CachedCallTest {

    private static final CallKey CALL =
            new CallKey(new AccountKey("a"), new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449"));
    private static final Instant SEEN = Instant.parse("2026-11-24T09:00:00Z");

    @Test
    void a_status_that_is_the_last_of_its_history_weighs_once() {
        CallStatus status = status(1, "Active");
        CachedCall single = new CachedCall(Snapshot.of(status), List.of(), SEEN, SEEN);
        CachedCall first = new CachedCall(Snapshot.of(status), List.of(status), SEEN, SEEN);
        assertThat(first.weight()).isEqualTo(single.weight());
    }

    @Test
    void each_revision_of_the_history_weighs_its_document_and_more() {
        CallStatus before = status(1, "Active");
        CallStatus now = status(2, "Ringing");
        CachedCall one = new CachedCall(Snapshot.of(now), List.of(now), SEEN, SEEN);
        CachedCall two = new CachedCall(Snapshot.of(now), List.of(before, now), SEEN, SEEN);
        assertThat(two.weight() - one.weight()).isGreaterThan(before.vonage().length() + 500);
    }

    @Test
    void an_observation_that_shares_the_document_of_the_history_does_not_weigh_it_again() {
        CallStatus status = status(1, "x".repeat(5_000));
        CachedCall first = new CachedCall(Snapshot.of(status), List.of(status), SEEN, SEEN);
        Snapshot again = Snapshot.of(status.observed(status.observed()));
        CachedCall second = first.next(again, List.of(), SEEN, SEEN);

        assertThat(second.weight() - first.weight()).isBetween(200, 1_000);
        assertThat(second).isEqualTo(new CachedCall(again, List.of(status), SEEN, SEEN));
    }

    @Test
    void a_new_revision_weighs_as_much_as_if_it_was_there_from_the_beginning() {
        CallStatus before = status(1, "Active");
        CallStatus now = status(2, "x".repeat(5_000));
        CachedCall next = new CachedCall(Snapshot.of(before), List.of(before), SEEN, SEEN)
                .next(Snapshot.of(now), List.of(now), SEEN, SEEN);

        assertThat(next).isEqualTo(new CachedCall(Snapshot.of(now), List.of(before, now), SEEN, SEEN));
    }

    @Test
    void a_document_with_other_characters_than_latin_ones_weighs_two_bytes_for_each() {
        CallStatus latin = status(1, "Zurückgestellt");
        CallStatus japanese = status(1, "保留中".repeat(4) + "保留");
        int length = latin.vonage().length();
        assertThat(japanese.vonage()).hasSize(length);
        assertThat(weight(japanese) - weight(latin)).isEqualTo(length);
    }

    @Test
    void a_large_document_weighs_two_bytes_for_each_character_whatever_they_are() {
        CallStatus large = status(1, "x".repeat(100_000));
        assertThat(weight(large)).isGreaterThan(2 * large.vonage().length());
    }

    /** So a setting of 64M is 64 MiB, and not 64 MiB beside what is made of calls. */
    @Test
    void calls_and_what_is_made_of_them_share_the_memory_of_the_setting() {
        LookupOptions options = CallsInVirtualTime.options(Map.of("callwatch.lookup.memory", "10M"));
        assertThat(options.callMemory() + options.renderedMemory()).isEqualTo(10L << 20);
        assertThat(options.callMemory()).isGreaterThan(options.renderedMemory());
    }

    private static int weight(CallStatus status) {
        return new CachedCall(Snapshot.of(status), List.of(status), SEEN, SEEN).weight();
    }

    private static CallStatus status(long revision, String state) {
        return CallStatus.of(
                CALL,
                Optional.empty(),
                ScriptedReader.detail("{\"status\":\"" + state + "\"}"),
                revision,
                OptionalLong.empty(),
                CallStatus.Observed.of(SEEN, SEEN, Optional.empty(), Optional.empty()));
    }
}
