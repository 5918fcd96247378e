package dev.callwatch.account;

import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.settings.SettingParser;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The accounts whose settings have a signing key for Vonage's notifications. */
@Singleton
public class NotifiedAccounts {

    private static final String FORM = "must be Base64 of at least " + SigningKey.LEAST_BYTES + " bytes";

    private final Map<String, NotifiedAccount> byName = new LinkedHashMap<>();
    private final ConfigErrors errors;
    private final SettingParser parser;

    /** Reads the settings, and adds their errors to {@code errors}. */
    public NotifiedAccounts(AccountSettings settings, Accounts accounts, ConfigErrors errors) {
        this.errors = errors;
        this.parser = new SettingParser(errors);
        new TreeMap<>(settings.accounts()).forEach((name, entry) -> {
            String prefix = "callwatch.accounts." + name + ".notifications.";
            Optional<SigningKey> key = key(prefix, entry.notifications());
            boolean follow =
                    parser.flag(prefix + "follow", entry.notifications().follow());
            if (follow && !isGiven(entry.notifications())) {
                errors.add(prefix + "signing-key", "is missing: " + prefix + "follow=true needs it");
            }
            Optional<Account> account =
                    AccountKey.parse(entry.key().orElse(name)).flatMap(accounts::find);
            if (key.isPresent() && account.isPresent()) {
                byName.put(name, new NotifiedAccount(name, account.get(), key.get(), follow));
            }
        });
    }

    private static boolean isGiven(AccountSettings.Notifications settings) {
        return Stream.of(settings.signingKey(), settings.signingKeyFile())
                .flatMap(Optional::stream)
                .anyMatch(text -> !text.isBlank());
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
        Optional<Path> path = file.flatMap(text -> parser.file(prefix + "signing-key-file", text));
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
