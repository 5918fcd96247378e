package dev.callwatch.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;

/** Whatever is taken whenever: within no time more than the capacity and what the rate brings in that time. */
class TokenBucketPropertyTest {

    /** What had been taken until a moment. */
    private record Taken(long at, long units) {}

    @Property(tries = 200)
    void within_no_time_it_gives_more_than_its_capacity_and_its_rate_times_that_time(
            @ForAll long seed,
            @ForAll @LongRange(min = 1, max = 1_000_000) long capacity,
            @ForAll @DoubleRange(min = 0.01, max = 1_000) double unitsPerMicro,
            @ForAll @LongRange(max = 2_000_000_000_000_000L) long start) {
        Random random = new Random(seed);
        TokenBucket bucket = new TokenBucket(capacity, unitsPerMicro, start);
        List<Taken> history = new ArrayList<>(List.of(new Taken(start, 0)));
        long now = start;
        long taken = 0;
        for (int i = 0; i < 100; i++) {
            // A hundredth of the time that fills the bucket, up to three times that time; the clock goes back at times.
            long scale = (long) Math.ceil(capacity / unitsPerMicro * (random.nextBoolean() ? 0.01 : 3));
            long moment = now + random.nextLong(-scale / 4, scale + 1);
            now = Math.max(now, moment);
            bucket.refill(moment);
            long wanted = random.nextLong(1, capacity + 1);
            boolean there = bucket.units() >= wanted;
            assertThat(bucket.tryTake(wanted)).isEqualTo(there);
            taken += there ? wanted : 0;
            for (Taken begin : history) {
                double most = capacity + unitsPerMicro * (now - begin.at());
                assertThat(taken - begin.units()).isLessThanOrEqualTo((long) Math.ceil(most + most * 1e-9));
            }
            history.add(new Taken(now, taken));
        }
    }

    @Property(tries = 200)
    void what_it_said_to_wait_for_is_there_then(
            @ForAll long seed,
            @ForAll @LongRange(min = 1, max = 1_000_000) long capacity,
            @ForAll @LongRange(min = 1, max = 1_000) long unitsPerMicro) {
        Random random = new Random(seed);
        TokenBucket bucket = new TokenBucket(capacity, unitsPerMicro, 0);
        long now = 0;
        for (int i = 0; i < 100; i++) {
            long wanted = random.nextLong(1, capacity + 1);
            now += bucket.microsUntil(wanted, unitsPerMicro);
            bucket.refill(now);
            assertThat(bucket.tryTake(wanted)).isTrue();
        }
    }
}
