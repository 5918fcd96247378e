package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AnAccount;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Snapshot;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What waits for Redis, without one. */
class UnsharedMemoryTest {

    private static final CallKey CALL =
            new CallKey(AnAccount.usual().key(), new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449"));

    private final VirtualTime time = new VirtualTime();
    private final UnsharedRevisions unshared = new UnsharedRevisions(time, 1_000_000);
    private final List<Long> written = new ArrayList<>();

    @Test
    void of_large_documents_the_last_are_kept_and_others_have_room_once_they_are_written() {
        add(1, 1_000);
        for (int revision = 2; revision <= 10; revision++) {
            add(revision, 300_000);
        }
        assertThat(kept(1, 2, 3, 4, 5, 6, 7)).isEmpty();
        assertThat(kept(8, 9, 10)).containsExactly(8L, 9L, 10L);
        time.pass(Duration.ofSeconds(1));
        assertThat(written).containsExactly(8L, 9L, 10L);

        for (int revision = 11; revision <= 13; revision++) {
            add(revision, 300_000);
        }
        assertThat(kept(11, 12, 13)).containsExactly(11L, 12L, 13L);
    }

    @Test
    void one_that_is_larger_than_all_the_room_is_kept_alone() {
        add(1, 1_000);
        add(2, 2_000_000);
        assertThat(kept(1, 2)).containsExactly(2L);
        add(3, 1_000);
        assertThat(kept(2, 3)).containsExactly(3L);
    }

    @Test
    void one_that_is_added_again_counts_once() {
        for (int i = 0; i < 10; i++) {
            add(1, 300_000);
        }
        add(2, 300_000);
        assertThat(kept(1, 2)).containsExactly(1L, 2L);
    }

    private void add(long revision, int length) {
        CallStatus status = CallStatus.of(
                CALL,
                Optional.empty(),
                ScriptedReader.detail("{\"status\":\"Active\",\"more\":\"" + "x".repeat(length) + "\"}"),
                revision,
                OptionalLong.empty(),
                CallStatus.Observed.of(Instant.EPOCH, Instant.EPOCH, Optional.empty(), Optional.empty()));
        unshared.add(new SnapshotChange(CALL, Snapshot.NOTHING, Snapshot.of(status)), () -> {
            written.add(revision);
            return Uni.createFrom().voidItem();
        });
    }

    private List<Long> kept(long... revisions) {
        List<Long> kept = new ArrayList<>();
        for (long revision : revisions) {
            unshared.before(CALL, revision).ifPresent(before -> kept.add(revision));
        }
        return kept;
    }
}
