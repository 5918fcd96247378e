package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.call.UpstreamFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenAnswerTest {

    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7200|7200",
                "\"7200\"|7200",
                "\" 900 \"|900",
                "3600.5|3600",
                "null|900",
                "0|0",
                "-5|0",
                "999999999999999999|86400"
            })
    void the_lifetime_is_read_in_every_form(String expiresIn, long seconds) {
        Token token = read("{\"access_token\":\"t\",\"expires_in\":" + expiresIn + ",\"token_type\":\"bearer\"}");
        assertThat(token).isEqualTo(Token.issued("t", NOW, Duration.ofSeconds(seconds)));
    }

    @Test
    void a_token_without_a_lifetime_is_used_for_a_quarter_of_an_hour() {
        assertThat(read("{\"access_token\":\"t\",\"token_type\":\"Bearer\"}"))
                .isEqualTo(Token.issued("t", NOW, Duration.ofSeconds(900)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>planted</html>",
                "[]",
                "null",
                "{}",
                "{\"access_token\":\"\"}",
                "{\"access_token\":null}",
                "{\"access_token\":5}",
                "{\"access_token\":{\"planted\":1}}",
                "{\"access_token\":\"t\"} planted",
                "{\"access_token\":\"t\",\"expires_in\":\"planted\"}",
                "{\"access_token\":\"t\",\"expires_in\":1e999999999}",
                "{\"access_token\":\"t\",\"expires_in\":{}}"
            })
    void anything_else_is_malformed(String body) {
        assertThatThrownBy(() -> read(body))
                .isInstanceOf(UpstreamFailure.Malformed.class)
                .hasMessageNotContaining("planted")
                .hasNoCause();
    }

    private static Token read(String body) {
        return TokenAnswer.read(body.getBytes(StandardCharsets.UTF_8), NOW);
    }
}
