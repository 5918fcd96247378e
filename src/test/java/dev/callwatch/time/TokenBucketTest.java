package dev.callwatch.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final long START = 1_700_000_000_000_000L;
    private static final long DAY = 86_400_000_000L;

    private final TokenBucket bucket = new TokenBucket(30, 2, START);

    @Test
    void a_full_bucket_gives_its_capacity_at_once_and_no_more() {
        assertThat(bucket.tryTake(20)).isTrue();
        assertThat(bucket.tryTake(11)).isFalse();
        assertThat(bucket.tryTake(10)).isTrue();
        assertThat(bucket.units()).isZero();
    }

    @Test
    void it_is_refilled_at_its_rate_up_to_its_capacity() {
        bucket.tryTake(30);
        assertThat(bucket.refill(START + 7)).isEqualTo(7);
        assertThat(bucket.units()).isEqualTo(14);
        assertThat(bucket.refill(START + 7 + DAY)).isEqualTo(DAY);
        assertThat(bucket.units()).isEqualTo(30);
    }

    @Test
    void parts_of_a_unit_are_not_given() {
        TokenBucket slow = new TokenBucket(30, 0.3, START);
        slow.tryTake(30);
        slow.refill(START + 9);
        assertThat(slow.units()).isEqualTo(2);
    }

    @Test
    void a_moment_before_the_last_refill_changes_nothing() {
        bucket.tryTake(30);
        bucket.refill(START + 5);
        assertThat(bucket.refill(START - DAY)).isZero();
        assertThat(bucket.units()).isEqualTo(10);
        assertThat(bucket.refill(START + 6)).isOne();
        assertThat(bucket.units()).isEqualTo(12);
    }

    @Test
    void what_is_missing_is_there_after_the_time_that_it_says_and_not_a_moment_earlier() {
        bucket.tryTake(30);
        assertThat(bucket.microsUntil(0, 2)).isZero();
        long wait = bucket.microsUntil(9, 2);
        assertThat(wait).isEqualTo(5);
        bucket.refill(START + wait - 1);
        assertThat(bucket.tryTake(9)).isFalse();
        bucket.refill(START + wait);
        assertThat(bucket.tryTake(9)).isTrue();
    }

    @Test
    void no_wait_is_longer_than_a_day() {
        assertThat(bucket.microsUntil(Long.MAX_VALUE, 2)).isEqualTo(DAY);
        assertThat(bucket.microsUntil(31, 0)).isEqualTo(DAY);
    }

    @Test
    void what_is_added_and_taken_out_stays_within_the_bucket() {
        bucket.add(5);
        assertThat(bucket.units()).isEqualTo(30);
        bucket.add(-40);
        assertThat(bucket.units()).isZero();
        bucket.add(5);
        assertThat(bucket.units()).isEqualTo(5);
    }

    @Test
    void a_smaller_size_loses_units_and_a_larger_one_makes_none() {
        bucket.resize(10, 0, 2);
        assertThat(bucket.units()).isEqualTo(10);
        bucket.resize(30, 0, 4);
        assertThat(bucket.units()).isEqualTo(10);
        bucket.refill(START + 2);
        assertThat(bucket.units()).isEqualTo(18);
    }

    @Test
    void beyond_the_capacity_units_are_added_but_not_refilled() {
        bucket.resize(30, 5, 2);
        bucket.add(3);
        bucket.refill(START + 100);
        assertThat(bucket.units()).isEqualTo(33);
        bucket.add(10);
        assertThat(bucket.units()).isEqualTo(35);
        bucket.resize(30, 1, 2);
        assertThat(bucket.units()).isEqualTo(31);
    }
}
