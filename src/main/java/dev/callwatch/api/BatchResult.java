package dev.callwatch.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.callwatch.call.CallStatus;
import dev.callwatch.problem.Problem;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What became of each call of a batch.
 *
 * @param results in the order asked
 */
public record BatchResult(List<Row> results) {

    /**
     * What became of one call.
     *
     * @param id its GUID in lower case, or what was sent instead
     * @param status the HTTP status code that a look-up of this call alone would have had
     * @param call its status; left out where there is none
     * @param problem why there is none; left out otherwise
     */
    @JsonPropertyOrder({"id", "status", "call", "problem"})
    @Schema(name = "BatchRow", description = "What became of one call: its status, or a problem.")
    public record Row(
            @Schema(examples = "94e5928c-7f7e-4645-ad72-61010f906449", required = true)
            String id,

            @Schema(examples = "200", required = true) int status,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<CallStatus> call,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Problem> problem) {

        static Row of(String id, CallStatus call) {
            return new Row(id, 200, Optional.of(call), Optional.empty());
        }

        static Row of(String id, Problem problem) {
            return new Row(id, problem.status(), Optional.empty(), Optional.of(problem));
        }
    }
}
