package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.oneOf;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which certificates of Vonage are accepted, and which proxy is used. */
@QuarkusTest
@ConnectWireMock
@TestProfile(OutboundTest.OtherOptions.class)
class OutboundTest {

    /** In a file that {@link ClientAuthenticationTest} rotates. */
    static final Path SECRET = Path.of("target", "mounted-secret");

    private static final String TOKENS = "/Auth/connect/token";

    /**
     * What the rest of the suite leaves as it is by default, and the clock of {@link CachingTest}: in one application, since each takes
     * its time to start.
     */
    public static class OtherOptions implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                Files.writeString(SECRET, "first-secret\n");
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            return Map.of(
                    "callwatch.lookup.active-ttl", "2s",
                    "callwatch.vonage.client-auth", "basic",
                    "callwatch.accounts.renewal.client-secret", "",
                    "callwatch.accounts.renewal.client-secret-file", SECRET.toString());
        }

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(CachingTest.MovableClock.class);
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(TestHosts.class));
        }
    }

    @ConfigProperty(name = TestHosts.GOOD)
    int goodPort;

    @ConfigProperty(name = TestHosts.FOREIGN)
    int foreignPort;

    private WireMock good;
    private WireMock foreign;

    @BeforeEach
    void connect() {
        good = new WireMock("localhost", goodPort);
        foreign = new WireMock("localhost", foreignPort);
        good.resetToDefaultMappings();
        foreign.resetToDefaultMappings();
    }

    @Test
    void a_host_with_a_certificate_of_the_given_authority_gets_requests() {
        vonage("trusted").lookUp().then().statusCode(200).body("state", is("active"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"foreign", "wrong-name"})
    void a_host_that_cannot_prove_its_name_gets_no_request(String account) {
        unreachable(vonage(account), "foreign".equals(account) ? foreign : good);
    }

    @Test
    void the_connection_for_calls_is_verified_too() {
        VonageStub vonage = vonage("turning");
        refused(vonage);
        good.verifyThat(1, postRequestedFor(urlEqualTo(TOKENS)));
        assertThat(vonage.callRequests()).isZero();
        assertThat(foreign.getServeEvents()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxied", "proxied-http"})
    void calls_and_tokens_go_through_the_proxy(String account) {
        VonageStub vonage = vonage(account);
        vonage.lookUp().then().statusCode(200).body("state", is("active"));
        good.verifyThat(1, getRequestedFor(urlEqualTo(vonage.path())).withHeader("Host", equalTo("vonage.test")));
        good.verifyThat(1, postRequestedFor(urlEqualTo(TOKENS)).withHeader("Host", equalTo("vonage.test")));
    }

    @Test
    void a_host_that_the_proxy_refuses_is_unreachable() {
        unreachable(vonage("unknown-to-the-proxy"), good);
    }

    private VonageStub vonage(String account) {
        for (WireMock host : List.of(good, foreign)) {
            host.register(post(urlEqualTo(TOKENS))
                    .withBasicAuth(account + "-client", "planted-secret")
                    .willReturn(VonageStub.granted(VonageStub.TOKEN)));
        }
        return new VonageStub(good, account).answersCalls(okJson(VonageStub.ACTIVE));
    }

    private static void unreachable(VonageStub vonage, WireMock host) {
        refused(vonage);
        assertThat(host.getServeEvents()).isEmpty();
    }

    /** The first handshakes of a JVM take so long that the deadline may come while the last try is under way. */
    private static void refused(VonageStub vonage) {
        vonage.lookUp()
                .then()
                .body(
                        "type",
                        is(oneOf(
                                "urn:callwatch:problem:upstream-unreachable",
                                "urn:callwatch:problem:upstream-timeout")));
    }
}
