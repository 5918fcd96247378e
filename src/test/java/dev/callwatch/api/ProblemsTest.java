package dev.callwatch.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.MeetsContract;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@ConnectWireMock
@ExtendWith(MeetsContract.class)
class ProblemsTest {

    private static final String GUID = "94e5928c-7f7e-4645-ad72-61010f906449";

    WireMock wireMock;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%7B94e5928c-7f7e-4645-ad72-61010f906449%7D",
                "94e5928c-7f7e-4645-ad72-61010f90644",
                "94e5928c-7f7e-4645-ad72-61010f9064490",
                "94e5928c7f7e4645ad7261010f906449",
                "94e5928g-7f7e-4645-ad72-61010f906449",
                "94e5928c-7f7e-4645-ad72%2F61010f906449",
                "94e5928c-7f7e-4645-ad72-61010f906449%0a",
                "%00",
                "%F0%9F%93%9E",
                "1-1-1-1-1"
            })
    void a_malformed_guid_never_reaches_vonage(String guid) {
        wireMock.resetRequests();
        given().urlEncodingEnabled(false)
                .get("/v1/accounts/a1b2c3d4e5/calls/" + guid)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", is("urn:callwatch:problem:invalid-request"))
                .body("violations.field", contains("callGuid"));
        assertThat(wireMock.getServeEvents()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.b",
                "a%20b",
                "..%2f",
                "%22",
                "11111111112222222222333333333344444444445555555555666666666677777"
            })
    void a_malformed_account_key_is_an_invalid_request(String key) {
        given().urlEncodingEnabled(false)
                .get("/v1/accounts/" + key + "/calls/" + GUID)
                .then()
                .statusCode(400)
                .body("violations.field", contains("accountKey"));
    }

    @Test
    void one_answer_names_every_malformed_part() {
        given().get("/v1/accounts/a.b/calls/1")
                .then()
                .statusCode(400)
                .body("violations.field", contains("accountKey", "callGuid"));
    }

    @Test
    void an_unknown_account_is_not_found() {
        given().get("/v1/accounts/unknown/calls/" + GUID)
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", is("urn:callwatch:problem:account-not-found"))
                .body("title", is("Account not found"))
                .body("instance", is("/v1/accounts/unknown/calls/" + GUID));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /nothing, application/json, 404",
        "GET, /v1/accounts/a1b2c3d4e5, application/json, 404",
        "POST, /v1/accounts, application/json, 405",
        "DELETE, /v1/accounts/a1b2c3d4e5/calls/" + GUID + ", application/json, 405",
        "GET, /v1/accounts/a1b2c3d4e5/calls/" + GUID + ", text/html, 406"
    })
    void refusals_of_the_framework_are_problems_too(String method, String path, String accept, int status) {
        given().urlEncodingEnabled(false)
                .accept(accept)
                .request(method, path)
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", is("about:blank"))
                .body("status", is(status))
                .body("title", not(nullValue()))
                .body("detail", not(nullValue()))
                .body("violations", nullValue())
                .body("traceId", matchesPattern("[0-9a-f]{32}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST   | /v1/accounts                              | GET, HEAD, OPTIONS",
                "POST   | /v1/accounts/a/calls/" + GUID + "         | GET, HEAD, OPTIONS",
                "DELETE | /v1/accounts/a/calls/" + GUID + "         | GET, HEAD, OPTIONS",
                "PUT    | /v1/accounts/a/calls/" + GUID + "         | GET, HEAD, OPTIONS",
                "PATCH  | /v1/accounts/a/calls/" + GUID + "/events  | GET, HEAD, OPTIONS",
                "POST   | /v1/accounts/a/calls/events?id=" + GUID + "| GET, HEAD, OPTIONS",
                "GET    | /v1/accounts/a/calls/lookup               | POST, OPTIONS",
                "DELETE | /v1/accounts/a/calls/lookup               | POST, OPTIONS"
            })
    void a_wrong_method_is_answered_with_the_methods_of_the_path(String method, String path, String methods) {
        given().urlEncodingEnabled(false)
                .request(method, path)
                .then()
                .statusCode(405)
                .contentType("application/problem+json")
                .body("type", is("about:blank"))
                .header("Allow", methods);
        given().urlEncodingEnabled(false).options(path).then().statusCode(200).header("Allow", methods);
    }

    @Test
    void a_body_that_is_too_large_is_refused() {
        Response answer = given().body("x".repeat(70_000)).post("/v1/accounts");
        answer.then().statusCode(413).contentType("application/problem+json").body("type", is("about:blank"));
    }

    @Test
    void a_problem_has_the_trace_of_the_caller() {
        given().header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .get("/nothing")
                .then()
                .body("traceId", is("4bf92f3577b34da6a3ce929d0e0e4736"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "nonsense"
            })
    void a_malformed_traceparent_is_replaced(String traceparent) {
        given().header("traceparent", traceparent)
                .get("/nothing")
                .then()
                .body("traceId", matchesPattern("[0-9a-f]{32}"))
                .body("traceId", not(is("4bf92f3577b34da6a3ce929d0e0e4736")))
                .body("traceId", not(is("00000000000000000000000000000000")));
    }
}
