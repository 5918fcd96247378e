package dev.callwatch.chaos;

import java.time.Duration;

/**
 * How long things may take.
 *
 * @param lookUp until a replica answers a look-up of a call that is known, whatever is wrong; more than its deadline (4 s here) and the
 *     half second for which each of the two others is asked before
 * @param recovery until calls can be read, once the way to the upstream is whole again
 * @param end until every reader knows how its call ended, once nothing is wrong any more
 * @param push until every sink does: a delivery that failed twice is tried again after 5 min
 * @param attempt what a replica says that it will send later than this to a sink is not waited for, but counted
 */
record Bounds(Duration lookUp, Duration recovery, Duration end, Duration push, Duration attempt) {

    static final Bounds ORDINARY = new Bounds(
            Duration.ofSeconds(6),
            Duration.ofSeconds(15),
            Duration.ofSeconds(45),
            Duration.ofMinutes(7),
            Duration.ofMinutes(7));

    /** For machines that do other work at the same time; what never comes back is found all the same. */
    static final Bounds GENEROUS = new Bounds(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofMinutes(7),
            Duration.ofSeconds(60));
}
