package dev.callwatch.push;

import dev.callwatch.account.AccountKey;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The sinks that a subscription may name: those of the settings by their names, and URLs that a pattern allows. */
@Singleton
class Sinks {

    private final Map<String, Sink> named;
    private final List<AllowedUrl> allowed;

    @Inject
    Sinks(PushOptions options) {
        this(options.sinks(), options.allowed());
    }

    Sinks(Map<String, Sink> named, List<AllowedUrl> allowed) {
        this.named = named;
        this.allowed = allowed;
    }

    /** The sinks of the settings that follow all calls of their accounts. */
    List<Sink> following() {
        return named.values().stream().filter(sink -> sink.follow().isPresent()).toList();
    }

    /** Whether a text is the name of a sink of the settings, rather than a URL. */
    boolean isNamed(String text) {
        return named.containsKey(text);
    }

    /**
     * Finds a sink.
     *
     * @param text a name, or a URL
     * @param account whose events it is to get
     * @return nothing where it may not be named, or may not get these events
     */
    Optional<Sink> find(String text, AccountKey account, OptionalInt ratePerMinute) {
        Optional<Sink> byName = Optional.ofNullable(named.get(text));
        return byName.isPresent()
                ? byName.filter(sink -> sink.isFor(account))
                : SinkUrl.parse(text).flatMap(url -> byUrl(url, ratePerMinute));
    }

    private Optional<Sink> byUrl(URI url, OptionalInt ratePerMinute) {
        List<AllowedUrl> matching =
                allowed.stream().filter(pattern -> pattern.matches(url)).toList();
        return matching.isEmpty()
                ? Optional.empty()
                : Optional.of(Sink.of(
                        url,
                        ratePerMinute,
                        address -> matching.stream()
                                .anyMatch(pattern -> pattern.addresses().test(address))));
    }
}
