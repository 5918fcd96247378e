package dev.callwatch.access;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.AccountKeys;
import dev.callwatch.account.AccountSettings;
import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.settings.SettingParser;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** {@link AccessSettings}, checked. */
@Singleton
public class AccessOptions {

    private static final Logger LOG = Logger.getLogger(AccessOptions.class);
    private static final String PREFIX = "callwatch.access.";
    private static final String MODE = PREFIX + "mode";
    private static final String EVERY_ACCOUNT = "*";
    private static final String READ = "read";
    private static final String NUMBERS = "numbers";
    private static final String PUSH = "push";
    private static final Set<String> PERMISSIONS = Set.of(READ, NUMBERS, PUSH);

    enum Mode {
        OIDC,
        NONE
    }

    /**
     * How much one caller may use.
     *
     * @param requestsPerSecond in the long run
     * @param burst requests at once
     * @param streams open at the same time
     * @param watchedCalls followed at the same time
     * @param subscriptions that have not ended
     */
    record LimitOptions(int requestsPerSecond, int burst, int streams, int watchedCalls, int subscriptions) {}

    private final ConfigErrors errors;
    private final SettingParser parser;
    private final Mode mode;
    private final List<Issuer> issuers = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final LimitOptions limits;
    private final boolean auditReads;

    /**
     * Reads the settings; what is wrong with them is noted in {@code errors}. In mode {@code none} issuers and rules do
     * not count.
     */
    public AccessOptions(AccessSettings settings, AccountSettings accounts, ConfigErrors errors) {
        this.errors = errors;
        this.parser = new SettingParser(errors);
        this.mode = mode(settings.mode());
        this.limits = limits(settings.limits());
        this.auditReads = parser.flag(PREFIX + "audit-reads", settings.auditReads());
        if (mode == Mode.OIDC) {
            readIssuers(settings);
            readRules(settings, new AccountKeys(accounts));
        }
    }

    /** Whether callers need no token. */
    public boolean isOpen() {
        return mode == Mode.NONE;
    }

    /** Whether tokens of an issuer are accepted, if they are right otherwise: its URL is exactly one of the settings. */
    public boolean trusts(String issuer) {
        return issuers.stream().anyMatch(known -> known.url().equals(issuer));
    }

    Mode mode() {
        return mode;
    }

    List<Issuer> issuers() {
        return issuers;
    }

    List<Rule> rules() {
        return rules;
    }

    LimitOptions limits() {
        return limits;
    }

    boolean auditReads() {
        return auditReads;
    }

