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

    /** How many parts a whole budget has; leases are counted in them. */
    public static final int WHOLE = AdaptiveTokenBucket.WHOLE;

    /** How long a replica that is killed keeps its part. */
    public static final Duration LEASE = Duration.ofSeconds(3);

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
        return new LeaseRenewal(this, renewal, now, known).grant(latest);
    }

    /** Whether a part may grow: no replica can have one that is not known here. */
    boolean mayGrow(Instant now) {
        return !now.isBefore(unknownSince.plus(LEASE));
    }

    /** The pool now. Since it was written the part that was not leased has filled it, more of it after each expiry. */
    long poolAt(Instant now, Backoff known, Allowance ceiling) {
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

    /** The sum of the parts. */
    static int leased(Map<String, BudgetLease> leases) {
        return leases.values().stream().mapToInt(BudgetLease::has).sum();
    }

    /** How many units replicas may hold beyond their parts. */
    static long lent(Map<String, BudgetLease> leases) {
        return leases.values().stream().mapToLong(BudgetLease::lent).sum();
    }

    /** The part of a burst that goes with a part of the budget. */
    static long part(long burst, int share) {
        return burst / WHOLE * share;
    }
}
