package dev.callwatch.budget;

import static dev.callwatch.budget.AdaptiveTokenBucket.UNITS_PER_PERMIT;
import static dev.callwatch.budget.SharedBudget.WHOLE;
import static dev.callwatch.budget.SharedBudget.part;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One renewal of a lease. A replica first gets its part of the budget. Then it keeps of its bucket what that part can hold, is given
 * what comes with a part that grows, and takes from the pool what its waiting requests still need. Each field is the result of one of
 * these steps, in their order.
 */
final class LeaseRenewal {

    /** A tenth is divided equally whatever is wanted, so that each replica has permits for its first requests. */
    private static final int SHARED_EQUALLY = 10;

    /** With a smaller burst for each replica nothing is leased: replicas take single permits from the pool. */
    private static final int FEWEST_TO_LEASE = 2;

    private final SharedBudget before;
    private final SharedBudget.Renewal renewal;
    private final Instant now;
    private final Backoff known;

    /** The leases of the other replicas that run. */
    private final Map<String, BudgetLease> others;

    /** Of the whole budget, in units. */
    private final long burst;

    /** The part that no other replica leases. */
    private final int free;

    /** The part of this replica once all others have given up what they no longer need; 0 where nothing is leased. */
    private final int due;

    /** The part that it gets now. */
    private final int has;

    /** What its bucket holds with that part. */
    private final long capacity;

    /** What the pool holds then. */
    private final long mostPooled;

    /** What it keeps of its bucket, because its part can hold it. */
    private final long within;

    /** What it keeps of its bucket beyond that, in whole permits, because requests wait for it. */
    private final long beyond;

    /** What is in the pool, with what the replica gives up. */
    private final long available;

    /** What it is given because its part grows. */
    private final long filled;

    /** What its waiting requests still need. */
    private final long missing;

    /** Since when it waits for its turn to take from the pool, where it does. */
    private final Optional<Instant> waitingSince;

    /** What it takes from the pool in its turn, in whole permits. */
    private final long taken;

    /**
     * @param before what was read
     * @param now when it was read, by the clock of the lease store
     * @param known how the rate has adapted by {@code now}
     */
    LeaseRenewal(SharedBudget before, SharedBudget.Renewal renewal, Instant now, Backoff known) {
        this.before = before;
        this.renewal = renewal;
        this.now = now;
        this.known = known;

        others = others();
        burst = known.burst(renewal.ceiling()) * UNITS_PER_PERMIT;
        free = WHOLE - SharedBudget.leased(others);
        due = renewal.leaving() ? 0 : due();
        has = has();
        capacity = part(burst, has);
        mostPooled = Math.max(0, part(burst, free - has) - SharedBudget.lent(others));

        within = Math.min(renewal.units(), capacity);
        beyond = beyond();
        available = before.poolAt(now, known, renewal.ceiling()) + renewal.units() - within - beyond;
        filled = Math.min(capacity - within, fillUp());
        missing = Math.max(0, renewal.needed() - within - beyond - filled);
        waitingSince = waitingSince();
        taken = taken();
    }

    /** @param latest what time it may be there by now: until then the replica has used the part that it gives up */
    SharedBudget.Grant grant(Instant latest) {
        BudgetLease lease = lease();
        return new SharedBudget.Grant(next(lease, latest), lease, due, within + beyond, filled + taken);
    }

    private Map<String, BudgetLease> others() {
        Map<String, BudgetLease> running = new TreeMap<>();
        before.leases().forEach((name, lease) -> {
            if (!name.equals(renewal.replica()) && lease.expiry().isAfter(now)) {
                // After the store's clock was put back an expiry may lie far ahead.
                running.put(name, lease.endingBy(now.plus(SharedBudget.LEASE)));
            }
        });
        return running;
    }

    private int due() {
        int replicas = others.size() + 1;
        long permits = burst / UNITS_PER_PERMIT;
        if (replicas > 1 && permits < (long) FEWEST_TO_LEASE * replicas) {
            return 0;
        }
        // Enough to hold a permit.
        int least = (int) Math.max(WHOLE / SHARED_EQUALLY / replicas, (WHOLE + permits - 1) / permits);
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
    private int has() {
        int most = Math.min(free, before.mayGrow(now) ? WHOLE : renewal.has());
        int share = Math.min(due, most);
        return part(burst, share) < UNITS_PER_PERMIT ? 0 : share;
    }

    private long beyond() {
        long left = renewal.units() - within;
        long needed = Math.max(0, renewal.needed() - within);
        return wholePermits(within, least(left, mostPooled, needed));
    }

    /** A replica whose part grows gets the same share of the pool as of the part that was not leased. */
    private long fillUp() {
        int had = Math.min(renewal.leases(), free);
        int gained = has - had;
        return gained <= 0 ? 0 : (long) ((double) available * gained / (free - had));
    }

    private Optional<Instant> waitingSince() {
        return missing == 0
                ? Optional.empty()
                : Optional.ofNullable(before.leases().get(renewal.replica()))
                        .flatMap(BudgetLease::waitingSince)
                        .or(() -> Optional.of(now));
    }

    private long taken() {
        return wholePermits(within + beyond + filled, least(mostInTurn() - filled, mostPooled - beyond, missing));
    }

    /** How much of the pool it may take now: nothing while another replica has waited for longer. */
    private long mostInTurn() {
        List<Instant> waiting = others.values().stream()
                .flatMap(other -> other.waitingSince().stream())
                .toList();
        boolean first = waitingSince
                .filter(mine -> waiting.stream().noneMatch(mine::isAfter))
                .isPresent();
        return first ? Math.min(available, Math.max(UNITS_PER_PERMIT, available / (waiting.size() + 1))) : 0;
    }

    private BudgetLease lease() {
        return new BudgetLease(
                has,
                renewal.wants(),
                renewal.wantsMore(),
                Math.max(0, within + beyond + filled + taken - capacity),
                // A replica that took something goes to the end of the queue.
                taken == 0 ? waitingSince : Optional.of(now).filter(end -> missing > taken),
                now.plus(SharedBudget.LEASE));
    }

    private SharedBudget next(BudgetLease lease, Instant latest) {
        Map<String, BudgetLease> leases = new TreeMap<>(others);
        if (!renewal.leaving()) {
            leases.put(renewal.replica(), lease);
        }
        long pool = Math.min(available - filled - taken, mostPooled - lease.lent());
        Instant from = later(before.at(), has < renewal.has() ? latest : now);
        return new SharedBudget(leases, pool, from, before.unknownSince(), known.after(Duration.between(now, from)));
    }

    /** How much of an addition completes whole permits. Fractions stay where they are. */
    private static long wholePermits(long held, long added) {
        return Math.max(0, (held + added) / UNITS_PER_PERMIT * UNITS_PER_PERMIT - held);
    }

    private static long least(long one, long other, long another) {
        return Math.min(one, Math.min(other, another));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
