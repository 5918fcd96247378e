package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.DecoderConfig;
import io.restassured.response.Response;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@ConnectWireMock
class AnswerHeadersTest {

    private static final String GUID = "94e5928c-7f7e-4645-ad72-61010f906449";
    private static final String CALLS = "/v1/accounts/a1b2c3d4e5/calls/";
    private static final String NDJSON = "application/x-ndjson";

    WireMock wireMock;

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/accounts, 200",
        "GET, /v1/nothing, 404",
        "GET, /v1/accounts/unknown/calls/" + GUID + ", 404",
        "GET, /v1/accounts/a.b/calls/" + GUID + ", 400",
        "GET, /v1/accounts/nowhere/calls/" + GUID + ", 502",
        "DELETE, /v1/accounts, 405",
        "OPTIONS, /v1/accounts, 200",
        "FROBNICATE, /v1/accounts, 501",
        "HEAD, " + CALLS + GUID + "/events, 200",
        "HEAD, " + CALLS + "events?id=" + GUID + ", 200",
        "GET, /v1/accounts/, 404"
    })
    void an_answer_that_says_nothing_else_is_not_kept(String method, String path, int status) {
        Response answer = given().urlEncodingEnabled(false).request(method, path);
        answer.then().statusCode(status).header("Cache-Control", "no-store");
        assertThat(date(answer))
                .isBetween(
                        ZonedDateTime.now().minusMinutes(1), ZonedDateTime.now().plusMinutes(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/openapi", "/nothing"})
    void answers_beside_the_interface_have_a_date_too(String path) {
        assertThat(date(given().get(path))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html;charset=UTF-8",
        "/console/app.js, text/javascript;charset=UTF-8",
        "/favicon.svg, image/svg+xml",
        "/reference/push.md, text/plain; charset=utf-8"
    })
    void a_file_of_the_page_is_confined_and_asked_for_anew(String path, String type) {
        Response answer = given().get(path);

        answer.then().statusCode(200);
        assertThat(answer.headers().getValues("Content-Type")).containsExactly(type);
        assertThat(answer.headers().getValues("Cache-Control")).containsExactly("no-cache");
        assertThat(answer.headers().getValues("Referrer-Policy")).containsExactly("no-referrer");
        assertThat(answer.headers().getValues("Content-Security-Policy"))
                .singleElement()
                .asString()
                .startsWith("default-src 'none';");
    }

    @Test
    void a_call_that_vonage_does_not_know_says_for_how_long() {
        VonageStub vonage =
                new VonageStub(wireMock, "a1b2c3d4e5").grantsTokens().answersCalls(VonageStub.status(404));
        for (int i = 0; i < 2; i++) {
            vonage.lookUp()
                    .then()
                    .statusCode(404)
                    .header("Cache-Control", "private, max-age=5")
                    .header("Age", "0")
                    .header("Vary", containsString("Authorization"));
        }
        assertThat(vonage.callRequests()).isEqualTo(1);
    }

    @Test
    void rows_are_not_held_back_by_a_proxy() {
        batch(List.of("no-guid"), NDJSON, "gzip")
                .then()
                .statusCode(200)
                .header("X-Accel-Buffering", "no")
                .header("Cache-Control", "no-store")
                .header("Content-Encoding", nullValue());
    }

    @Test
    void a_large_batch_is_compressed_where_the_client_asks() {
        VonageStub vonage =
                new VonageStub(wireMock, "a1b2c3d4e5").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        List<String> ids = Stream.generate(vonage::guid).limit(50).toList();
        Response plain = batch(ids, "application/json", "identity");
        plain.then().header("Content-Encoding", nullValue()).header("Vary", containsString("Accept-Encoding"));
        Response compressed = batch(ids, "application/json", "gzip");
        compressed.then().header("Content-Encoding", "gzip").body("results.size()", is(50));
        batch(List.of(UUID.randomUUID().toString().substring(1)), "application/json", "gzip")
                .then()
                .header("Content-Encoding", nullValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                CALLS + GUID + "             | application/json;q=0",
                CALLS + GUID + "             | application/x-ndjson",
                CALLS + GUID + "/events      | application/json",
                CALLS + GUID + "/events      | text/event-stream;q=0",
                CALLS + "events?id=" + GUID + "| application/json",
                "/v1/accounts                | text/plain, */*;q=0"
            })
    void what_the_client_does_not_accept_is_not_sent(String path, String accept) {
        given().urlEncodingEnabled(false)
                .accept(accept)
                .get(path)
                .then()
                .statusCode(406)
                .contentType("application/problem+json");
    }

    @Test
    void the_description_is_compressed_where_the_client_asks() {
        given().config(RestAssured.config()
                        .decoderConfig(
                                DecoderConfig.decoderConfig().contentDecoders(DecoderConfig.ContentDecoder.GZIP)))
                .get("/openapi")
                .then()
                .statusCode(200)
                .header("Content-Encoding", "gzip")
                .body(containsString("openapi: 3"));
        given().accept("application/json").get("/openapi").then().body("info.title", is("Callwatch"));
        assertThat(given().head("/openapi").header("Content-Type")).startsWith("application/yaml");
    }

    private static Response batch(List<String> ids, String accept, String encoding) {
        DecoderConfig decoders = encoding.equals("gzip")
                ? DecoderConfig.decoderConfig().contentDecoders(DecoderConfig.ContentDecoder.GZIP)
                : DecoderConfig.decoderConfig().noContentDecoders();
        return given().config(RestAssured.config().decoderConfig(decoders))
                .contentType("application/json")
                .accept(accept)
                .body(Map.of("ids", ids))
                .post(CALLS + "lookup");
    }

    private static ZonedDateTime date(Response answer) {
        DateTimeFormatter fixed = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss z", Locale.ENGLISH);
        return ZonedDateTime.parse(answer.header("Date"), fixed);
    }
}
