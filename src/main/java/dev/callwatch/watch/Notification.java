package dev.callwatch.watch;

import dev.callwatch.problem.ProblemException;

/** What those who watch a call are told. */
public sealed interface Notification {

    /** Its current status, or a revision that follows. */
    record Changed(CallEvent event) implements Notification {}

    /** It cannot be read now; where it is known, its last status stands. Told once while the reason stays the same. */
    record Failed(ProblemException reason) implements Notification {}

    /** Nothing more is to come: it has ended and has its disposition, or none will come, or it is not known. The last. */
    record Completed() implements Notification {}
}
