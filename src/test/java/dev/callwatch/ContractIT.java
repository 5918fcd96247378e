package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the package answers for every call of the sandbox, compared with the OpenAPI document. */
@QuarkusIntegrationTest
@TestProfile(SandboxIT.Sandbox.class)
@ExtendWith(MeetsContract.class)
class ContractIT {

    private static final Pattern GUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final String CALLS = "/v1/accounts/sandbox/calls/";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Those that the document of the sandbox names. */
    static Stream<String> calls() {
        return MarkdownFile.reference("sandbox.md").rows().stream()
                .flatMap(row -> GUID.matcher(row.get(0)).results())
                .map(MatchResult::group);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void a_look_up(String guid) {
        String tag = given().get(CALLS + guid).header("ETag");
        if (tag != null) {
            given().header("If-None-Match", tag).get(CALLS + guid);
            given().header("If-None-Match", tag).header("Prefer", "wait=1").get(CALLS + guid);
            given().head(CALLS + guid);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/x-ndjson"})
    void a_batch_of_all(String accept) throws Exception {
        List<String> ids = calls().toList();
        assertThat(ids).hasSizeGreaterThan(15);
        given().accept(accept)
                .contentType("application/json")
                .body(JSON.writeValueAsString(Map.of("ids", ids)))
                .post(CALLS + "lookup")
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "application/x-ndjson"})
    void a_stream(String accept) {
        given().accept(accept)
                .queryParam("id", "94e5928c-7f7e-4645-ad72-61010f906449")
                .queryParam("id", "24e5948c-4f4e-6646-cd77-91010f903889")
                .queryParam("id", "00000101-0000-0000-0000-0000000000c1")
                .get(CALLS + "events")
                .then()
                .statusCode(200);
    }

    @Test
    void refusals() {
        given().get("/v1/accounts");
        given().accept("text/html").get("/v1/accounts").then().statusCode(406);
        given().get(CALLS + "no-guid").then().statusCode(400);
        given().get("/v1/accounts/nobody/calls/94e5928c-7f7e-4645-ad72-61010f906449")
                .then()
                .statusCode(404);
        given().header("Cache-Control", "only-if-cached")
                .get(CALLS + "00000100-0000-0000-0000-0000000000c2")
                .then()
                .statusCode(504);
        given().get(CALLS + "events").then().statusCode(400);
        given().contentType("text/plain")
                .body("x")
                .post(CALLS + "lookup")
                .then()
                .statusCode(415);
        given().contentType("application/json")
                .body("[]")
                .post(CALLS + "lookup")
                .then()
                .statusCode(400);
        given().contentType("application/json")
                .body("{\"ids\":[\"" + "0".repeat(1 << 16) + "\"]}")
                .post(CALLS + "lookup")
                .then()
                .statusCode(413);
    }
}
