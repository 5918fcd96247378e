package dev.callwatch.time;

/**
 * A token bucket that is refilled continuously. Its user decides what a unit is: so little that each microsecond refills whole units,
 * because what is less than a unit is rounded away. All moments are in microseconds, of one clock. Nothing is allocated. Not
 * thread-safe.
 */
public final class TokenBucket {

    private static final double LONGEST_WAIT = 86_400e6;

    private long capacity;
    private long extra;
    private double unitsPerMicro;
    private long units;
    private long at;

    /**
     * A full bucket.
     *
     * @param capacity in units
     * @param unitsPerMicro how many units each microsecond refills
     * @param now the moment from which on it is refilled
     */
    public TokenBucket(long capacity, double unitsPerMicro, long now) {
        this.capacity = capacity;
        this.unitsPerMicro = unitsPerMicro;
        this.units = capacity;
        this.at = now;
    }

    /**
     * Adds what has come since the last refill. All other methods are about the moment of the last refill.
     *
     * @param now a moment before the last refill changes nothing
     * @return how many microseconds have passed since the last refill, 0 or more
     */
    public long refill(long now) {
        long elapsed = now - at;
        if (elapsed <= 0) {
            return 0;
        }
        at = now;
        if (units < capacity) {
            units = (long) Math.min(capacity, units + Math.floor(elapsed * unitsPerMicro));
        }
        return elapsed;
    }

    /** What is there. */
    public long units() {
        return units;
    }

    /** Takes units; if there are fewer, it takes none and returns false. */
    public boolean tryTake(long wanted) {
        if (units < wanted) {
            return false;
        }
        units -= wanted;
        return true;
    }

    /**
     * How long until this many units are there: 0 if they are, a day at most. Rounded up, because a moment earlier one is missing.
     *
     * @param assumed units for each microsecond
     * @return microseconds
     */
    public long microsUntil(long wanted, double assumed) {
        long missing = wanted - units;
        return missing <= 0 ? 0 : (long) Math.min(LONGEST_WAIT, Math.ceil(missing / assumed));
    }

    /** Adds units, as far as there is room; a negative number takes them out, as far as they are there. */
    public void add(long more) {
        units = Math.max(0, Math.min(capacity + extra, units + more));
    }

    /**
     * Changes its size and rate. Units beyond the new size are lost; a larger one is filled by the rate only.
     *
     * @param size the new capacity, in units
     * @param more how many units {@link #add} may add beyond the capacity; the rate fills up to the capacity only
     * @param rate units for each microsecond
     */
    public void resize(long size, long more, double rate) {
        capacity = size;
        extra = more;
        unitsPerMicro = rate;
        add(0);
    }
}
