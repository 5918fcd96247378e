package dev.callwatch.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import dev.callwatch.settings.ConfigErrors;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@ConnectWireMock
class CorsTest {

    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";
    private static final String PAGE = "https://wallboard.example.com";
    private static final String CALL = "/v1/accounts/a/calls/94e5928c-7f7e-4645-ad72-61010f906449";

    @Test
    void a_page_of_an_origin_in_the_settings_may_call_and_read_the_headers() {
        given().header("Origin", PAGE)
                .get("/v1/accounts")
                .then()
                .statusCode(200)
                .header(ALLOW_ORIGIN, PAGE)
                .header("Access-Control-Expose-Headers", containsString("ETag, Age, Cache-Status, Retry-After"))
                .header("Access-Control-Allow-Credentials", nullValue())
                .header("Vary", containsString("Origin"));
    }

    @Test
    void a_refusal_can_be_read_too() {
        given().header("Origin", PAGE).get(CALL).then().statusCode(404).header(ALLOW_ORIGIN, PAGE);
    }

    @Test
    void a_preflight_is_answered_with_what_the_path_offers() {
        given().header("Origin", PAGE)
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "authorization,if-none-match")
                .options(CALL)
                .then()
                .statusCode(204)
                .header(ALLOW_ORIGIN, PAGE)
                .header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
                .header("Access-Control-Allow-Headers", containsString("If-None-Match"))
                .header("Access-Control-Max-Age", "600");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "null",
                "https://wallboard.example.com.evil.example",
                "http://wallboard.example.com"
            })
    void other_pages_get_nothing(String origin) {
        given().header("Origin", origin)
                .get("/v1/accounts")
                .then()
                .statusCode(200)
                .header(ALLOW_ORIGIN, nullValue());
        given().header("Origin", origin)
                .header("Access-Control-Request-Method", "GET")
                .options(CALL)
                .then()
                .statusCode(is(200))
                .header(ALLOW_ORIGIN, nullValue());
    }

    @Test
    void origins_are_checked_at_the_start() {
        ConfigErrors errors = new ConfigErrors();
        assertThat(Cors.origins(List.of("https://a.example", " HTTP://localhost:3000"), errors))
                .containsExactlyInAnyOrder("https://a.example", "http://localhost:3000");
        errors.throwIfAny();
        Cors.origins(List.of("*"), errors);
        assertThatThrownBy(errors::throwIfAny)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("callwatch.cors.origins must be origins such as");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "null",
                "a.example",
                "https://a.example/",
                "https://u@a.example",
                "ftp://a.example",
                "https://"
            })
    void what_is_no_origin_is_refused(String text) {
        ConfigErrors errors = new ConfigErrors();
        Cors.origins(List.of(text), errors);
        assertThatThrownBy(errors::throwIfAny).isInstanceOf(ConfigurationException.class);
    }
}
