package dev.callwatch.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AuditTest {

    private final List<String> written = new ArrayList<>();
    private final AuditLines lines = new AuditLines(line -> written.add(line.decision() + line.fields()));

    @Test
    void a_line_is_written_at_once_and_its_repetitions_are_one_line_with_their_count() {
        for (int i = 0; i < 1_000; i++) {
            deny("a", "1");
        }
        assertThat(written).containsExactly("denied{subject=a, call=1}");
        lines.flush();
        assertThat(written).containsExactly("denied{subject=a, call=1}", "denied{subject=a, call=1, count=999}");

        deny("a", "1");
        lines.flush();
        assertThat(written).last().isEqualTo("denied{subject=a, call=1, count=1}");
        lines.flush();
        assertThat(written).hasSize(3);
        deny("a", "1");
        assertThat(written).last().isEqualTo("denied{subject=a, call=1}");
    }

    @Test
    void lines_that_differ_are_all_written() {
        deny("a", "1");
        deny("b", "1");
        lines.write(new AuditLines.Line("read", fields("a", "1")), Set.of());
        lines.flush();
        assertThat(written).hasSize(3);
    }

    @Test
    void a_count_leaves_out_the_fields_that_may_differ_and_do() {
        for (String call : List.of("1", "2", "2", "2")) {
            lines.write(new AuditLines.Line("denied", fields("a", call)), Set.of("call"));
        }
        lines.flush();
        assertThat(written).containsExactly("denied{subject=a, call=1}", "denied{subject=a, call=2, count=3}");
        for (String call : List.of("1", "2")) {
            lines.write(new AuditLines.Line("denied", fields("a", call)), Set.of("call"));
        }
        lines.flush();
        assertThat(written).last().isEqualTo("denied{subject=a, count=2}");
    }

    @Test
    void what_is_more_than_can_be_counted_is_written() {
        for (int i = 0; i < AuditLines.MOST_COUNTED + 10; i++) {
            deny("a", Integer.toString(i));
        }
        deny("a", Integer.toString(AuditLines.MOST_COUNTED));
        deny("a", "0");
        assertThat(written).hasSize(AuditLines.MOST_COUNTED + 11);
    }

    @Test
    void different_texts_stay_different_where_they_are_shortened_or_replaced() {
        assertThat(Audit.safe("system:serviceaccount:a/b@c|d*e+f-g.h_".replace("_", "")))
                .isEqualTo("system:serviceaccount:a/b@c|d*e+f-g.h");
        List<String> alike = List.of(
                "a b",
                "a\tb",
                "a?b",
                "a~b",
                "ab".repeat(200),
                "ab".repeat(201),
                "a b" + "~",
                Audit.safe("a b"),
                "\ud800",
                "\ud801",
                "?");
        assertThat(alike.stream().map(Audit::safe))
                .doesNotHaveDuplicates()
                .allMatch(text -> text.matches("[A-Za-z0-9?]{1,250}~[0-9a-f]{24}"));
    }

    private void deny(String subject, String call) {
        lines.write(new AuditLines.Line("denied", fields(subject, call)), Set.of());
    }

    private static Map<String, String> fields(String subject, String call) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("subject", subject);
        fields.put("call", call);
        return fields;
    }
}
