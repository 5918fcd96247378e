package dev.callwatch.settings;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The name of a setting of this service. In a name such as {@code callwatch.accounts.<name>.region} the operator chooses the part
 * {@code <name>}.
 */
public final class SettingName {

    static final String CHOSEN = "<name>";

    /** Every setting. SettingsTest compares them with the code. */
    public static final List<SettingName> ALL = Stream.of(
                    "callwatch.access.audit-reads",
                    "callwatch.access.issuers.<name>.audience",
                    "callwatch.access.issuers.<name>.ca",
                    "callwatch.access.issuers.<name>.jwks-url",
                    "callwatch.access.issuers.<name>.token-file",
                    "callwatch.access.issuers.<name>.url",
                    "callwatch.access.limits.burst",
                    "callwatch.access.limits.requests-per-second",
                    "callwatch.access.limits.streams",
                    "callwatch.access.limits.subscriptions",
                    "callwatch.access.limits.watched-calls",
                    "callwatch.access.mode",
                    "callwatch.access.rules.<name>.accounts",
                    "callwatch.access.rules.<name>.group",
                    "callwatch.access.rules.<name>.issuer",
                    "callwatch.access.rules.<name>.permissions",
                    "callwatch.access.rules.<name>.scope",
                    "callwatch.access.rules.<name>.subject",
                    "callwatch.accounts.<name>.burst",
                    "callwatch.accounts.<name>.client-id",
                    "callwatch.accounts.<name>.client-secret",
                    "callwatch.accounts.<name>.client-secret-file",
                    "callwatch.accounts.<name>.country",
                    "callwatch.accounts.<name>.key",
                    "callwatch.accounts.<name>.notifications.follow",
                    "callwatch.accounts.<name>.notifications.signing-key",
                    "callwatch.accounts.<name>.notifications.signing-key-file",
                    "callwatch.accounts.<name>.region",
                    "callwatch.accounts.<name>.requests-per-minute",
                    "callwatch.accounts.<name>.scope",
                    "callwatch.console.client-id",
                    "callwatch.console.issuer",
                    "callwatch.console.scope",
                    "callwatch.cors.origins",
                    "callwatch.lookup.active-ttl",
                    "callwatch.lookup.deadline",
                    "callwatch.lookup.disposition-window",
                    "callwatch.lookup.ended-ttl",
                    "callwatch.lookup.memory",
                    "callwatch.lookup.missing-ttl",
                    "callwatch.lookup.retention",
                    "callwatch.push.allowed",
                    "callwatch.push.memory",
                    "callwatch.push.retry-for",
                    "callwatch.push.signing-key-file",
                    "callwatch.push.sinks.<name>.accounts",
                    "callwatch.push.sinks.<name>.ca",
                    "callwatch.push.sinks.<name>.content-mode",
                    "callwatch.push.sinks.<name>.extensions.<name>",
                    "callwatch.push.sinks.<name>.follow",
                    "callwatch.push.sinks.<name>.numbers",
                    "callwatch.push.sinks.<name>.secret",
                    "callwatch.push.sinks.<name>.secret-file",
                    "callwatch.push.sinks.<name>.token-file",
                    "callwatch.push.sinks.<name>.types",
                    "callwatch.push.sinks.<name>.url",
                    "callwatch.push.source",
                    "callwatch.regions.<name>.allow-http",
                    "callwatch.regions.<name>.url",
                    "callwatch.sandbox.enabled",
                    "callwatch.sandbox.notifications",
                    "callwatch.sandbox.port",
                    "callwatch.store",
                    "callwatch.store.namespace",
                    "callwatch.vonage.accept",
                    "callwatch.vonage.ca",
                    "callwatch.vonage.client-auth",
                    "callwatch.vonage.connect-timeout",
                    "callwatch.vonage.proxy",
                    "callwatch.vonage.read-timeout")
            .map(SettingName::new)
            .toList();

    private final String pattern;
    private final Pattern property;
    private final Pattern variable;

    private SettingName(String pattern) {
        this.pattern = pattern;
        // A chosen name may be quoted, and a list may be given element by element.
        this.property = Pattern.compile(Stream.of(pattern.split(CHOSEN, -1))
                .map(Pattern::quote)
                .collect(Collectors.joining("(?:\"([^\"]+)\"|([^.\"]+))", "", "(?:\\[[0-9]+])?")));
        this.variable = Pattern.compile(Stream.of(pattern.split(CHOSEN, -1))
                .map(SettingName::variable)
                .collect(Collectors.joining("(.+)", "", "(?:_[0-9]+_)?")));
    }

    /** The name of the environment variable of a property: upper case, and {@code _} for all but letters and digits. */
    static String variable(String property) {
        return property.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /** Whether a property, such as {@code callwatch.accounts.main.region}, is this setting. */
    boolean isProperty(String name) {
        return property.matcher(name).matches();
    }

    /** Whether an environment variable, such as {@code CALLWATCH_ACCOUNTS_MAIN_REGION}, is this setting. */
    boolean isVariable(String name) {
        return variable.matcher(name).matches();
    }

    /** What the operator chose in the name of a variable, {@code UK_SALES} for example; nothing if it is not this setting. */
    Optional<String> chosenIn(String name) {
        Matcher matcher = variable.matcher(name);
        return matcher.matches() && matcher.groupCount() > 0 ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** The property of this setting for a name that the operator chose. */
    String property(String chosen) {
        return pattern.replace(CHOSEN, chosen);
    }

    /** The words that are not chosen: more of them say more precisely which setting a variable is. */
    int length() {
        return pattern.length();
    }

    @Override
    public String toString() {
        return pattern;
    }
}
