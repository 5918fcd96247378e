package dev.callwatch.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.AccountSettings;
import dev.callwatch.settings.ConfigErrors;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessOptionsTest {

    private final ConfigErrors errors = new ConfigErrors();
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "callwatch.accounts.main.key", "a1b2c3d4e5",
            "callwatch.accounts.other.region", "emea"));

    @Test
    void one_issuer_and_a_rule_are_enough() {
        set("issuers.corp.url", "https://idp.example/realms/corp");
        set("rules.crm.subject", "crm-*");
        set("rules.crm.accounts", "a1b2c3d4e5, other");

        AccessOptions options = options();

        errors.throwIfAny();
        assertThat(options.mode()).isEqualTo(AccessOptions.Mode.OIDC);
        assertThat(options.issuers()).singleElement().satisfies(issuer -> {
            assertThat(issuer.name()).isEqualTo("corp");
            assertThat(issuer.audience()).isEqualTo("callwatch");
            assertThat(issuer.jwksUrl()).isEmpty();
        });
        assertThat(options.rules()).singleElement().satisfies(rule -> {
            assertThat(rule.accounts()).isEqualTo(Set.of(new AccountKey("a1b2c3d4e5"), new AccountKey("other")));
            assertThat(rule.read()).isTrue();
            assertThat(rule.numbers()).isFalse();
        });
        assertThat(options.limits()).isEqualTo(new AccessOptions.LimitOptions(100, 200, 100, 1000, 1000));
    }

    @Test
    void without_an_issuer_the_start_is_refused() {
        options();
        assertThatThrownBy(errors::throwIfAny)
                .hasMessageContaining("callwatch.access.issuers.<name>.url is missing")
                .hasMessageContaining("callwatch.access.mode=none");
    }

    @Test
    void in_mode_none_nothing_else_is_needed() {
        set("mode", "None");
        assertThat(options().mode()).isEqualTo(AccessOptions.Mode.NONE);
        errors.throwIfAny();
    }

    @Test
    void every_error_of_a_half_configured_access_is_reported_at_once_by_its_full_key() {
        set("issuers.a.audience", " ");
        set("issuers.b.url", "http://idp.example");
        set("issuers.b.jwks-url", "https://user:planted@idp.example/jwks");
        set("issuers.b.ca", "/no/such/file");
        set("issuers.b.token-file", "/no/such/token");
        set("issuers.c.url", "https://idp.example");
        set("issuers.c.ca", "pom.xml");
        set("issuers.d.url", "https://idp.example");
        set("rules.r.accounts", "a1b2c3d4e5,moon");
        set("rules.r.issuer", "elsewhere");
        set("rules.s.permissions", "read,write");
        set("limits.burst", "0");
        set("audit-reads", "perhaps");

        options();

        assertThatThrownBy(errors::throwIfAny)
                .hasMessageContaining("callwatch.access.issuers.a.url is missing")
                .hasMessageContaining("callwatch.access.issuers.a.audience must")
                .hasMessageContaining("callwatch.access.issuers.b.url must be an https URL")
                .hasMessageContaining("callwatch.access.issuers.b.jwks-url must be an https URL")
                .hasMessageContaining("callwatch.access.issuers.b.ca names a file that cannot be read")
                .hasMessageContaining("callwatch.access.issuers.b.token-file names a file that cannot be read")
                .hasMessageContaining("callwatch.access.issuers.c.ca names a file that is no certificate in PEM form")
                .hasMessageContaining("callwatch.access.issuers.d.url is https://idp.example, which another issuer has")
                .hasMessageContaining("callwatch.access.rules.r.accounts has moon, which is no account's key")
                .hasMessageContaining("callwatch.access.rules.r.issuer is elsewhere, which is no issuer's name or URL")
                .hasMessageContaining("callwatch.access.rules.s.accounts is missing")
                .hasMessageContaining("callwatch.access.rules.s.permissions must be read, numbers or push")
                .hasMessageContaining("callwatch.access.limits.burst must be a whole number")
                .hasMessageContaining("callwatch.access.audit-reads must be true or false")
                .hasMessageNotContaining("planted");
    }

    @Test
    void a_token_of_ours_goes_only_where_the_settings_point() {
        set("issuers.cluster.url", "https://kubernetes.default.svc.cluster.local");
        set("issuers.cluster.jwks-url", "https://10.0.0.1:6443/openid/v1/jwks");
        Issuer issuer = options().issuers().get(0);
        assertThat(issuer.owns(URI.create("https://kubernetes.default.svc.cluster.local:443/keys")))
                .isTrue();
        assertThat(issuer.owns(URI.create("https://10.0.0.1:6443/other"))).isTrue();
        assertThat(issuer.owns(URI.create("http://kubernetes.default.svc.cluster.local/keys")))
                .isFalse();
        assertThat(issuer.owns(URI.create("https://10.0.0.1/openid/v1/jwks"))).isFalse();
        assertThat(issuer.owns(URI.create("https://mallory.example/"))).isFalse();
        assertThat(issuer.owns(URI.create("/relative"))).isFalse();
    }

    private void set(String key, String value) {
        settings.put("callwatch.access." + key, value);
    }

    private AccessOptions options() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(AccessSettings.class)
                .withMapping(AccountSettings.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build();
        return new AccessOptions(
                config.getConfigMapping(AccessSettings.class), config.getConfigMapping(AccountSettings.class), errors);
    }
}
