package dev.callwatch.watch;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.callwatch.call.CallState;
import dev.callwatch.call.CallStatus;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One revision of a call and what makes it differ from the one before.
 *
 * @param type the most specific change
 * @param changes all changes, the most specific first
 * @param previous the revision before; empty for the first that is known
 * @param call the status since then
 */
@JsonPropertyOrder({"type", "changes", "previous", "call"})
public record CallEvent(EventType type, List<EventType> changes, Optional<Long> previous, CallStatus call) {

    private static CallEvent of(Collection<EventType> changes, CallStatus call) {
        List<EventType> mostTellingFirst = List.copyOf(changes);
        Optional<Long> previous = call.previous().stream().boxed().findFirst();
        return new CallEvent(mostTellingFirst.get(0), mostTellingFirst, previous, call);
    }

    /** Where a call stands. */
    public static CallEvent observed(CallStatus call) {
        return of(List.of(EventType.OBSERVED), call);
    }

    /** Vonage no longer knows the call. */
    static CallEvent lost(CallStatus lastKnown) {
        return of(List.of(EventType.LOST), lastKnown);
    }

    /** What happened between two successive statuses; nothing where only the revision differs. A pure function. */
    static CallEvent between(CallStatus before, CallStatus now) {
        Set<EventType> changes = EnumSet.noneOf(EventType.class);
        if (before.state() != now.state()) {
            changes.add(entered(now.state()));
        }
        if (!before.disposition().equals(now.disposition())) {
            changes.add(now.disposition().isPresent() ? EventType.DISPOSITION_SET : EventType.CHANGED);
        }
        if (!before.recording().equals(now.recording())) {
            changes.add(EventType.RECORDING_CHANGED);
        }
        boolean parties = !before.from().equals(now.from()) || !before.to().equals(now.to());
        boolean result = before.state() == now.state() && !before.result().equals(now.result());
        boolean document = changes.isEmpty() && !before.vonage().equals(now.vonage());
        if (parties || result || document) {
            changes.add(EventType.CHANGED);
        }
        return changes.isEmpty() ? observed(now) : of(changes, now);
    }

    private static EventType entered(CallState state) {
        return switch (state) {
            case ACTIVE -> EventType.ACTIVE;
            case COMPLETED -> EventType.COMPLETED;
            case FAILED -> EventType.FAILED;
            case UNKNOWN -> EventType.CHANGED;
        };
    }
}
