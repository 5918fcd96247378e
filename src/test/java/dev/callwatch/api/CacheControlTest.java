package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.call.CacheDirectives;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CacheControlTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            delimiter = '|',
            value = {
                "no-cache                | PT0S  | false",
                "No-Cache                | PT0S  | false",
                "max-age=10              | PT10S | false",
                "max-age=\"10\"          | PT10S | false",
                "max-age=10, no-cache    | PT0S  | false",
                "only-if-cached          | -     | true",
                "only-if-cached,max-age=0| PT0S  | true"
            })
    void directives_are_read(String header, Duration maxAge, boolean onlyIfCached) {
        assertThat(CacheControl.parse(List.of(header)))
                .isEqualTo(new CacheDirectives(Optional.ofNullable(maxAge), onlyIfCached));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ",", "max-age", "max-age=", "max-age=-1", "max-age=soon", "max-age=99999999999", "no-store"})
    void malformed_and_unknown_directives_are_ignored(String header) {
        assertThat(CacheControl.parse(List.of(header))).isEqualTo(CacheDirectives.NONE);
    }

    @Test
    void several_lines_are_one_list() {
        assertThat(CacheControl.parse(List.of("max-age=5", "only-if-cached")))
                .isEqualTo(new CacheDirectives(Optional.of(Duration.ofSeconds(5)), true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "W/\"1-ab\"            | true",
                "\"1-ab\"              | true",
                "\"x\", W/\"1-ab\"     | true",
                "*                     | true",
                "W/\"2-ab\"            | false",
                "1-ab                  | false"
            })
    void entity_tags_are_compared_weakly(String ifNoneMatch, boolean matches) {
        assertThat(EntityTags.matches(List.of(ifNoneMatch), "W/\"1-ab\"")).isEqualTo(matches);
    }
}
