package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.call.CallDetail;
import dev.callwatch.call.UpstreamFailure;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A document is read, or it is {@link UpstreamFailure.Malformed}: there is no third way. */
class CallDocumentsFuzzTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Property
    void any_bytes(@ForAll("bytes") byte[] body) throws JsonProcessingException {
        readable(body);
    }

    @Property
    void any_call(@ForAll("calls") String body) throws JsonProcessingException {
        readable(body.getBytes(StandardCharsets.UTF_8));
    }

    @Property
    void any_damaged_call(@ForAll("damaged") byte[] body) throws JsonProcessingException {
        readable(body);
    }

    /** A large document is read without a tree where that is possible, and nobody can tell. */
    @Property
    void any_call_that_is_large(@ForAll("calls") String body) {
        sameWithoutTree(body);
    }

    @Property
    void any_large_call_without_white_space(@ForAll("compact") String body) {
        sameWithoutTree(body);
    }

    private static void sameWithoutTree(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        CallDocuments.compact(bytes)
                .ifPresent(detail -> assertThat(Optional.of(detail)).isEqualTo(read(bytes)));
    }

    @Property(tries = 100)
    void any_depth(@ForAll("nested") String body) throws JsonProcessingException {
        readable(body.getBytes(StandardCharsets.UTF_8));
    }

    /** What is kept of a document can be written as UTF-8, on one line, and read again, which changes nothing. */
    private static void readable(byte[] body) throws JsonProcessingException {
        Optional<CallDetail> detail = read(body);
        if (detail.isPresent()) {
            String document = detail.get().document();
            assertThat(new String(document.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(document)
                    .doesNotContain("\n", "\r");
            assertThat(JSON.readTree(document).isObject()).isTrue();
            assertThat(read(document.getBytes(StandardCharsets.UTF_8))).isEqualTo(detail);
        }
    }

    private static Optional<CallDetail> read(byte[] body) {
        try {
            return Optional.of(CallDocuments.read(body));
        } catch (UpstreamFailure.Malformed malformed) {
            return Optional.empty();
        }
    }

    @Provide
    Arbitrary<byte[]> bytes() {
        return Documents.bytes();
    }

    @Provide
    Arbitrary<String> calls() {
        return Documents.calls();
    }

    /** What is written by most programs, with all that JSON has between tokens. */
    @Provide
    Arbitrary<String> compact() {
        Arbitrary<String> scalar = Arbitraries.of(
                "null",
                "true",
                "false",
                "0",
                "-1",
                "12",
                "-0",
                "1.5",
                "1e2",
                "\"\"",
                "\"Active\"",
                "\" a, b: {\"",
                "01",
                "tru");
        Arbitrary<String> name = Arbitraries.of(
                "id", "status", "from", "to", "result", "dispositionCode", "telephoneNumber", "code", "x", "y");
        return name.flatMap(first -> Combinators.combine(
                        Combinators.combine(name, object(name, Arbitraries.oneOf(scalar, object(name, scalar))))
                                .as((field, value) -> '"' + field + "\":" + value)
                                .list()
                                .ofMaxSize(3),
                        scalar)
                .as((fields, value) -> "{\"" + first + "\":" + value
                        + fields.stream().map(field -> "," + field).collect(Collectors.joining()) + "}"));
    }

    private static Arbitrary<String> object(Arbitrary<String> name, Arbitrary<String> value) {
        return Combinators.combine(name, value)
                .as((field, content) -> '"' + field + "\":" + content)
                .list()
                .ofMaxSize(3)
                .map(fields -> "{" + String.join(",", fields) + "}");
    }

    @Provide
    Arbitrary<byte[]> damaged() {
        return Documents.damaged();
    }

    @Provide
    Arbitrary<String> nested() {
        return Documents.nested();
    }
}
