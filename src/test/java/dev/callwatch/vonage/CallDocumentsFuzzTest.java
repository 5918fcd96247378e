package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.call.CallDetail;
import dev.callwatch.call.UpstreamFailure;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
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

    @Provide
    Arbitrary<byte[]> damaged() {
        return Documents.damaged();
    }

    @Provide
    Arbitrary<String> nested() {
        return Documents.nested();
    }
}
