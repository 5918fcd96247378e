package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged service, jar or native executable, with its sandbox, from outside. */
// They wait for calls of the sandbox, each for one of its own.
@Execution(ExecutionMode.CONCURRENT)
class SandboxIT {

    private static final MeetsContract MEETS_CONTRACT = new MeetsContract();

    @RegisterExtension
    static final PackagedService SERVICE = PackagedService.shared();

    @Test
    void the_documented_failed_call_is_answered_enriched() {
        given().get("/v1/accounts/sandbox/calls/94E5928C-7f7e-4645-ad72-61010f906449")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body("id", is("94e5928c-7f7e-4645-ad72-61010f906449"))
                .body("account", is("sandbox"))
                .body("state", is("failed"))
                .body("ended", is(true))
                .body("summary", is("The call failed: the originator did not answer."))
                .body("from.agentId", is("10"))
                .body("from.presentedClid", nullValue())
                .body("to.e164", is("+442072068888"))
                .body("to.country", is("GB"))
                .body("to.lineType", is("fixed-line"))
                .body("result.retry", is("later"))
                .body("disposition", is("Wrong Number"))
                .body("revision", greaterThan(1_700_000_000_000L))
                .body("observed.lastActiveAt", nullValue())
                .body("stale", is(false))
                .body("vonage.links[0].rel", is("_self"));
    }

    @ParameterizedTest
    @CsvSource({
        "sandbox, 24e5948c-4f4e-6646-cd77-91010f903889, 404, urn:callwatch:problem:call-not-found",
        "sandbox, 00000403-0000-0000-0000-000000000001, 502, urn:callwatch:problem:upstream-forbidden",
        "sandbox-busy, 00000429-0000-0000-0000-000000000001, 503, urn:callwatch:problem:upstream-throttled",
        "sandbox, 00000666-0000-0000-0000-000000000001, 502, urn:callwatch:problem:upstream-malformed",
        "sandbox, not-a-guid, 400, urn:callwatch:problem:invalid-request"
    })
    void each_failure_is_a_problem(String account, String guid, int status, String type) {
        given().get("/v1/accounts/{account}/calls/{guid}", account, guid)
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", is(type))
                .body("status", is(status))
                .body("traceId", matchesPattern("[0-9a-f]{32}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/x-ndjson"})
    void a_batch_is_answered_row_by_row(String accept) {
        String rows = given().contentType("application/json")
                .accept(accept)
                .body("""
                        {"ids":["94e5928c-7f7e-4645-ad72-61010f906449","24e5948c-4f4e-6646-cd77-91010f903889","x"]}""")
                .post("/v1/accounts/sandbox/calls/lookup")
                .then()
                .statusCode(200)
                .contentType(accept)
                .extract()
                .asString();
        assertThat(rows)
                .contains("{\"id\":\"94e5928c-7f7e-4645-ad72-61010f906449\",\"status\":200,\"call\":{\"id\":")
                .contains("{\"id\":\"24e5948c-4f4e-6646-cd77-91010f903889\",\"status\":404,\"problem\":{\"type\":")
                .contains("{\"id\":\"x\",\"status\":400,\"problem\":{\"type\":");
    }

    @Test
    void a_stream_has_the_status_and_ends_with_the_call() {
        String stream = given().accept("text/event-stream")
                .get("/v1/accounts/sandbox/calls/94e5928c-7f7e-4645-ad72-61010f906449/events")
                .then()
                .statusCode(200)
                .contentType("text/event-stream")
                .extract()
                .asString();
        assertThat(stream)
                .contains(
                        "event:status\ndata:{\"type\":\"call.observed\",\"changes\":[\"call.observed\"],\"previous\":null,\"call\":{\"id\":")
                .endsWith("id:end\nevent:end\ndata:{}\n\n");
    }

    @Test
    void a_stream_of_several_calls_as_lines_reports_an_unknown_call() {
        String lines = given().accept("application/x-ndjson")
                .queryParam("id", "94e5928c-7f7e-4645-ad72-61010f906449")
                .queryParam("id", "24e5948c-4f4e-6646-cd77-91010f903889")
                .get("/v1/accounts/sandbox/calls/events")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(lines)
                .contains("{\"event\":\"status\",\"id\":\"94e5928c-7f7e-4645-ad72-61010f906449:")
                .contains("{\"event\":\"problem\",\"id\":null,\"data\":{\"id\":\"24e5948c-")
                .endsWith("{\"event\":\"end\",\"id\":\"end\",\"data\":{}}\n");
    }

    @Test
    void a_long_poll_is_answered_when_the_status_changes() {
        String call = "/v1/accounts/sandbox/calls/00000100-0000-0000-0000-0000000000a1";
        String tag = given().get(call).header("ETag");
        given().header("If-None-Match", tag)
                .header("Prefer", "wait=20")
                .get(call)
                .then()
                .statusCode(200)
                .header("Preference-Applied", "wait=20")
                .body("recording", is("started"));
    }

    @Test
    void the_page_is_served_with_a_strict_policy() {
        given().get("/")
                .then()
                .statusCode(200)
                .contentType(containsString("text/html"))
                .header("Content-Security-Policy", containsString("default-src 'none'"))
                .header("Content-Security-Policy", containsString("connect-src 'self'; base-uri 'none'"))
                .header("Cache-Control", "no-cache");
        given().get("/console/app.js").then().statusCode(200).contentType(containsString("javascript"));
    }

    @Test
    void the_page_learns_that_it_needs_no_token() {
        given().get("/console/config.json")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-cache")
                .body("access", is("none"))
                .body("issuer", nullValue());
    }

    @Test
    void violations_and_refusals_of_the_framework_are_problems() {
        given().get("/v1/accounts/a.b/calls/1")
                .then()
                .statusCode(400)
                .body("violations.field", hasItem("callGuid"))
                .body("violations.message", hasItem("must be a UUID of 36 characters, without braces"));
        given().get("/nothing").then().statusCode(404).body("type", is("about:blank"));
        given().post("/v1/accounts").then().statusCode(405);
    }

    @Test
    void a_flaky_upstream_is_retried() {
        given().get("/v1/accounts/sandbox-flaky/calls/00000503-0000-0000-0000-000000000001")
                .then()
                .statusCode(200)
                .body("state", is("active"));
    }

    @Test
    void a_change_of_a_call_raises_its_revision() {
        String call = "/v1/accounts/sandbox/calls/00000100-0000-0000-0000-000000000001";
        long first = given().get(call)
                .then()
                .statusCode(200)
                .body("recording", nullValue())
                .extract()
                .path("revision");
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> given().get(call)
                        .then()
                        .body("revision", greaterThan(first))
                        .body("recording", is("started")));
    }

    @Test
    void a_status_that_the_caller_has_is_a_304() {
        String call = "/v1/accounts/sandbox/calls/00000200-0000-0000-0000-000000000001";
        String tag = given().get(call).then().statusCode(200).extract().header("ETag");
        given().header("If-None-Match", tag)
                .get(call)
                .then()
                .statusCode(304)
                .header("ETag", tag)
                .header("Cache-Status", "callwatch; hit");
    }

    @Test
    void the_accounts_are_listed() {
        given().get("/v1/accounts")
                .then()
                .statusCode(200)
                .body("accounts[0].key", is("sandbox"))
                .body("accounts[0].region", is("sandbox"))
                .body("accounts[0].country", is("GB"));
    }

    /** A request whose answer is compared with the OpenAPI document. */
    private static RequestSpecification given() {
        return RestAssured.given().filter(MEETS_CONTRACT);
    }
}
