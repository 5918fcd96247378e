package dev.callwatch.budget;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Those who wait, served in turns: one of each caller, and of each caller in the order of arrival. Not thread-safe. */
final class Queue {

    /** Somebody who waits; compared by identity. */
    static final class Place {

        private final String caller;

        private Place(String caller) {
            this.caller = caller;
        }
    }

    /** By caller, in the order of their turns. */
    private final Map<String, List<Place>> waiting = new LinkedHashMap<>();

    Place enter(String caller) {
        Place place = new Place(caller);
        waiting.computeIfAbsent(caller, first -> new ArrayList<>()).add(place);
        return place;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** How many are served before a place that waits. */
    int ahead(Place place) {
        int own = waiting.get(place.caller).indexOf(place);
        int ahead = own;
        boolean before = true;
        for (Map.Entry<String, List<Place>> other : waiting.entrySet()) {
            if (other.getKey().equals(place.caller)) {
                before = false;
            } else {
                ahead += Math.min(other.getValue().size(), before ? own + 1 : own);
            }
        }
        return ahead;
    }

    /** Takes a place out whose turn has come; its caller's next one waits for all others' turns. */
    void served(Place place) {
        List<Place> own = waiting.remove(place.caller);
        own.remove(place);
        if (!own.isEmpty()) {
            waiting.put(place.caller, own);
        }
    }

    /** Takes a place out, wherever it stands; does nothing where it was served. */
    void leave(Place place) {
        List<Place> own = waiting.get(place.caller);
        if (own != null && own.remove(place) && own.isEmpty()) {
            waiting.remove(place.caller);
        }
    }
}
