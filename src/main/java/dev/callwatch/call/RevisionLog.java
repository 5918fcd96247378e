package dev.callwatch.call;

import dev.callwatch.account.AccountKey;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/**
 * The revisions of all calls of an account in one order, of which the last ones are kept. A port.
 *
 * <p>Where it grows, {@link LogAppended} is fired.
 */
public interface RevisionLog {

    /**
     * One revision.
     *
     * @param position its place in the log, as text without white space
     * @param before the revision before it, where that was known
     * @param now the call since then
     */
    record Entry(String position, Optional<CallStatus> before, CallStatus now) {}

    /**
     * What follows a place.
     *
     * @param entries what follows, in the order of the log; none where there is nothing yet
     * @param end the position of the last entry, or the place asked for where nothing follows
     * @param isComplete whether nothing is missing; otherwise there are no entries, and {@code end} is the end of the log
     */
    record Slice(List<Entry> entries, String end, boolean isComplete) {}

    /**
     * Reads on. It never fails.
     *
     * @param after a position; empty for the end of the log
     * @param most how many entries at most
     */
    Uni<Slice> read(AccountKey account, Optional<String> after, int most);

    /**
     * Reads on like {@link #read}, but only what all replicas share: where that cannot be read now it fails, instead of going on with
     * what only this process knows.
     */
    Uni<Slice> readShared(AccountKey account, Optional<String> after, int most);
}
