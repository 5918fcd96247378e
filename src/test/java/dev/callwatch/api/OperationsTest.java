package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.Contract;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

@QuarkusTest
@ConnectWireMock
class OperationsTest {

    WireMock wireMock;

    private static final String LOCALHOST = "http://localhost:";

    @ConfigProperty(name = "quarkus.management.test-port")
    int managementPort;

    @Test
    void readiness_shows_circuits_and_tokens_and_stays_up_during_an_outage_of_vonage() {
        given().get("/v1/accounts/nowhere/calls/94e5928c-7f7e-4645-ad72-61010f906449")
                .then()
                .statusCode(502);
        given().get(management() + "/health/ready")
                .then()
                .statusCode(200)
                .body("status", is("UP"))
                .body("checks.find { it.name == 'vonage' }.data.'circuit.nowhere'", notNullValue())
                .body("checks.find { it.name == 'vonage' }.data.'token.nowhere'", is("none"));
    }

    @Test
    void liveness_startup_and_info_answer_on_the_management_port() {
        given().get(management() + "/health/live").then().statusCode(200).body("status", is("UP"));
        given().get(management() + "/health/started").then().statusCode(200).body("status", is("UP"));
        given().get(management() + "/info").then().statusCode(200).body("build.name", is("callwatch"));
        given().get("/q/health/live").then().statusCode(404);
    }

    @Test
    void look_ups_upstream_and_token_requests_retries_and_circuits_are_measured() {
        new VonageStub(wireMock, "retried")
                .grantsTokens()
                .answersCalls(VonageStub.status(503), okJson(VonageStub.ACTIVE))
                .lookUp()
                .then()
                .statusCode(200);
        given().get(management() + "/metrics")
                .then()
                .statusCode(200)
                .body(containsString("callwatch_lookups_seconds_count{account=\"retried\",outcome=\"read\"} 1"))
                .body(containsString(
                        "callwatch_upstream_requests_seconds_bucket{region=\"retried\",status=\"200\",le=\"+Inf\"} 1"))
                .body(containsString("callwatch_upstream_requests_seconds_count{region=\"retried\",status=\"503\"} 1"))
                .body(containsString("callwatch_token_requests_total{account=\"retried\",status=\"200\"} 1.0"))
                .body(containsString("callwatch_upstream_retries_total{region=\"retried\",status=\"503\"} 1.0"))
                .body(containsString("callwatch_upstream_circuit{region=\"retried\"} 0.0"));
    }

    @Test
    void every_metric_of_ours_has_a_help_text_and_labels_in_snake_case() {
        new VonageStub(wireMock, "retried")
                .grantsTokens()
                .answersCalls(VonageStub.status(503), okJson(VonageStub.ACTIVE))
                .lookUp();
        List<String> ours = given().get(management() + "/metrics")
                .asString()
                .lines()
                .filter(line -> line.matches("(# HELP |# TYPE )?callwatch_.*"))
                .toList();
        assertThat(ours)
                .filteredOn(line -> line.startsWith("# HELP"))
                .hasSizeGreaterThan(8)
                .allMatch(line -> line.matches("# HELP \\S+ \\S.*"));
        assertThat(ours)
                .filteredOn(line -> !line.startsWith("#"))
                .allMatch(line -> line.matches("[a-z_]+(\\{([a-z_]+=\"[^\"]*\",?)*})? .*"));
    }

    @Test
    void the_openapi_document_is_served_as_it_stands_in_the_sources() throws IOException {
        String json = given().get("/openapi?format=json").asString();
        String yaml = given().get("/openapi").asString();
        assertThat(new ObjectMapper().readTree(json))
                .isEqualTo(Contract.ofTheSources().document());
        assertThat(new YAMLMapper().readTree(yaml))
                .isEqualTo(Contract.ofTheSources().document());
    }

    private String management() {
        return LOCALHOST + managementPort + "/q";
    }
}
