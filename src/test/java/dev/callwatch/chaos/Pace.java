package dev.callwatch.chaos;

/**
 * How fast things happen.
 *
 * @param gap from the beginning of one fault to that of the next, in milliseconds
 * @param length of a fault, in milliseconds
 * @param stay of a reader with one stream, in milliseconds
 * @param recovers whether no fault disturbs the way to the upstream until calls are readable again after those before
 */
record Pace(Range gap, Range length, Range stay, boolean recovers) {

    /** Faults overlap at times, and what times out within 5 s does so at times. */
    static final Pace ORDINARY = new Pace(new Range(200, 4_000), new Range(500, 5_500), new Range(3_000, 15_000), true);

    /** Most faults overlap. */
    static final Pace BRISK = new Pace(new Range(100, 1_700), new Range(500, 3_500), new Range(1_000, 5_000), false);
}
