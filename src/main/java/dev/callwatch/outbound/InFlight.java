package dev.callwatch.outbound;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Memory for large answers. Whoever finds none waits for its turn: first those that have a part of what they need already, in the order in
 * which they began, then all others in the order in which they came. The first of those that have begun gets what it needs in any
 * case, so that some answer always arrives whole. Safe for concurrent use.
 */
final class InFlight {

    /** As many as a batch reads at once: half of the connections to a region. */
    static final int MANY = 25;

    private final long bound;
    private final Set<Share> begun = new LinkedHashSet<>();
    private final Deque<Share> waiting = new ArrayDeque<>();
    private long taken;

    /** @param bound in bytes */
    InFlight(long bound) {
        this.bound = bound;
    }

    /** What one answer takes; nothing so far. Used by one thread at a time. */
    Share share() {
        return new Share();
    }

    /** Takes bytes that are there already, also where there is no room for them: others wait the longer. */
    synchronized void keep(long bytes) {
        taken += bytes;
    }

    /** Gives back what was kept. */
    void give(long bytes) {
        run(() -> taken -= bytes);
    }

    /** Whether more than half is taken, or somebody waits. */
    synchronized boolean isCrowded() {
        return next().isPresent() || taken > bound / 2;
    }

    /** How many wait that have nothing. */
    synchronized int waiting() {
        return waiting.size();
    }

    /** Whether many wait that have nothing, and want more together than all that there is. */
    synchronized boolean isQueueLong() {
        return waiting.size() > MANY
                && waiting.stream().mapToLong(share -> share.wanted).sum() > bound;
    }

    /** Changes what is taken, and then calls all whose turn has come, outside of the lock. */
    private void run(Runnable change) {
        List<Runnable> granted = new ArrayList<>();
        synchronized (this) {
            change.run();
            for (Optional<Share> next = next(); next.filter(this::fits).isPresent(); next = next()) {
                granted.add(grant(next.get()));
            }
        }
        granted.forEach(Runnable::run);
    }

    private Optional<Share> next() {
        return begun.stream()
                .filter(share -> share.wanted > 0)
                .findFirst()
                .or(() -> Optional.ofNullable(waiting.peek()));
    }

    private boolean fits(Share share) {
        return taken + share.wanted <= bound
                || !begun.isEmpty() && begun.iterator().next() == share;
    }

    private Runnable grant(Share share) {
        waiting.remove(share);
        begun.add(share);
        taken += share.wanted;
        share.bytes += share.wanted;
        share.wanted = 0;
        return share.granted;
    }

    /** What one answer takes. */
    final class Share {

        private long bytes;
        private long wanted;
        private Runnable granted = () -> {};

        private Share() {}

        /**
         * Takes more bytes.
         *
         * @param more 1 or more; not while it waits for others
         * @param later called once they are there, where they are not at once
         * @return whether they are there at once
         */
        boolean take(long more, Runnable later) {
            synchronized (InFlight.this) {
                wanted = more;
                granted = later;
                if (bytes == 0) {
                    waiting.add(this);
                }
                if (next().filter(this::equals).isPresent() && fits(this)) {
                    grant(this);
                    return true;
                }
                return false;
            }
        }

        /** How many bytes it has. */
        long bytes() {
            synchronized (InFlight.this) {
                return bytes;
            }
        }

        /** Whether it waits. */
        boolean isWaiting() {
            synchronized (InFlight.this) {
                return wanted > 0;
            }
        }

        /** Gives all back, and waits no longer. */
        void close() {
            run(() -> {
                waiting.remove(this);
                begun.remove(this);
                taken -= bytes;
                bytes = 0;
                wanted = 0;
            });
        }
    }
}
