package dev.callwatch.account;

import dev.callwatch.settings.ConfigErrors;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The accounts whose settings have a signing key for Vonage's notifications. */
@Singleton
public class NotifiedAccounts {

    private static final String FORM = "must be Base64 of at least " + SigningKey.LEAST_BYTES + " bytes";

    private final Map<String, NotifiedAccount> byName = new LinkedHashMap<>();
    private final ConfigErrors errors;

    /** Reads the settings, and adds their errors to {@code errors}. */
    public NotifiedAccounts(AccountSettings settings, Accounts accounts, ConfigErrors errors) {
        this.errors = errors;
        new TreeMap<>(settings.accounts())
                .forEach((name, entry) -> key("callwatch.accounts." + name + ".notifications.", entry.notifications())
                        .ifPresent(key -> AccountKey.parse(entry.key().orElse(name))
                                .flatMap(accounts::find)
                                .ifPresent(account -> byName.put(name, new NotifiedAccount(name, account, key)))));
    }

    /**
     * Finds an account by its name in the settings.
     *
     * @return the account, or nothing if there is none of that name with a signing key
     */
    public Optional<NotifiedAccount> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    private Optional<SigningKey> key(String prefix, AccountSettings.Notifications settings) {
        Optional<String> value = settings.signingKey().filter(text -> !text.isBlank());
        Optional<String> file = settings.signingKeyFile().filter(text -> !text.isBlank());
        if (value.isPresent() && file.isPresent()) {
            errors.add(prefix + "signing-key", "and signing-key-file are both set: keep one");
            return Optional.empty();
        }
        Optional<Path> path = file.flatMap(text -> errors.file(prefix + "signing-key-file", text));
        if (path.isPresent()) {
            return path.map(SigningKey.Mounted::new);
        }
        Optional<byte[]> key = value.flatMap(SigningKey::decode);
        if (value.isPresent() && key.isEmpty()) {
            errors.add(prefix + "signing-key", FORM);
        }
        return key.map(SigningKey.Fixed::new);
    }
}
