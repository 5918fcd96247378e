package dev.callwatch.push;

import dev.callwatch.watch.CallEvent;
import dev.callwatch.watch.EventType;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The types of events that a subscription asks for, named {@code dev.callwatch.call.failed} and so on.
 *
 * @param wanted empty for all
 */
public record EventTypes(Set<EventType> wanted) {

    /** Every type. */
    public static final EventTypes ALL = new EventTypes(Set.of());

    private static final String PREFIX = "dev.callwatch.";

    /** @param wanted empty for all */
    public EventTypes {
        wanted = Set.copyOf(wanted);
    }

    /** The type of a name; nothing where there is none. */
    public static Optional<EventType> parse(String name) {
        return Arrays.stream(EventType.values())
                .filter(type -> name(type).equals(name))
                .findFirst();
    }

    /** The name of a type. */
    public static String name(EventType type) {
        return PREFIX + type.wireName();
    }

    /** The names of those that are asked for, in the order of the enumeration; none where all are. */
    public List<String> names() {
        return wanted.stream().sorted().map(EventTypes::name).toList();
    }

    /**
     * Under which type an event is delivered: its most specific change among those that are asked for.
     *
     * @return nothing where it is not asked for
     */
    Optional<EventType> match(CallEvent event) {
        return wanted.isEmpty()
                ? Optional.of(event.type())
                : candidates(event).stream().filter(wanted::contains).findFirst();
    }

    /** Where revisions were missed, only the status says what may have changed. */
    private static Set<EventType> candidates(CallEvent event) {
        Set<EventType> candidates = new LinkedHashSet<>(event.changes());
        if (event.type() == EventType.OBSERVED) {
            Stream.of(
                            Optional.of(entered(event)),
                            event.call().disposition().map(set -> EventType.DISPOSITION_SET),
                            event.call().recording().map(set -> EventType.RECORDING_CHANGED))
                    .flatMap(Optional::stream)
                    .forEach(candidates::add);
        }
        return candidates;
    }

    private static EventType entered(CallEvent event) {
        return switch (event.call().state()) {
            case ACTIVE -> EventType.ACTIVE;
            case COMPLETED -> EventType.COMPLETED;
            case FAILED -> EventType.FAILED;
            case UNKNOWN -> EventType.CHANGED;
        };
    }
}
