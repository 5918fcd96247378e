package dev.callwatch.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InFlightTest {

    private final InFlight memory = new InFlight(10);
    private final List<String> granted = new ArrayList<>();

    @Test
    void those_who_find_none_get_it_in_their_order() {
        InFlight.Share first = taken(5);
        InFlight.Share second = taken(5);
        assertThat(takes(memory.share(), "large", 8)).isFalse();
        assertThat(takes(memory.share(), "small", 2)).isFalse();
        first.close();
        assertThat(granted).isEmpty();
        second.close();
        assertThat(granted).containsExactly("large", "small");
    }

    @Test
    void nobody_overtakes_those_who_wait() {
        taken(9);
        assertThat(takes(memory.share(), "large", 8)).isFalse();
        assertThat(takes(memory.share(), "small", 1)).isFalse();
    }

    @Test
    void who_waits_no_longer_gets_nothing() {
        InFlight.Share all = taken(10);
        InFlight.Share impatient = memory.share();
        assertThat(takes(impatient, "impatient", 1)).isFalse();
        assertThat(impatient.isWaiting()).isTrue();
        impatient.close();
        assertThat(impatient.isWaiting()).isFalse();
        all.close();
        assertThat(granted).isEmpty();
        taken(10);
    }

    @Test
    void those_that_have_begun_go_before_all_others_in_their_order() {
        InFlight.Share complete = taken(4);
        InFlight.Share first = taken(3);
        InFlight.Share second = taken(3);
        assertThat(takes(memory.share(), "new", 1)).isFalse();
        assertThat(takes(second, "second", 2)).isFalse();
        assertThat(takes(first, "first", 2)).isFalse();
        complete.close();
        assertThat(granted).containsExactly("first", "second");
        first.close();
        assertThat(granted).containsExactly("first", "second", "new");
    }

    @Test
    void where_all_have_a_part_one_after_another_gets_all_that_it_needs() {
        List<InFlight.Share> parts =
                IntStream.range(0, 10).mapToObj(part -> taken(1)).toList();
        assertThat(takes(parts.get(0), "0", 5)).isTrue();
        for (int i = 1; i < 10; i++) {
            assertThat(takes(parts.get(i), Integer.toString(i), 5)).isFalse();
        }
        for (int i = 0; i < 10; i++) {
            parts.get(i).close();
        }
        assertThat(granted).containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    @Test
    void what_is_kept_after_it_arrived_makes_others_wait_even_above_the_bound() {
        InFlight.Share arriving = taken(10);
        assertThat(takes(memory.share(), "next", 1)).isFalse();
        memory.keep(10);
        arriving.close();
        assertThat(granted).isEmpty();
        memory.give(10);
        assertThat(granted).containsExactly("next");
    }

    @Test
    void it_is_crowded_while_more_than_half_is_taken_or_somebody_waits() {
        InFlight.Share half = taken(5);
        assertThat(memory.isCrowded()).isFalse();
        InFlight.Share more = taken(1);
        assertThat(memory.isCrowded()).isTrue();
        half.close();
        more.close();
        assertThat(memory.isCrowded()).isFalse();
        assertThat(takes(memory.share(), "large", 11)).isFalse();
        assertThat(memory.isCrowded()).isTrue();
    }

    @Test
    void a_queue_is_long_where_many_wait_for_more_than_there_is() {
        taken(10);
        for (int i = 0; i < InFlight.MANY; i++) {
            assertThat(takes(memory.share(), "large", 10)).isFalse();
            assertThat(memory.isQueueLong()).isFalse();
        }
        assertThat(takes(memory.share(), "one more", 1)).isFalse();
        assertThat(memory.isQueueLong()).isTrue();
    }

    @Test
    void a_queue_of_many_small_ones_is_not_long() {
        InFlight large = new InFlight(1_000);
        large.share().take(1_000, () -> {});
        for (int i = 0; i < 1_000; i++) {
            large.share().take(1, () -> {});
        }
        assertThat(large.isQueueLong()).isFalse();
    }

    private InFlight.Share taken(long bytes) {
        InFlight.Share share = memory.share();
        assertThat(takes(share, "at once", bytes)).isTrue();
        return share;
    }

    private boolean takes(InFlight.Share share, String name, long bytes) {
        return share.take(bytes, () -> granted.add(name));
    }
}
