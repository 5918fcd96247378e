package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

import com.github.tomakehurst.wiremock.client.BasicCredentials;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** HTTP Basic at the token endpoint, with a secret in a mounted file that rotates. */
@QuarkusTest
@ConnectWireMock
@TestProfile(OutboundTest.OtherOptions.class)
class ClientAuthenticationTest {

    WireMock wireMock;

    @Inject
    CachingTest.MovableClock clock;

    @Test
    void a_rotated_secret_is_used_for_the_next_token() throws IOException {
        wireMock.resetToDefaultMappings();
        wireMock.register(post(urlEqualTo("/Auth/connect/token")).willReturn(VonageStub.status(401)));
        wireMock.register(post(urlEqualTo("/Auth/connect/token"))
                .withBasicAuth("renewal-client", "first-secret")
                .willReturn(VonageStub.granted("planted-1")));
        VonageStub vonage = new VonageStub(wireMock, "renewal")
                .answersCalls(okJson(VonageStub.ACTIVE), VonageStub.status(401), okJson(VonageStub.ACTIVE));
        vonage.lookUp().then().statusCode(200);

        Files.writeString(OutboundTest.SECRET, "second-secret");
        wireMock.register(post(urlEqualTo("/Auth/connect/token"))
                .withBasicAuth("renewal-client", "second-secret")
                .willReturn(VonageStub.granted("planted-2")));
        // What is known of an active call is fresh for 2 s.
        clock.pass(Duration.ofSeconds(2));
        vonage.lookUp().then().statusCode(200).body("state", is("active"));

        List<LoggedRequest> requests = wireMock.find(postRequestedFor(urlEqualTo("/Auth/connect/token"))
                .withBasicAuth(new BasicCredentials("renewal-client", "second-secret")));
        assertThat(requests).hasSize(1);
        assertThat(requests.get(0).getBodyAsString()).doesNotContain("secret");
    }
}
