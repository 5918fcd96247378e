package dev.callwatch.budget;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Waiters, served round-robin over their callers, and first come first served within a caller. Not thread-safe. */
final class FairQueue {

    /** One entry of the queue; compared by identity. */
    static final class Waiter {

        private final String caller;

        private Waiter(String caller) {
            this.caller = caller;
        }
    }

    /** By caller, in the order in which callers are served next. */
    private final Map<String, List<Waiter>> waiting = new LinkedHashMap<>();

    private int size;

    Waiter enter(String caller) {
        Waiter waiter = new Waiter(caller);
        waiting.computeIfAbsent(caller, first -> new ArrayList<>()).add(waiter);
        size++;
        return waiter;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** How many waiters are served before this one. */
    int ahead(Waiter waiter) {
        int own = waiting.get(waiter.caller).indexOf(waiter);
        int ahead = 0;
        boolean before = true;
        for (Map.Entry<String, List<Waiter>> other : waiting.entrySet()) {
            before &= !other.getKey().equals(waiter.caller);
            ahead += Math.min(other.getValue().size(), before ? own + 1 : own);
        }
        return ahead;
    }

    /** Removes a waiter that is served; its caller goes to the end. */
    void served(Waiter waiter) {
        List<Waiter> own = waiting.remove(waiter.caller);
        own.remove(waiter);
        size--;
        if (!own.isEmpty()) {
            waiting.put(waiter.caller, own);
        }
    }

    /** Removes a waiter that gives up; the order of callers stays. */
    void leave(Waiter waiter) {
        List<Waiter> own = waiting.get(waiter.caller);
        own.remove(waiter);
        size--;
        if (own.isEmpty()) {
            waiting.remove(waiter.caller);
        }
    }
}
