package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.AccountSettings;
import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.watch.EventType;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushOptionsTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final AccountKey ACCOUNT = new AccountKey("a");

    @TempDir
    Path directory;

    @Test
    void by_default_nobody_can_be_called() {
        PushOptions options = options(Map.of(), new ConfigErrors());
        assertThat(options.isUsable()).isFalse();
        assertThat(options.retryFor()).isEqualTo(Duration.ofHours(24));
        assertThat(options.memory()).isEqualTo(16 << 20);
        assertThat(options.source()).isEmpty();
        assertThat(options.signingKeys()).isEmpty();
    }

    @Test
    void a_sink_is_found_by_its_name_for_its_accounts_and_a_url_by_a_pattern() {
        PushOptions options = options(
                Map.of(
                        "callwatch.push.sinks.crm.url", "https://crm.example.com/calls",
                        "callwatch.push.sinks.crm.secret", SECRET + "," + SECRET,
                        "callwatch.push.sinks.crm.accounts", "a",
                        "callwatch.push.allowed", "https://*.example.com/hooks/*, https://other.example"),
                new ConfigErrors());
        Sinks sinks = new Sinks(options.sinks(), options.allowed());
        assertThat(sinks.find("crm", ACCOUNT, OptionalInt.empty())).isPresent();
        assertThat(sinks.find("crm", new AccountKey("b"), OptionalInt.empty())).isEmpty();
        assertThat(sinks.find("CRM", ACCOUNT, OptionalInt.empty())).isEmpty();
        assertThat(sinks.find("https://x.example.com/hooks/1", ACCOUNT, OptionalInt.of(5)))
                .hasValueSatisfying(sink -> assertThat(sink.ratePerMinute()).hasValue(5));
        assertThat(sinks.find("https://crm.example.com/calls", ACCOUNT, OptionalInt.empty()))
                .isEmpty();
    }

    @Test
    void a_sink_may_follow_all_calls_of_its_accounts() {
        PushOptions options = options(
                Map.of(
                        "callwatch.push.sinks.crm.url", "https://crm.example.com/calls",
                        "callwatch.push.sinks.all.url", "https://all.example.com/calls",
                        "callwatch.push.sinks.all.follow", "true",
                        "callwatch.push.sinks.all.numbers", "true",
                        "callwatch.push.sinks.all.types", "dev.callwatch.call.failed, dev.callwatch.call.completed"),
                new ConfigErrors());
        assertThat(new Sinks(options.sinks(), options.allowed()).following())
                .singleElement()
                .satisfies(sink -> {
                    assertThat(sink.name()).isEqualTo("all");
                    assertThat(sink.follow())
                            .contains(new Sink.Follow(
                                    new EventTypes(Set.of(EventType.FAILED, EventType.COMPLETED)), true));
                });
    }

    @Test
    void every_fault_is_named_at_once_by_its_full_key_and_no_secret_is() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "planted");
        ConfigErrors errors = new ConfigErrors();
        options(
                Map.ofEntries(
                        Map.entry("callwatch.push.source", "ftp://x"),
                        Map.entry("callwatch.push.allowed", "example.com"),
                        Map.entry("callwatch.push.signing-key-file", file.toString()),
                        Map.entry("callwatch.push.retry-for", "8d"),
                        Map.entry("callwatch.push.memory", "1K"),
                        Map.entry("callwatch.push.sinks.a.content-mode", "batch"),
                        Map.entry("callwatch.push.sinks.b.url", "https://b.example"),
                        Map.entry("callwatch.push.sinks.b.secret", "planted"),
                        Map.entry("callwatch.push.sinks.b.accounts", "moon"),
                        Map.entry("callwatch.push.sinks.c.url", "https://c.example"),
                        Map.entry("callwatch.push.sinks.c.secret", SECRET),
                        Map.entry("callwatch.push.sinks.c.secret-file", file.toString()),
                        Map.entry("callwatch.push.sinks.c.token-file", "/no/such/file"),
                        Map.entry("callwatch.push.sinks.c.ca", "/no/such/file"),
                        Map.entry("callwatch.push.sinks.c.types", "call.failed"),
                        Map.entry("callwatch.push.sinks.c.follow", "all"),
                        Map.entry("callwatch.push.sinks.b.numbers", "true"),
                        Map.entry("callwatch.push.sinks.c.extensions.subject", "x")),
                errors);
        assertThatThrownBy(errors::throwIfAny)
                .hasMessageContaining("callwatch.push.source must be")
                .hasMessageContaining("callwatch.push.allowed must be patterns")
                .hasMessageContaining("callwatch.push.signing-key-file must name a PEM file")
                .hasMessageContaining("callwatch.push.retry-for must be a duration")
                .hasMessageContaining("callwatch.push.memory must be a size")
                .hasMessageContaining("callwatch.push.sinks.a.url is missing")
                .hasMessageContaining("callwatch.push.sinks.a.content-mode must be structured or binary")
                .hasMessageContaining("callwatch.push.sinks.b.secret must be one or two secrets")
                .hasMessageContaining("callwatch.push.sinks.b.accounts has moon")
                .hasMessageContaining("callwatch.push.sinks.c.secret and callwatch.push.sinks.c.secret-file exclude")
                .hasMessageContaining("callwatch.push.sinks.c.secret-file names a file without")
                .hasMessageContaining("callwatch.push.sinks.c.token-file names a file that cannot be read")
                .hasMessageContaining("callwatch.push.sinks.c.ca names a file that cannot be read")
                .hasMessageContaining("callwatch.push.sinks.c.types must be types of events")
                .hasMessageContaining("callwatch.push.sinks.c.follow must be true or false")
                .hasMessageContaining("callwatch.push.sinks.b.numbers has a meaning only with")
                .hasMessageContaining("callwatch.push.sinks.c.extensions.subject must be an attribute's name")
                .hasMessageNotContaining("planted");
    }

    private static PushOptions options(Map<String, String> settings, ConfigErrors errors) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("callwatch.accounts.a.region", "emea");
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withMapping(PushSettings.class)
                .withMapping(AccountSettings.class)
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .build();
        return new PushOptions(
                config.getConfigMapping(PushSettings.class), config.getConfigMapping(AccountSettings.class), errors);
    }
}
