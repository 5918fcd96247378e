package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptTest {

    private static final List<String> OFFERED = List.of("application/json", "application/x-ndjson");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json                           | application/json",
                "application/x-ndjson                       | application/x-ndjson",
                "APPLICATION/X-NDJSON                       | application/x-ndjson",
                "*/*                                        | application/json",
                "application/*                              | application/json",
                "text/html, */*;q=0.1                       | application/json",
                "application/json;q=0.5, application/x-ndjson | application/x-ndjson",
                "application/json;q=0, */*                  | application/x-ndjson",
                "application/json;charset=utf-8             | application/json",
                "application/json; q=0.001                  | application/json",
                "''                                         | application/json",
                "*/*;q=0.9, application/json;q=0.2          | application/x-ndjson"
            })
    void the_best_media_type_is_chosen(String accept, String best) {
        assertThat(Accept.best(List.of(accept), OFFERED)).contains(best);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/html",
                "application/json;q=0",
                "application/json;q=0.000, application/x-ndjson;q=0.0",
                "*/*;q=0",
                "application/*;q=0, text/html",
                "application/json;q=2",
                "application/json;q=",
                "///",
                ";",
                ","
            })
    void nothing_is_chosen_that_the_client_does_not_accept(String accept) {
        assertThat(Accept.best(List.of(accept), OFFERED)).isEmpty();
    }

    @Test
    void several_lines_are_one_list_and_none_is_everything() {
        assertThat(Accept.best(List.of("text/html", "application/x-ndjson"), OFFERED))
                .contains("application/x-ndjson");
        assertThat(Accept.best(List.of(), OFFERED)).contains("application/json");
    }
}
