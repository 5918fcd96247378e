package dev.callwatch.api;

import dev.callwatch.account.AccountKey;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.problem.Violation;
import dev.callwatch.vonage.CallGuid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The call that a path names.
 *
 * @param account the account's key
 * @param guid the call's identifier
 */
record RequestedCall(AccountKey account, CallGuid guid) {

    /** @throws InvalidRequest where a part is malformed; it names each of them */
    static RequestedCall of(String accountKey, String callGuid) {
        Optional<AccountKey> account = AccountKey.parse(accountKey);
        Optional<CallGuid> guid = CallGuid.parse(callGuid);
        List<Violation> violations = new ArrayList<>();
        if (account.isEmpty()) {
            violations.add(new Violation("accountKey", "must be 1 to 64 letters, digits, _ or -"));
        }
        if (guid.isEmpty()) {
            violations.add(new Violation("callGuid", "must be a UUID of 36 characters, without braces"));
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new RequestedCall(account.get(), guid.get());
    }
}
