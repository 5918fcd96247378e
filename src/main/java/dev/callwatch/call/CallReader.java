package dev.callwatch.call;

import dev.callwatch.account.Account;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;

/** Reads calls from Vonage. A port: the pipeline behind it has the token, the budget and the retries. */
public interface CallReader {

    /**
     * Reads one call.
     *
     * @param account an account that this process holds
     * @param deadline the longest the whole reading may take, retries and waiting for a permit included
     * @param caller on whose behalf, so that callers share the account's budget fairly
     * @param known the document as it is known, as {@link CallDetail#document} has it: the same one is not parsed again
     * @return what Vonage says of the call and when it was asked, or an {@link UpstreamFailure}
     */
    Uni<CallReading> read(Account account, CallGuid guid, Duration deadline, String caller, Optional<String> known);
}
