package dev.callwatch.budget;

import static dev.callwatch.budget.AdaptiveTokenBucket.UNITS_PER_PERMIT;

import dev.callwatch.account.Allowance;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The budget of one account, shared by replicas: a lease for each replica, and a pool with what is not leased.
 *
 * <p>Two invariants hold as long as a replica replaces only what it has read. The leases sum up to the whole budget at most. And
 * no permit is created: what a replica gives up goes to the pool, what it receives comes from there, and the part that is not
 * leased fills and limits the pool. So all replicas together give no more permits than one token bucket would.
 *
 * @param leases by replica; those that have expired count as given up
 * @param pool units that belong to nobody, at {@code at}
 * @param at by the clock of the lease store
 * @param unknownSince when it became possible that replicas have parts which are not known here, as after the store was lost;
 *     for as long as a lease, no part grows
 * @param backoff how the rate had adapted at {@code at}
 */
public record SharedBudget(
        Map<String, BudgetLease> leases, long pool, Instant at, Instant unknownSince, Backoff backoff) {

    /** The leases of a budget are counted in parts; so many are the whole budget. */
    public static final int WHOLE = AdaptiveTokenBucket.WHOLE;

    /** A replica that is killed keeps its part for so long. */
    public static final Duration LEASE = Duration.ofSeconds(3);

    /** A tenth is divided equally whatever is wanted, so that each replica has permits for its first requests. */
    private static final int SHARED_EQUALLY = 10;

    /** With a smaller burst for each replica nothing is leased: replicas take single permits from the pool. */
    private static final int FEWEST_TO_LEASE = 2;

    /** In units: more than any burst. */
    private static final double MOST_REFILL = 1e14;

    /**
     * The request of a replica to renew its lease.
     *
     * @param leases the part that it leases, 0 where it leases none
     * @param has the part that it has, by its lease or without one
     * @param units what is in its bucket; what the grant does not let it keep goes to the pool
     * @param wants as in {@link BudgetLease}
     * @param wantsMore as in {@link BudgetLease}
     * @param needed units that its waiting requests need now
     * @param leaving whether it gives all up for good
     */
    record Renewal(
            String replica,
            Allowance ceiling,
            int leases,
            int has,
            long units,
            int wants,
            int wantsMore,
            long needed,
            boolean leaving) {}

    /**
     * The result of a renewal.
     *
     * @param next what is to replace what was read
     * @param lease what the replica has then
     * @param due the part that it gets once the others have given up what they no longer need
     * @param kept units of its bucket that it keeps
     * @param received units that it is given
     */
    record Grant(SharedBudget next, BudgetLease lease, int due, long kept, long received) {

        /** Whether nothing is leased, and what a replica needs comes from the pool. */
        boolean isPooled() {
            return due == 0;
        }
    }

    public SharedBudget {
        leases = Map.copyOf(leases);
    }

    /** Without leases, and with an empty pool. */
    static SharedBudget spent(Instant at, Backoff backoff) {
        return new SharedBudget(Map.of(), 0, at, Instant.EPOCH, backoff);
    }

    /** The same, when replicas may have parts that are not known here and may have used the pool. */
    SharedBudget withUnknownParts(Instant since) {
        return new SharedBudget(leases, 0, at, since, backoff);
    }

    /** Whether the lease of a replica is known and runs. */
    boolean isRunning(String replica, Instant now) {
        return Optional.ofNullable(leases.get(replica))
                .filter(lease -> lease.expiry().isAfter(now))
                .isPresent();
    }

    /** Whether any lease runs. */
    boolean isLeased(Instant now) {
        return leases.keySet().stream().anyMatch(replica -> isRunning(replica, now));
    }

    /** How the rate has adapted at a later moment. */
    Backoff backoffAt(Instant now) {
        return backoff.after(Duration.between(at, now));
    }

    /**
     * Renews the lease of a replica, or gives it its first one.
     *
     * @param now when it was read, by the clock of the lease store
     * @param latest what time it may be there by now: until then the replica has used the part that it gives up
     * @param known how the rate has adapted by {@code now}
     */
    Grant renew(Renewal renewal, Instant now, Instant latest, Backoff known) {
        Map<String, BudgetLease> next = others(renewal.replica(), now);
        long burst = known.burst(renewal.ceiling()) * UNITS_PER_PERMIT;
        int free = WHOLE - leased(next);
        int due = renewal.leaving() ? 0 : due(next, renewal, burst / UNITS_PER_PERMIT);
        int most = Math.min(free, mayGrow(now) ? WHOLE : renewal.has());
        int has = wholePermit(Math.min(due, most), burst);

        long capacity = part(burst, has);
        long mostPooled = Math.max(0, part(burst, free - has) - lent(next));
        long within = Math.min(renewal.units(), capacity);
        long beyond = wholePermits(
                within, least(renewal.units() - within, mostPooled, Math.max(0, renewal.needed() - within)));
        long kept = within + beyond;

        long available = pool(now, known, renewal.ceiling()) + renewal.units() - kept;
        long filled = Math.min(capacity - within, fillUp(available, Math.min(renewal.leases(), free), has, free));
        long missing = Math.max(0, renewal.needed() - kept - filled);
        Optional<Instant> waitingSince = waitingSince(renewal.replica(), now).filter(since -> missing > 0);
        long taken = wholePermits(
                kept + filled, least(turn(available, waitingSince, next) - filled, mostPooled - beyond, missing));

        BudgetLease lease = new BudgetLease(
                has,
                renewal.wants(),
                renewal.wantsMore(),
                Math.max(0, kept + filled + taken - capacity),
                // A replica that took something goes to the end of the queue.
                taken == 0 ? waitingSince : Optional.of(now).filter(end -> missing > taken),
                now.plus(LEASE));
        if (!renewal.leaving()) {
            next.put(renewal.replica(), lease);
        }
        long left = Math.min(available - filled - taken, mostPooled - lease.lent());
        Instant from = later(at, has < renewal.has() ? latest : now);
        Backoff then = known.after(Duration.between(now, from));
        return new Grant(new SharedBudget(next, left, from, unknownSince, then), lease, due, kept, filled + taken);
    }

    private boolean mayGrow(Instant now) {
        return !now.isBefore(unknownSince.plus(LEASE));
    }

    private Map<String, BudgetLease> others(String replica, Instant now) {
        Map<String, BudgetLease> others = new TreeMap<>();
        leases.forEach((name, lease) -> {
            if (!name.equals(replica) && lease.expiry().isAfter(now)) {
                // After the store's clock was put back an expiry may lie far ahead.
                others.put(name, lease.endingBy(now.plus(LEASE)));
            }
        });
        return others;
    }

    /** The part of the replica once all others have given up what they no longer need; 0 where nothing is leased. */
    private static int due(Map<String, BudgetLease> others, Renewal renewal, long burst) {
        int replicas = others.size() + 1;
        if (replicas > 1 && burst < (long) FEWEST_TO_LEASE * replicas) {
            return 0;
        }
        // Enough to hold a permit.
        int least = (int) Math.max(WHOLE / SHARED_EQUALLY / replicas, (WHOLE + burst - 1) / burst);
        int[] wants = new int[replicas];
        int[] wantsMore = new int[replicas];
        wants[0] = Math.max(least, renewal.wants());
        wantsMore[0] = renewal.wantsMore();
        int one = 1;
        for (BudgetLease other : others.values()) {
            wants[one] = Math.max(least, other.wants());
            wantsMore[one] = other.wantsMore();
            one++;
        }
        return FairShares.of(WHOLE, wants, wantsMore)[0];
    }

    /** A part too small to hold one permit is left to the pool. */
    private static int wholePermit(int share, long burst) {
        return part(burst, share) < UNITS_PER_PERMIT ? 0 : share;
    }

    private Optional<Instant> waitingSince(String replica, Instant now) {
        return Optional.ofNullable(leases.get(replica))
                .flatMap(BudgetLease::waitingSince)
                .or(() -> Optional.of(now));
    }

    /** How much of the pool a waiting replica may take now: nothing while another one has waited for longer. */
    private static long turn(long available, Optional<Instant> since, Map<String, BudgetLease> others) {
        List<Instant> waiting = others.values().stream()
                .flatMap(other -> other.waitingSince().stream())
                .toList();
        boolean first =
                since.filter(mine -> waiting.stream().noneMatch(mine::isAfter)).isPresent();
        return first ? Math.min(available, Math.max(UNITS_PER_PERMIT, available / (waiting.size() + 1))) : 0;
    }

    /** How much of an addition completes whole permits. Fractions stay where they are. */
    private static long wholePermits(long held, long added) {
        return Math.max(0, (held + added) / UNITS_PER_PERMIT * UNITS_PER_PERMIT - held);
    }

    /** The pool now. Since it was written the part that was not leased has filled it, more of it after each expiry. */
    private long pool(Instant now, Backoff known, Allowance ceiling) {
        if (known.count() > backoff.count()) {
            return 0;
        }
        long burst = known.burst(ceiling) * UNITS_PER_PERMIT;
        double perMicro = (double) backoff.perMinute(ceiling) / WHOLE;
        int free = WHOLE - leased(leases);
        long lent = lent(leases);
        long units = pool;
        Instant allKnown = unknownSince.plus(LEASE);
        Instant since = at.isBefore(allKnown) ? allKnown : at;
        List<BudgetLease> ended = leases.values().stream()
                .filter(lease -> !lease.expiry().isAfter(now))
                .sorted(Comparator.comparing(BudgetLease::expiry))
                .toList();
        for (BudgetLease lease : ended) {
            units = Math.min(part(burst, free) - lent, units + refill(since, lease.expiry(), perMicro * free));
            since = lease.expiry().isAfter(since) ? lease.expiry() : since;
            free += lease.has();
            lent -= lease.lent();
        }
        return Math.max(0, Math.min(part(burst, free) - lent, units + refill(since, now, perMicro * free)));
    }

    private static long refill(Instant since, Instant until, double perMicro) {
        return (long) Math.min(MOST_REFILL, Math.max(0, ChronoUnit.MICROS.between(since, until)) * perMicro);
    }

    /** A replica whose part grows gets the same share of the pool as of the part that was not leased. */
    private static long fillUp(long available, int had, int has, int free) {
        int gained = has - had;
        return gained <= 0 ? 0 : (long) ((double) available * gained / (free - had));
    }

    private static int leased(Map<String, BudgetLease> leases) {
        return leases.values().stream().mapToInt(BudgetLease::has).sum();
    }

    private static long lent(Map<String, BudgetLease> leases) {
        return leases.values().stream().mapToLong(BudgetLease::lent).sum();
    }

    private static long least(long one, long other, long another) {
        return Math.min(one, Math.min(other, another));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static long part(long burst, int share) {
        return burst / WHOLE * share;
    }
}
