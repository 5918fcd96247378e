package dev.callwatch.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a reader receives of one call, over all its streams, and whether that may be. Used by one thread at a time.
 */
final class Invariants {

    private static final int SHOWN = 8;

    private final String reader;
    private final boolean restartForgets;
    private final Findings findings;
    private boolean problem;
    private final List<StatusEvent> events = new ArrayList<>();

    /**
     * Of a reader that has received nothing yet.
     *
     * @param restartForgets whether a replica that was started again knows nothing of before
     */
    Invariants(String reader, boolean restartForgets, Findings findings) {
        this.reader = reader;
        this.restartForgets = restartForgets;
        this.findings = findings;
    }

    /** What was received last. */
    Optional<StatusEvent> last() {
        return events.isEmpty() ? Optional.empty() : Optional.of(events.get(events.size() - 1));
    }

    /** Notes that the reader got a problem: the next status may confirm the revision that it has. */
    void problem() {
        findings.count(Count.PROBLEMS);
        problem = true;
    }

    /** Notes a status event, and every invariant that it breaks. */
    void received(StatusEvent now) {
        Optional<StatusEvent> before = last();
        events.add(now);
        findings.count(Count.EVENTS);
        checkItself(now);
        before.ifPresent(last -> {
            checkOrder(last, now);
            countWhatItFollows(last, now);
            if (restartForgets && now.life() != last.life()) {
                checkThatItWasForgotten(last, now);
            }
        });
        problem = false;
    }

    /** Notes that the service ended the stream because nothing more is to come. */
    void ended(long contentNow, boolean overNow) {
        long known = last().map(StatusEvent::content).orElse(0L);
        if (!overNow || known != contentNow) {
            breach(
                    Breach.WRONG_AT_THE_END,
                    "the stream ended, the reader knows content " + known + ", the upstream is at " + contentNow
                            + (overNow ? "" : " and not over"));
        }
    }

    /** Notes that no stream of the reader was ended by the service, although nothing more is to come. */
    void neverEnded(long contentNow) {
        long known = last().map(StatusEvent::content).orElse(0L);
        breach(
                Breach.WRONG_AT_THE_END,
                "no stream ended, the reader knows content " + known + ", the upstream is at " + contentNow);
    }

    /** Notes a breach, with what was received before. */
    void breach(Breach breach, String what) {
        List<String> lately = events.subList(Math.max(0, events.size() - SHOWN), events.size()).stream()
                .map(event -> "    " + event)
                .toList();
        findings.breach(
                breach, reader + ": " + what + System.lineSeparator() + String.join(System.lineSeparator(), lately));
    }

    private void checkItself(StatusEvent now) {
        if (!now.id().endsWith(":" + now.revision())) {
            breach(Breach.MALFORMED, "event " + now.id() + " has revision " + now.revision());
        }
        if (now.previous() instanceof Previous.Of previous && previous.revision() >= now.revision()) {
            breach(Breach.MALFORMED, "revision " + now.revision() + " follows " + previous.revision());
        }
    }

    private void checkOrder(StatusEvent last, StatusEvent now) {
        boolean confirmed = problem && now.revision() == last.revision() && now.content() == last.content();
        if (confirmed) {
            findings.count(Count.CONFIRMED);
        } else if (now.revision() <= last.revision()) {
            Breach breach = now.revision() < last.revision() ? Breach.BACK : Breach.AGAIN;
            breach(breach, "revision " + last.revision() + ", then " + now.revision());
        }
        if (now.observedAt().isBefore(last.observedAt())) {
            breach(Breach.OBSERVED_EARLIER, "observed " + last.observedAt() + ", then " + now.observedAt());
        }
        if (now.content() < last.content()) {
            breach(Breach.OLDER_CONTENT, "content " + last.content() + ", then " + now.content());
        }
    }

    private void countWhatItFollows(StatusEvent last, StatusEvent now) {
        if (now.revision() == last.revision()) {
            return;
        }
        if (now.content() == last.content() && now.revision() > last.revision()) {
            findings.count(Count.SENT_AGAIN);
        }
        if (now.previous() instanceof Previous.None) {
            findings.count(Count.FORGOTTEN);
        } else if (now.previous() instanceof Previous.Of previous) {
            if (previous.revision() > last.revision()) {
                findings.count(Count.SKIPPED);
            } else if (previous.revision() < last.revision()) {
                findings.count(Count.OTHER_HISTORY);
            }
        } else {
            findings.count(Count.UNSAID);
        }
    }

    /** What followed the last one received is known to nobody now, so an event that says that it does is wrong. */
    private void checkThatItWasForgotten(StatusEvent last, StatusEvent now) {
        if (now.previous() instanceof Previous.Of previous && previous.revision() <= last.revision()) {
            breach(
                    Breach.FORGOT_SILENTLY,
                    "life " + last.life() + " sent revision " + last.revision() + ", life " + now.life()
                            + " says that its first follows " + previous.revision());
        }
    }
}
