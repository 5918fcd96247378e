package dev.callwatch.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.AnAccount;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CallDirectoryTest {

    private static final AccountKey ACCOUNT = AnAccount.usual().key();
    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final String ENDED = "{\"status\":null}";
    private static final CallQuery ALL = new CallQuery(Optional.empty(), Optional.empty(), Optional.empty(), 10);

    private final VirtualTime time = new VirtualTime();
    private final LookupOptions options =
            CallsInVirtualTime.options(Map.of("callwatch.lookup.retention", "1h", "callwatch.lookup.memory", "1M"));
    private final CallCache cache = new CallCache(options, time);
    private final CallUpdates updates = new CallUpdates(cache, time, time, new SimpleMeterRegistry(), change -> {});
    private final Elsewhere elsewhere = new Elsewhere();
    private final CallDirectory directory = new CallDirectory(cache, updates, elsewhere, options, time, time);

    @Test
    void the_call_that_changed_last_comes_first_and_each_call_once() {
        read(1, ACTIVE);
        read(2, ACTIVE);
        read(3, ACTIVE);
        read(1, ENDED);
        assertThat(listed(ALL)).containsExactly(1, 3, 2);
    }

    @Test
    void a_reading_that_finds_nothing_new_does_not_move_a_call() {
        read(1, ACTIVE);
        read(2, ACTIVE);
        read(1, ACTIVE);
        assertThat(listed(ALL)).containsExactly(2, 1);
    }

    @Test
    void a_state_has_the_calls_that_are_in_it_now() {
        read(1, ACTIVE);
        read(2, ACTIVE);
        read(1, ENDED);
        assertThat(listed(in(CallState.ACTIVE))).containsExactly(2);
        assertThat(listed(in(CallState.COMPLETED))).containsExactly(1);
        assertThat(listed(in(CallState.FAILED))).isEmpty();
    }

    @Test
    void since_a_time_are_the_calls_that_changed_at_or_after_it() {
        read(1, ACTIVE);
        CallStatus second = read(2, ACTIVE);
        read(3, ACTIVE);
        CallQuery since =
                new CallQuery(Optional.empty(), Optional.of(second.observed().at()), Optional.empty(), 10);
        assertThat(listed(since)).containsExactly(3, 2);
    }

    @Test
    void pages_follow_each_other_without_gap_or_repetition_and_the_last_has_no_next() {
        for (int call = 1; call <= 6; call++) {
            read(call, call % 2 == 0 ? ACTIVE : ENDED);
        }
        List<Integer> all = new ArrayList<>();
        Optional<CallPosition> after = Optional.empty();
        int pages = 0;
        do {
            CallDirectory.Page page = page(new CallQuery(Optional.empty(), Optional.empty(), after, 2));
            all.addAll(numbers(page));
            after = page.next();
            pages++;
        } while (after.isPresent());
        assertThat(all).containsExactly(6, 5, 4, 3, 2, 1);
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void a_page_ends_where_its_documents_have_a_mebibyte_and_the_next_one_goes_on() {
        for (int call = 1; call <= 30; call++) {
            time.pass(Duration.ofMillis(1));
            elsewhere.knows(status(call, large(400_000)));
        }
        time.pass(Duration.ofMillis(1));
        elsewhere.knows(status(31, large(2_000_000)));
        List<List<Integer>> pages = new ArrayList<>();
        Optional<CallPosition> after = Optional.empty();
        do {
            CallDirectory.Page page = page(new CallQuery(Optional.empty(), Optional.empty(), after, 100));
            pages.add(numbers(page));
            after = page.next();
        } while (after.isPresent() && pages.size() < 100);
        assertThat(pages).hasSize(16).startsWith(List.of(31), List.of(30, 29)).endsWith(List.of(2, 1));
    }

    @Test
    void another_account_has_a_list_of_its_own() {
        read(1, ACTIVE);
        assertThat(directory
                        .newest(new AccountKey("other"), ALL)
                        .await()
                        .indefinitely()
                        .calls())
                .isEmpty();
    }

    @Test
    void what_only_other_replicas_have_read_is_listed_too() {
        read(1, ACTIVE);
        time.pass(Duration.ofSeconds(1));
        elsewhere.knows(status(2, ENDED));
        elsewhere.knows(status(1, ENDED));
        assertThat(listed(ALL)).containsExactly(2, 1);
        assertThat(listed(in(CallState.COMPLETED))).containsExactly(2, 1);
    }

    @Test
    void a_call_that_the_others_have_forgotten_is_left_out() {
        elsewhere.positions.add(new CallPosition(time.now().toEpochMilli(), guid(1)));
        read(2, ACTIVE);
        assertThat(listed(ALL)).containsExactly(2);
    }

    @Test
    void what_could_not_be_read_lately_is_shown_as_stale() {
        CallStatus status = read(1, ACTIVE);
        Snapshot failed = Snapshot.of(status).failed(ScriptedReader.unreachable(), time.now());
        updates.applyRead(key(1), Coordination.Update.of(failed));
        assertThat(page(ALL).calls()).extracting(CallStatus::stale).containsExactly(true);
    }

    @Test
    void calls_that_are_evicted_or_older_than_the_retention_are_not_listed() {
        read(1, ACTIVE);
        time.pass(Duration.ofMinutes(61));
        assertThat(listed(ALL)).isEmpty();
        for (int call = 2; call < 2_000; call++) {
            read(call, ENDED);
        }
        CallQuery many = new CallQuery(Optional.empty(), Optional.empty(), Optional.empty(), 5_000);
        List<CallPosition> kept = cache.find(ACCOUNT, many);
        assertThat(kept)
                .hasSizeBetween(100, 1_000)
                .allSatisfy(position -> assertThat(cache.get(new CallKey(ACCOUNT, position.guid()))
                                .snapshot()
                                .revision())
                        .isEqualTo(position.revision()));
        assertThat(kept).hasSameSizeAs(cache.keys());
    }

    private static String large(int length) {
        return "{\"status\":\"Active\",\"more\":\"" + "x".repeat(length) + "\"}";
    }

    private static CallQuery in(CallState state) {
        return new CallQuery(Optional.of(state), Optional.empty(), Optional.empty(), 10);
    }

    private List<Integer> listed(CallQuery query) {
        return numbers(page(query));
    }

    private CallDirectory.Page page(CallQuery query) {
        return directory.newest(ACCOUNT, query).await().indefinitely();
    }

    private static List<Integer> numbers(CallDirectory.Page page) {
        return page.calls().stream()
                .map(call -> Integer.parseInt(call.id().substring(24)))
                .toList();
    }

    private CallStatus read(int call, String document) {
        time.pass(Duration.ofMillis(1));
        Snapshot now = Snapshot.of(status(call, document));
        return updates.applyRead(key(call), Coordination.Update.of(now))
                .snapshot()
                .status()
                .orElseThrow();
    }

    private CallStatus status(int call, String document) {
        return Enrichment.next(
                ACCOUNT.value(),
                Optional.empty(),
                guid(call),
                ScriptedReader.detail(document),
                time.now(),
                cache.get(key(call)).snapshot().status());
    }

    private static CallKey key(int call) {
        return new CallKey(ACCOUNT, guid(call));
    }

    private static CallGuid guid(int call) {
        return new CallGuid("00000000-0000-0000-0000-%012d".formatted(call));
    }

    /** What the other replicas know. */
    private static final class Elsewhere implements Coordination {

        private final LocalCoordination local = new LocalCoordination();
        private final Map<CallKey, CallStatus> statuses = new HashMap<>();
        private final List<CallPosition> positions = new ArrayList<>();

        private void knows(CallStatus status) {
            CallGuid guid = new CallGuid(status.id());
            statuses.put(new CallKey(ACCOUNT, guid), status);
            positions.add(new CallPosition(status.revision(), guid));
        }

        @Override
        public Uni<LeaseResult> acquire(CallKey key, Snapshot known) {
            return local.acquire(key, known);
        }

        @Override
        public Uni<Update> sync(CallKey key, Snapshot known) {
            return Optional.ofNullable(statuses.get(key))
                    .map(status -> Uni.createFrom().item(Update.of(Snapshot.of(status))))
                    .orElseGet(() -> local.sync(key, known));
        }

        @Override
        public Uni<List<CallStatus>> history(CallKey key) {
            return local.history(key);
        }

        @Override
        public Uni<List<CallPosition>> newest(AccountKey account, CallQuery query) {
            return Uni.createFrom()
                    .item(positions.stream()
                            .filter(position -> account.equals(ACCOUNT))
                            .filter(position -> query.after()
                                    .map(after -> position.compareTo(after) > 0)
                                    .orElse(true))
                            .sorted()
                            .limit(query.limit())
                            .toList());
        }
    }
}
