package dev.callwatch.push;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.AccountKeys;
import dev.callwatch.account.AccountSettings;
import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.settings.SettingParser;
import dev.callwatch.watch.EventType;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** {@link PushSettings}, checked. */
@Singleton
public class PushOptions {

    private static final String PREFIX = "callwatch.push.";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** CloudEvents 1.0.2, section 3.1. */
    private static final Pattern ATTRIBUTE = Pattern.compile("[a-z0-9]{1,20}");

    private static final Set<String> OWN_ATTRIBUTES = Set.of(
            "specversion",
            "id",
            "source",
            "type",
            "subject",
            "time",
            "datacontenttype",
            "dataschema",
            "data",
            "sequence",
            "partitionkey",
            "traceparent");

    private static final Duration LEAST_RETRY = Duration.ofSeconds(1);
    private static final Duration MOST_RETRY = Duration.ofDays(7);
    private static final long LEAST_MEMORY = 1L << 20;
    private static final long MOST_MEMORY = 16L << 30;

    /** While one rotates there are two. */
    private static final int MOST_KEYS = 2;

    private final ConfigErrors errors;
    private final SettingParser parser;
    private final AccountKeys accounts;
    private final String source;
    private final List<AllowedUrl> allowed;
    private final List<SigningKey> signingKeys;
    private final Duration retryFor;
    private final long memory;
    private final Map<String, Sink> sinks = new TreeMap<>();

    /** Reads the settings; what is wrong with them is noted in {@code errors}. */
    public PushOptions(PushSettings settings, AccountSettings accounts, ConfigErrors errors) {
        this.errors = errors;
        this.parser = new SettingParser(errors);
        this.accounts = new AccountKeys(accounts);
        this.source = settings.source()
                .flatMap(text -> parser.url(PREFIX + "source", text, true, "where callers use it"))
                .map(url -> url.toString().replaceFirst("/+$", ""))
                .orElse("");
        this.allowed = allowed(settings.allowed().orElse(List.of()));
        this.signingKeys = settings.signingKeyFile()
                .flatMap(file -> parser.file(PREFIX + "signing-key-file", file))
                .map(this::keys)
                .orElse(List.of());
        this.retryFor = parser.duration(PREFIX + "retry-for", settings.retryFor(), LEAST_RETRY, MOST_RETRY);
        this.memory = parser.memory(PREFIX + "memory", settings.memory(), LEAST_MEMORY, MOST_MEMORY);
        settings.sinks().forEach(this::readSink);
    }

    /** What the source of events begins with, without a slash at its end; empty where nothing is set. */
    String source() {
        return source;
    }

    /** What URLs subscriptions may name. */
    List<AllowedUrl> allowed() {
        return allowed;
    }

    List<SigningKey> signingKeys() {
        return signingKeys;
    }

    Duration retryFor() {
        return retryFor;
    }

    /** How long a subscription is kept that nobody changes any more: its deliveries have ended by then. */
    public Duration longestKept() {
        return Subscriptions.LONGEST.plus(retryFor).plus(Duration.ofHours(2));
    }

    long memory() {
        return memory;
    }

    /** By their names. */
    Map<String, Sink> sinks() {
        return sinks;
    }

    /** Whether anybody can subscribe at all. */
    boolean isUsable() {
        return !sinks.isEmpty() || !allowed.isEmpty();
    }

    private List<AllowedUrl> allowed(List<String> texts) {
        return each(
                texts, AllowedUrl::parse, PREFIX + "allowed", "must be patterns such as https://*.example.com/hooks/*");
    }

    private <T> List<T> each(List<String> texts, Function<String, Optional<T>> parse, String key, String form) {
        List<T> parsed = new ArrayList<>();
        texts.stream()
                .map(String::trim)
                .filter(text -> !text.isEmpty())
                .forEach(text -> parse.apply(text)
                        .ifPresentOrElse(parsed::add, () -> errors.add(key, form + ", but has " + text)));
        return parsed;
    }

    private List<SigningKey> keys(Path file) {
        List<SigningKey> keys = content(file).map(SigningKey::parse).orElse(List.of());
        if (keys.isEmpty() || keys.size() > MOST_KEYS) {
            errors.add(
                    PREFIX + "signing-key-file",
                    "must name a PEM file of one or two Ed25519 private keys (openssl genpkey -algorithm ed25519): "
                            + file);
        }
        return keys;
    }

