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

        /** Its turn has come, and is being served; those behind need not wait for that. */
        private boolean begun;

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

    /** How many are still to be served before a place that waits; those that are being served are not. */
    int ahead(Place place) {
        int own = waiting.get(place.caller).indexOf(place);
        int ahead = 0;
        boolean before = true;
        for (Map.Entry<String, List<Place>> other : waiting.entrySet()) {
            boolean self = other.getKey().equals(place.caller);
            before &= !self;
            ahead += waiting(other.getValue(), before ? own + 1 : own);
        }
        return ahead;
    }

    private static int waiting(List<Place> places, int most) {
        int waiting = 0;
        for (Place place : places.subList(0, Math.min(places.size(), most))) {
            waiting += place.begun ? 0 : 1;
        }
        return waiting;
    }

    /** A place whose turn has come; it keeps its place until it is known what came of it. */
    void begin(Place place) {
        place.begun = true;
    }

    /**
     * What came of a place whose turn had come, unless it has left.
     *
     * @param served whether it goes, and its caller's next one waits for all others' turns; otherwise it waits on
     */
    void end(Place place, boolean served) {
        place.begun = false;
        List<Place> own = waiting.get(place.caller);
        if (!served || own == null || !own.remove(place)) {
            return;
        }
        waiting.remove(place.caller);
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
