package dev.callwatch.watch;

import dev.callwatch.problem.ProblemException;

/** What a subscriber of a call gets. */
public sealed interface Notification {

    /** Its current status, or a revision that follows. */
    record Changed(CallEvent event) implements Notification {}

    /** It cannot be read now; where it is known, its last status stands. Sent once while the reason stays the same. */
    record Failed(ProblemException reason) implements Notification {}

    /**
     * Nothing more is to come: it has ended and has its disposition, or none will come, or Vonage does not know it. The last one.
     */
    record Completed() implements Notification {}
}