    private static Optional<String> content(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private void readSink(String name, PushSettings.SinkSettings entry) {
        String prefix = PREFIX + "sinks." + name + ".";
        if (!NAME.matcher(name).matches()) {
            errors.add(PREFIX + "sinks." + name, "must have a name of 1 to 64 letters, digits, ., _ or -");
        }
        Optional<URI> url = parser.required(prefix + "url", entry.url())
                .flatMap(text -> parser.url(prefix + "url", text, true, "where the sink itself uses it"));
        String mode = entry.contentMode().trim().toLowerCase(Locale.ROOT);
        Optional<ContentMode> contentMode = ContentMode.parse(mode);
        if (contentMode.isEmpty()) {
            errors.add(prefix + "content-mode", "must be structured or binary, but is " + mode);
        }
        SinkSecrets secrets = secrets(prefix, entry);
        Optional<Path> tokenFile = entry.tokenFile().flatMap(file -> parser.file(prefix + "token-file", file));
        List<X509Certificate> ca =
                entry.ca().map(file -> parser.certificates(prefix + "ca", file)).orElse(List.of());
        Set<AccountKey> keys = accounts(prefix + "accounts", entry.accounts().orElse(List.of()));
        Optional<Sink.Follow> follow = follow(prefix, entry);
        url.ifPresent(known -> sinks.put(
                name,
                new Sink(
                        name,
                        known,
                        contentMode.orElse(ContentMode.STRUCTURED),
                        secrets,
                        tokenFile,
                        ca,
                        keys,
                        extensions(prefix, entry.extensions()),
                        follow,
                        OptionalInt.empty(),
                        address -> true)));
    }

    private Optional<Sink.Follow> follow(String prefix, PushSettings.SinkSettings entry) {
        boolean follow = parser.flag(prefix + "follow", entry.follow());
        boolean numbers = parser.flag(prefix + "numbers", entry.numbers());
        Set<EventType> types = Set.copyOf(each(
                entry.types().orElse(List.of()),
                EventTypes::parse,
                prefix + "types",
                "must be types of events such as dev.callwatch.call.failed"));
        if (!follow && (numbers || !types.isEmpty())) {
            errors.add(prefix + (numbers ? "numbers" : "types"), "has a meaning only with " + prefix + "follow=true");
        }
        return follow ? Optional.of(new Sink.Follow(new EventTypes(types), numbers)) : Optional.empty();
    }

    private SinkSecrets secrets(String prefix, PushSettings.SinkSettings entry) {
        if (entry.secret().isPresent() && entry.secretFile().isPresent()) {
            errors.add(prefix + "secret", "and " + prefix + "secret-file exclude each other");
        }
        Optional<Path> file = entry.secretFile().flatMap(text -> parser.file(prefix + "secret-file", text));
        if (file.isPresent()) {
            Optional<List<SigningSecret>> inFile =
                    content(file.get()).map(String::lines).flatMap(lines -> SinkSecrets.parse(lines.toList()));
            if (inFile.isEmpty()) {
                errors.add(prefix + "secret-file", "names a file without one or two secrets whsec_…, one a line");
            }
            return new SinkSecrets.Mounted(file.get());
        }
        Optional<List<SigningSecret>> given = entry.secret().flatMap(SinkSecrets::parse);
        if (entry.secret().isPresent() && given.isEmpty()) {
            // The message does not repeat the text, which is a secret.
            errors.add(prefix + "secret", "must be one or two secrets: whsec_ and 24 to 64 bytes in Base64");
        }
        return given.<SinkSecrets>map(SinkSecrets.Fixed::new).orElse(SinkSecrets.NONE);
    }

    private Map<String, String> extensions(String prefix, Map<String, String> attributes) {
        attributes.keySet().stream()
                .filter(name -> !ATTRIBUTE.matcher(name).matches() || OWN_ATTRIBUTES.contains(name))
                .forEach(
                        name -> errors.add(
                                prefix + "extensions." + name,
                                "must be an attribute's name: 1 to 20 lower-case letters and digits, and none that events have"));
        return Map.copyOf(attributes);
    }

    private Set<AccountKey> accounts(String key, List<String> texts) {
        List<String> names =
                texts.stream().map(String::trim).filter(text -> !text.isEmpty()).toList();
        return accounts.parse(key, names, errors);
    }
}
