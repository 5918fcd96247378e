package dev.callwatch.vonage;

import dev.callwatch.account.Account;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** Reads calls from Vonage. */
public interface CallReader {

    /**
     * Reads one call.
     *
     * @param account an account that this process holds
     * @param deadline the longest the whole reading may take, retries and waiting for a permit included
     * @param caller on whose behalf, so that callers share the account's budget fairly
     * @return what Vonage says of the call, or an {@link UpstreamFailure}
     */
    Uni<CallDetail> read(Account account, CallGuid guid, Duration deadline, String caller);

    /**
     * Waits for a reading no longer than until a deadline.
     *
     * @param deadline {@link Instant#MAX} for as long as the reading takes
     * @param reading begins it or joins it; not called where the deadline has passed
     * @return its outcome, or {@link UpstreamFailure.DeadlinePassed}
     */
    <T> Uni<T> until(Instant deadline, Supplier<Uni<T>> reading);
}