    private Mode mode(String text) {
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "oidc" -> Mode.OIDC;
            case "none" -> Mode.NONE;
            default -> {
                errors.add(MODE, "must be oidc or none, but is " + text);
                yield Mode.NONE;
            }
        };
    }

    private LimitOptions limits(AccessSettings.LimitSettings settings) {
        String prefix = PREFIX + "limits.";
        return new LimitOptions(
                parser.wholeNumber(prefix + "requests-per-second", settings.requestsPerSecond(), 1, 100_000),
                parser.wholeNumber(prefix + "burst", settings.burst(), 1, 100_000),
                parser.wholeNumber(prefix + "streams", settings.streams(), 1, 100_000),
                parser.wholeNumber(prefix + "watched-calls", settings.watchedCalls(), 1, 1_000_000),
                parser.wholeNumber(prefix + "subscriptions", settings.subscriptions(), 1, 1_000_000));
    }

    private void readIssuers(AccessSettings settings) {
        if (settings.issuers().isEmpty()) {
            errors.add(
                    PREFIX + "issuers.<name>.url",
                    "is missing: configure at least one issuer of bearer tokens, or set " + MODE
                            + "=none to let anyone who reaches the port read every account");
        }
        Set<String> urls = new HashSet<>();
        new TreeMap<>(settings.issuers()).forEach((name, entry) -> {
            String prefix = PREFIX + "issuers." + name + ".";
            Optional<String> url = parser.required(prefix + "url", entry.url())
                    .filter(text -> url(prefix + "url", text).isPresent());
            String audience = entry.audience().trim();
            if (audience.isEmpty()) {
                errors.add(prefix + "audience", "must be the audience (aud) that tokens for this service have");
            }
            Optional<URI> jwksUrl =
                    given(prefix + "jwks-url", entry.jwksUrl()).flatMap(text -> url(prefix + "jwks-url", text));
            List<X509Certificate> ca = given(prefix + "ca", entry.ca())
                    .map(text -> parser.certificates(prefix + "ca", text))
                    .orElse(List.of());
            Optional<Path> tokenFile = given(prefix + "token-file", entry.tokenFile())
                    .flatMap(text -> parser.file(prefix + "token-file", text));
            if (url.isPresent() && !urls.add(url.get())) {
                errors.add(prefix + "url", "is " + url.get() + ", which another issuer has already");
            }
            url.ifPresent(known -> issuers.add(new Issuer(name, known, audience, jwksUrl, ca, tokenFile)));
        });
    }

    private void readRules(AccessSettings settings, AccountKeys accounts) {
        new TreeMap<>(settings.rules()).forEach((name, entry) -> {
            String prefix = PREFIX + "rules." + name + ".";
            Set<String> permissions = permissions(prefix + "permissions", entry.permissions());
            Optional<Set<AccountKey>> about = accounts(prefix + "accounts", entry.accounts(), accounts);
            Optional<Glob> issuer = pattern(prefix + "issuer", entry.issuer());
            issuer.filter(pattern -> !isNamed(pattern, settings))
                    .ifPresent(pattern -> errors.add(
                            prefix + "issuer", "is " + pattern.text() + ", which is no issuer's name or URL"));
            Optional<Glob> subject = pattern(prefix + "subject", entry.subject());
            Optional<Glob> group = pattern(prefix + "group", entry.group());
            Optional<Glob> scope = pattern(prefix + "scope", entry.scope());
            if (Stream.of(issuer, subject, group, scope).allMatch(Optional::isEmpty)) {
                LOG.warnf(
                        "%s* names no issuer, subject, group or scope: the rule applies to everybody with a valid token",
                        prefix);
            }
            about.ifPresent(keys -> rules.add(new Rule(
                    issuer,
                    subject,
                    group,
                    scope,
                    keys,
                    permissions.contains(READ),
                    permissions.contains(NUMBERS),
                    permissions.contains(PUSH))));
        });
    }

    private static boolean isNamed(Glob pattern, AccessSettings settings) {
        return settings.issuers().entrySet().stream()
                .anyMatch(issuer -> pattern.matches(issuer.getKey())
                        || issuer.getValue()
                                .url()
                                .map(String::trim)
                                .filter(pattern::matches)
                                .isPresent());
    }

    private Set<String> permissions(String key, List<String> texts) {
        Set<String> permissions =
                texts.stream().map(text -> text.trim().toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        permissions.stream()
                .filter(permission -> !PERMISSIONS.contains(permission))
                .forEach(unknown -> errors.add(key, "must be read, numbers or push, but has " + unknown));
        return permissions;
    }

    /** Empty where all are meant. */
    private Optional<Set<AccountKey>> accounts(String key, Optional<List<String>> texts, AccountKeys known) {
        List<String> names = texts.orElse(List.of()).stream()
                .map(String::trim)
                .filter(text -> !text.isEmpty())
                .toList();
        if (names.isEmpty()) {
            errors.add(key, "is missing: account keys, or * for all");
            return Optional.empty();
        }
        if (names.contains(EVERY_ACCOUNT)) {
            return Optional.of(Set.of());
        }
        return Optional.of(known.parse(key, names, errors));
    }

    private Optional<Glob> pattern(String key, Optional<String> text) {
        return given(key, text).map(Glob::new);
    }

    /** What is empty may be a variable that nobody set: to take it for absent could let more callers in. */
    private Optional<String> given(String key, Optional<String> text) {
        Optional<String> value = text.map(String::trim);
        if (value.filter(String::isEmpty).isPresent()) {
            errors.add(key, "must not be empty");
            return Optional.empty();
        }
        return value;
    }

    private Optional<URI> url(String key, String text) {
        return parser.url(key, text, false, "on a loopback address");
    }
}
