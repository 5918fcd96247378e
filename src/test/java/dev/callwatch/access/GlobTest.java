package dev.callwatch.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "crm, crm, true",
        "crm, crm2, false",
        "crm, CRM, false",
        "crm, xcrm, false",
        "*, '', true",
        "*, anything, true",
        "crm-*, crm-, true",
        "crm-*, crm, false",
        "*-sync, crm-sync, true",
        "*-sync, crm-sync-2, false",
        "system:serviceaccount:dialler:*, system:serviceaccount:dialler:worker, true",
        "system:serviceaccount:dialler:*, system:serviceaccount:dialler2:worker, false",
        "system:serviceaccount:*:worker, system:serviceaccount:a:b:worker, true",
        "a*b*c, aXbXbYc, true",
        "a*b*c, aXbXbY, false",
        "**, x, true",
        "a.c, abc, false",
        "[a-z]+, abc, false"
    })
    void a_star_matches_any_text_and_everything_else_itself(String pattern, String text, boolean matches) {
        assertThat(new Glob(pattern).matches(text)).isEqualTo(matches);
    }

    @Test
    void matching_is_never_slow() {
        Glob pattern = new Glob("*a".repeat(30) + "b");
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(2),
                () -> assertThat(pattern.matches("a".repeat(10_000))).isFalse());
    }
}
