package dev.callwatch.account;

import dev.callwatch.settings.ConfigErrors;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The keys of the accounts in the settings, for other settings that name accounts. */
public final class AccountKeys {

    private final Set<AccountKey> keys;

    /** Has the keys of accounts with another error too: that one is added where accounts are read. */
    public AccountKeys(AccountSettings settings) {
        this.keys = settings.accounts().entrySet().stream()
                .map(account -> AccountKey.parse(account.getValue().key().orElse(account.getKey())))
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
    }

    /**
     * Reads keys of accounts, and adds an error for each that no account has.
     *
     * @param setting the full key of the setting
     * @param texts without surrounding space
     */
    public Set<AccountKey> parse(String setting, List<String> texts, ConfigErrors errors) {
        texts.stream()
                .filter(text -> AccountKey.parse(text).filter(keys::contains).isEmpty())
                .forEach(unknown -> errors.add(setting, "has " + unknown + ", which is no account's key"));
        return texts.stream().map(AccountKey::parse).flatMap(Optional::stream).collect(Collectors.toSet());
    }
}
