package dev.callwatch.api;

import dev.callwatch.account.Account;
import java.util.List;
import java.util.Optional;

/**
 * The accounts that a caller may read.
 *
 * @param accounts in the order of the settings
 */
public record AccountList(List<Entry> accounts) {

    /**
     * One account.
     *
     * @param key its VCC account key
     * @param region the name of its region
     * @param country the ISO 3166-1 alpha-2 country of its national numbers, or null
     */
    public record Entry(String key, String region, Optional<String> country) {

        static Entry of(Account account) {
            return new Entry(account.key().value(), account.region().name(), account.country());
        }
    }
}
