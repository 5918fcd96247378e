package dev.callwatch.account;

import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.settings.SettingParser;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The accounts that this process holds. Reads them from the settings once, at start. */
@Singleton
public class Accounts {

    private static final String PREFIX = "callwatch.accounts";
    private static final Map<String, String> DOCUMENTED_REGIONS = Map.of(
            "emea", "https://emea.cc.vonage.com",
            "nam", "https://nam.cc.vonage.com",
            "apac", "https://apac.cc.vonage.com");
    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());

    private final ConfigErrors errors;
    private final SettingParser parser;
    private final Map<String, Optional<Region>> regions;
    private final Map<AccountKey, Account> accounts;

    /** Reads the settings, and adds their errors to {@code errors}. */
    public Accounts(AccountSettings accountSettings, RegionSettings regionSettings, ConfigErrors errors) {
        this.errors = errors;
        this.parser = new SettingParser(errors);
        this.regions = regions(regionSettings);
        this.accounts = accounts(accountSettings);
    }

    /**
     * Finds an account by its key.
     *
     * @return the account, or nothing if this process does not hold it
     */
    public Optional<Account> find(AccountKey key) {
        return Optional.ofNullable(accounts.get(key));
    }

    /** All accounts, in the order of their names in the settings. */
    public Collection<Account> all() {
        return accounts.values();
    }

    private Map<String, Optional<Region>> regions(RegionSettings settings) {
        Map<String, Optional<Region>> read = new HashMap<>();
        DOCUMENTED_REGIONS.forEach((name, url) -> read.put(name, Optional.of(new Region(name, URI.create(url)))));
        new TreeMap<>(settings.regions()).forEach((name, entry) -> {
            String prefix = "callwatch.regions." + name;
            boolean httpAllowed = parser.flag(prefix + ".allow-http", entry.allowHttp());
            read.put(
                    name,
                    parser.required(prefix + ".url", entry.url())
                            .flatMap(url -> url(prefix, url, httpAllowed))
                            .map(url -> new Region(name, url)));
        });
        return read;
    }

    private Optional<URI> url(String prefix, String text, boolean httpAllowed) {
        String whenHttp = "on a loopback address, or with " + prefix + ".allow-http=true";
        return parser.url(prefix + ".url", text, httpAllowed, whenHttp)
                .map(url -> URI.create(url.toString().replaceAll("/+$", "")));
    }

    private Map<AccountKey, Account> accounts(AccountSettings settings) {
        if (settings.accounts().isEmpty()) {
            errors.add(
                    PREFIX + ".<name>.region",
                    "is missing: configure at least one account, or set callwatch.sandbox.enabled=true");
        }
        Map<AccountKey, Account> read = new LinkedHashMap<>();
        Map<AccountKey, String> names = new HashMap<>();
        new TreeMap<>(settings.accounts()).forEach((name, entry) -> {
            String prefix = PREFIX + "." + name;
            Optional<AccountKey> key = key(name, entry, prefix);
            key.ifPresent(taken -> {
                String other = names.putIfAbsent(taken, name);
                if (other != null) {
                    errors.add(prefix + ".key", "is " + taken + ", which " + PREFIX + "." + other + " has already");
                }
            });
            account(entry, prefix, key).ifPresent(account -> read.putIfAbsent(account.key(), account));
        });
        return Collections.unmodifiableMap(read);
    }

    private Optional<AccountKey> key(String name, AccountSettings.Entry entry, String prefix) {
        Optional<AccountKey> key = AccountKey.parse(entry.key().orElse(name));
        if (key.isEmpty()) {
            errors.add(
                    prefix + ".key", "must be 1 to 64 letters, digits, _ or - (by default it is the account's name)");
        }
        return key;
    }

    private Optional<Account> account(AccountSettings.Entry entry, String prefix, Optional<AccountKey> key) {
        Optional<Region> region =
                parser.required(prefix + ".region", entry.region()).flatMap(name -> region(prefix, name));
        Optional<String> clientId = parser.required(prefix + ".client-id", entry.clientId());
        Optional<ClientSecret> secret = secret(prefix, entry);
        Optional<String> scope = parser.required(prefix + ".scope", entry.scope());
        Optional<String> country = country(prefix, entry);
        Allowance allowance = new Allowance(
                parser.wholeNumber(prefix + ".requests-per-minute", entry.requestsPerMinute(), 1, 100_000),
                parser.wholeNumber(prefix + ".burst", entry.burst(), 1, 100_000));
        if (key.isEmpty() || region.isEmpty() || clientId.isEmpty() || secret.isEmpty() || scope.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Account(key.get(), region.get(), clientId.get(), secret.get(), scope.get(), country, allowance));
    }

    private Optional<Region> region(String prefix, String name) {
        Optional<Region> region = regions.get(name);
        if (region == null) {
            errors.add(prefix + ".region", "is " + name + ", which is none of " + String.join(", ", sorted(regions)));
            return Optional.empty();
        }
        return region;
    }

    private Optional<ClientSecret> secret(String prefix, AccountSettings.Entry entry) {
        Optional<String> value = entry.clientSecret().filter(text -> !text.isBlank());
        Optional<String> file = entry.clientSecretFile().filter(text -> !text.isBlank());
        if (value.isPresent() && file.isPresent()) {
            errors.add(prefix + ".client-secret", "and client-secret-file are both set: keep one");
            return Optional.empty();
        }
        if (file.isPresent()) {
            return parser.file(prefix + ".client-secret-file", file.get()).map(ClientSecret.Mounted::new);
        }
        return parser.required(prefix + ".client-secret", value).map(ClientSecret.Fixed::new);
    }

    private Optional<String> country(String prefix, AccountSettings.Entry entry) {
        Optional<String> country = entry.country().map(text -> text.trim().toUpperCase(Locale.ROOT));
        if (country.isPresent() && !COUNTRIES.contains(country.get())) {
            errors.add(prefix + ".country", "must be an ISO 3166-1 alpha-2 code such as GB, but is " + country.get());
            return Optional.empty();
        }
        return country;
    }

    private static String[] sorted(Map<String, ?> map) {
        String[] names = map.keySet().toArray(String[]::new);
        Arrays.sort(names);
        return names;
    }
}
