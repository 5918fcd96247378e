package dev.callwatch.api;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.problem.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The call that the path of a request names.
 *
 * @param account the account's key
 * @param guid the call's identifier
 */
record RequestedCall(AccountKey account, CallGuid guid) {

    static final String GUID_FORM = "must be a UUID of 36 characters, without braces";
    static final Violation MALFORMED_ACCOUNT = new Violation("accountKey", "must be 1 to 64 letters, digits, _ or -");

    /**
     * The account that the path of a request names.
     *
     * @throws InvalidRequest if it is malformed
     */
    static AccountKey account(String accountKey) {
        return AccountKey.parse(accountKey).orElseThrow(() -> new InvalidRequest(List.of(MALFORMED_ACCOUNT)));
    }

    /** @throws InvalidRequest if a part is malformed; it names every malformed part */
    static RequestedCall of(String accountKey, String callGuid) {
        Optional<AccountKey> account = AccountKey.parse(accountKey);
        Optional<CallGuid> guid = CallGuid.parse(callGuid);
        List<Violation> violations = new ArrayList<>();
        if (account.isEmpty()) {
            violations.add(MALFORMED_ACCOUNT);
        }
        if (guid.isEmpty()) {
            violations.add(new Violation("callGuid", GUID_FORM));
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new RequestedCall(account.get(), guid.get());
    }
}
