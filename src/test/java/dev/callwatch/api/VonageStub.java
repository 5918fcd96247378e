package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.restassured.RestAssured.given;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.restassured.response.Response;
import java.util.UUID;

/** Vonage as one test scenario wants it: one account, a new call, a script of answers, and counts of what was asked. */
final class VonageStub {

    static final String TOKEN = "planted-token";
    static final String ACTIVE = "{\"status\":\"Active\"}";

    private static final String LAST = "last";

    private final WireMock wireMock;
    private final String account;
    private final String guid = UUID.randomUUID().toString();

    VonageStub(WireMock wireMock, String account) {
        this.wireMock = wireMock;
        this.account = account;
    }

    String guid() {
        return guid;
    }

    VonageStub grantsTokens() {
        return answersTokens(granted(TOKEN));
    }

    static ResponseDefinitionBuilder granted(String token) {
        return okJson("{\"access_token\":\"" + token + "\",\"expires_in\":7200,\"token_type\":\"Bearer\"}");
    }

    static ResponseDefinitionBuilder status(int status) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "text/html")
                .withBody("planted-body");
    }

    VonageStub answersTokens(ResponseDefinitionBuilder... script) {
        for (int i = 0; i < script.length; i++) {
            wireMock.register(post(urlEqualTo("/Auth/connect/token"))
                    .withRequestBody(containing("client_id=" + account + "-client"))
                    .inScenario("tokens of " + account)
                    .whenScenarioStateIs(state(i))
                    .willSetStateTo(state(Math.min(i + 1, script.length - 1)))
                    .willReturn(script[i]));
        }
        return this;
    }

    /** The last answer repeats. */
    VonageStub answersCalls(ResponseDefinitionBuilder... script) {
        for (int i = 0; i < script.length; i++) {
            wireMock.register(get(urlEqualTo(path()))
                    .inScenario(guid)
                    .whenScenarioStateIs(state(i))
                    .willSetStateTo(state(Math.min(i + 1, script.length - 1)))
                    .willReturn(script[i]));
        }
        return this;
    }

    private static String state(int step) {
        return step == 0 ? Scenario.STARTED : LAST + step;
    }

    Response lookUp() {
        return given().get("/v1/accounts/{account}/calls/{guid}", account, guid);
    }

    Response lookUp(String header, String value) {
        return given().header(header, value).get("/v1/accounts/{account}/calls/{guid}", account, guid);
    }

    int callRequests() {
        return wireMock.find(getRequestedFor(urlEqualTo(path()))).size();
    }

    int tokenRequests() {
        return wireMock.find(postRequestedFor(urlEqualTo("/Auth/connect/token"))
                        .withRequestBody(containing("client_id=" + account + "-client")))
                .size();
    }

    String path() {
        return "/v0/" + account + "/calls/" + guid;
    }
}
