package dev.callwatch.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AccountKey;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalRevisionLogTest {

    private static final AccountKey ACCOUNT = new AccountKey("a");
    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final String ENDED = "{\"status\":null}";

    private static final int MEMORY = 4 << 20;

    private final VirtualTime time = new VirtualTime();
    private final CallCache cache = new CallCache(CallsInVirtualTime.options(Map.of()), time);
    private final List<AccountKey> appended = new ArrayList<>();
    private final LocalRevisionLog log = new LocalRevisionLog(cache, MEMORY, grown -> appended.add(grown.account()));
    private final CallUpdates updates = new CallUpdates(cache, time, time, new SimpleMeterRegistry(), log::append);

    @Test
    void revisions_follow_each_other_with_what_was_before() {
        String begin = read(Optional.empty()).end();
        read(1, ACTIVE);
        read(2, ENDED);
        read(1, ENDED);
        RevisionLog.Slice slice = read(Optional.of(begin));
        assertThat(slice.isComplete()).isTrue();
        assertThat(slice.entries())
                .extracting(entry -> entry.now().state())
                .containsExactly(CallState.ACTIVE, CallState.COMPLETED, CallState.COMPLETED);
        assertThat(slice.entries())
                .extracting(entry -> entry.before().map(CallStatus::state))
                .containsExactly(Optional.empty(), Optional.empty(), Optional.of(CallState.ACTIVE));
        assertThat(slice.end()).isEqualTo(slice.entries().get(2).position());
        assertThat(appended).containsExactly(ACCOUNT, ACCOUNT, ACCOUNT);
    }

    @Test
    void who_comes_back_gets_what_follows_its_position() {
        read(1, ACTIVE);
        String position = read(Optional.empty()).end();
        assertThat(read(Optional.of(position))).isEqualTo(new RevisionLog.Slice(List.of(), position, true));
        read(1, ENDED);
        read(2, ENDED);
        RevisionLog.Slice first =
                log.read(ACCOUNT, Optional.of(position), 1).await().indefinitely();
        assertThat(first.entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.now().id()).isEqualTo(guid(1).value()));
        assertThat(read(Optional.of(first.end())).entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.now().id()).isEqualTo(guid(2).value()));
    }

    @Test
    void a_position_that_is_no_longer_kept_or_of_another_process_has_a_gap_after_it() {
        String begin = read(Optional.empty()).end();
        for (int call = 0; call < LocalRevisionLog.LONGEST; call++) {
            read(call, ENDED);
        }
        assertThat(log.read(ACCOUNT, Optional.of(begin), 1_000)
                        .await()
                        .indefinitely()
                        .entries())
                .hasSize(LocalRevisionLog.LONGEST);
        read(1_000, ENDED);
        String end = read(Optional.empty()).end();
        for (String unknown : List.of(begin, "00000000.1", "1764000000000-0", "nonsense", "", begin + "0000")) {
            assertThat(read(Optional.of(unknown))).isEqualTo(new RevisionLog.Slice(List.of(), end, false));
        }
    }

    @Test
    void large_documents_take_the_place_of_earlier_revisions_and_the_last_one_always_stays() {
        read(1, ACTIVE);
        String small = read(Optional.empty()).end();
        List<String> positions = new ArrayList<>();
        for (int call = 2; call < 12; call++) {
            read(call, large(MEMORY / 10));
            positions.add(read(Optional.empty()).end());
        }
        String end = positions.get(9);
        assertThat(read(Optional.of(small))).isEqualTo(new RevisionLog.Slice(List.of(), end, false));
        // Of texts that are that long each character counts twice.
        assertThat(read(Optional.of(positions.get(5))).entries())
                .extracting(RevisionLog.Entry::position)
                .isEqualTo(positions.subList(6, 10));
        assertThat(read(Optional.of(positions.get(4))).isComplete()).isFalse();
        read(12, large(MEMORY));
        assertThat(read(Optional.of(end)).entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.now().id()).isEqualTo(guid(12).value()));
        read(13, ENDED);
        read(14, ENDED);
        String last = read(Optional.empty()).end();
        assertThat(read(Optional.of(end))).isEqualTo(new RevisionLog.Slice(List.of(), last, false));
    }

    private static String large(int characters) {
        return "{\"status\":null,\"more\":\"" + "x".repeat(characters) + "\"}";
    }

    @Test
    void a_reading_that_finds_nothing_new_adds_nothing_and_accounts_have_logs_of_their_own() {
        String begin = read(Optional.empty()).end();
        read(1, ACTIVE);
        read(1, ACTIVE);
        assertThat(read(Optional.of(begin)).entries()).hasSize(1);
        assertThat(log.read(new AccountKey("b"), Optional.of(begin), 10)
                        .await()
                        .indefinitely()
                        .isComplete())
                .isTrue();
    }

    private RevisionLog.Slice read(Optional<String> after) {
        return log.read(ACCOUNT, after, 10).await().indefinitely();
    }

    private void read(int call, String document) {
        time.pass(Duration.ofSeconds(1));
        CallKey key = new CallKey(ACCOUNT, guid(call));
        CallStatus status = Enrichment.next(
                ACCOUNT.value(),
                Optional.empty(),
                key.guid(),
                ScriptedReader.detail(document),
                time.now(),
                cache.get(key).snapshot().status());
        updates.applyRead(key, Coordination.Update.of(Snapshot.of(status)));
    }

    private static CallGuid guid(int call) {
        return new CallGuid("00000000-0000-0000-0000-%012d".formatted(call));
    }
}
