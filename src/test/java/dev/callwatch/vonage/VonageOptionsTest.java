package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.outbound.ForwardProxy;
import dev.callwatch.settings.ConfigErrors;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VonageOptionsTest {

    private static final String CA = "callwatch.vonage.ca";
    private static final String PROXY = "callwatch.vonage.proxy";

    private final ConfigErrors errors = new ConfigErrors();
    private final Map<String, String> settings = new HashMap<>();

    @TempDir
    Path folder;

    @Test
    void by_default_the_authorities_are_those_of_the_platform_and_there_is_no_proxy() {
        VonageOptions options = options();
        errors.throwIfAny();
        assertThat(options.ca()).isEmpty();
        assertThat(options.proxy()).isEmpty();
    }

    @Test
    void a_proxy_is_a_host_and_a_port() {
        settings.put(PROXY, " http://proxy.internal:3128/ ");
        assertThat(options().proxy()).contains(new ForwardProxy("proxy.internal", 3128));
        errors.throwIfAny();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proxy.internal:3128",
                "http://proxy.internal",
                "https://proxy.internal:3128",
                "socks5://proxy.internal:3128",
                "http://user:planted@proxy.internal:3128",
                "http://proxy.internal:3128/path",
                "http://proxy.internal:0",
                "http://proxy.internal:65536",
                "http://:3128",
                "http://none:99999"
            })
    void anything_else_is_an_error_that_repeats_no_password(String text) {
        settings.put(PROXY, text);
        options();
        assertThatThrownBy(errors::throwIfAny)
                .hasMessageContaining(PROXY + " must be http://host:port")
                .hasMessageNotContaining("planted");
    }

    @Test
    void a_missing_file_of_authorities_is_an_error() {
        settings.put(CA, "/no/such/file");
        options();
        assertThatThrownBy(errors::throwIfAny)
                .hasMessageContaining(CA + " names a file that cannot be read: /no/such/file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no certificate",
                "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----",
                "-----BEGIN CERTIFICATE-----\nbm90aGluZw==",
                "-----BEGIN PRIVATE KEY-----\nbm90aGluZw==\n-----END PRIVATE KEY-----"
            })
    void a_file_without_authorities_is_an_error(String content) throws IOException {
        settings.put(CA, Files.writeString(folder.resolve("ca.pem"), content).toString());
        options();
        assertThatThrownBy(errors::throwIfAny)
                .hasMessageMatching("(?s).*" + CA + " names a file (without a|that is no) certificate in PEM form.*");
    }

    private VonageOptions options() {
        VonageSettings mapping = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withMapping(VonageSettings.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build()
                .getConfigMapping(VonageSettings.class);
        return new VonageOptions(mapping, errors);
    }
}
