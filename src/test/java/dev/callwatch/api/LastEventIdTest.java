package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.call.CallGuid;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LastEventIdTest {

    private static final String GUID = "94e5928c-7f7e-4645-ad72-61010f906449";

    @Test
    void a_reader_resumes_the_call_of_its_last_event() {
        LastEventId last = LastEventId.parse(List.of(GUID + ":17")).orElseThrow();
        assertThat(last.of(new CallGuid(GUID))).hasValue(17);
        assertThat(last.of(new CallGuid("24e5948c-4f4e-6646-cd77-91010f903889")))
                .hasValue(0);
        assertThat(LastEventId.of(last.guid(), last.revision())).isEqualTo(GUID + ":17");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "17",
                GUID,
                GUID + ":",
                GUID + ":0",
                GUID + ":-1",
                GUID + ":x",
                GUID + ":99999999999999999999",
                "x4e5928c-7f7e-4645-ad72-61010f906449:1"
            })
    void what_did_not_come_from_us_counts_as_absent(String header) {
        assertThat(LastEventId.parse(List.of(header))).isEmpty();
    }
}
