package dev.callwatch.call;

import dev.callwatch.account.AccountKey;
import java.util.Set;

/**
 * Says that something has happened to a call, so that it is worth reading now. Hints come in any order, more than once, and
 * sometimes not at all.
 *
 * @param account the key of the account
 * @param calls what may be the GUID of the call, at most {@value #MOST_CALLS}; empty where no call is concerned
 * @param kind what has happened
 * @param notification identifies the notification, however often it is delivered
 */
public record CallHint(AccountKey account, Set<CallGuid> calls, Kind kind, String notification) {

    /** A notification names the interaction, its conversation and a channel, in up to two places. */
    public static final int MOST_CALLS = 4;

    /** What may be seen when the call is read. */
    public enum Kind {
        /** Something changed. */
        CHANGED,
        /** A party has left, or the call is over. */
        ENDED,
        /** An agent begins to wrap up. */
        WRAPPING_UP,
        /** The record of the interaction is complete, with the disposition. */
        RECORDED
    }
}
