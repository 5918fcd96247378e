package dev.callwatch.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FairSharesTest {

    private static final int[] NOTHING = {0, 0, 0};

    @Test
    void who_wants_little_gets_it_and_the_others_get_equal_parts_of_the_rest() {
        assertThat(FairShares.of(100, new int[] {10, 80, 90}, NOTHING)).containsExactly(10, 45, 45);
    }

    @Test
    void what_nobody_wants_is_shared_out_equally() {
        assertThat(FairShares.of(100, new int[] {10, 0, 60}, NOTHING)).containsExactly(20, 10, 70);
    }

    @Test
    void who_could_use_more_comes_after_all_who_want_something() {
        assertThat(FairShares.of(100, new int[] {10, 30, 30}, new int[] {100, 0, 0}))
                .containsExactly(40, 30, 30);
        assertThat(FairShares.of(100, new int[] {10, 60, 60}, new int[] {100, 0, 0}))
                .containsExactly(10, 45, 45);
    }

    @Property
    void all_is_shared_out_and_nobody_is_envied_for_more_than_it_wants(
            @ForAll @Size(min = 1, max = 20) List<@IntRange(max = 1_000_000) Integer> all) {
        int whole = 1_000_000;
        int[] wants = all.stream().mapToInt(Integer::intValue).toArray();
        int[] shares = FairShares.of(whole, wants, new int[wants.length]);
        assertThat(Arrays.stream(shares).sum()).isBetween(whole - wants.length, whole);
        for (int one = 0; one < wants.length; one++) {
            int got = shares[one];
            boolean served = got >= wants[one];
            // Who is not served gets as much as anybody.
            assertThat(served || IntStream.of(shares).allMatch(other -> other <= got + 1 + wants.length))
                    .isTrue();
        }
    }
}
