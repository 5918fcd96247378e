package dev.callwatch.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.callwatch.call.CallStatus;
import dev.callwatch.problem.Problem;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Optional;

/**
 * The answer to a batch look-up.
 *
 * @param results in the order of the request
 */
@RegisterForReflection
public record BatchResult(List<Row> results) {

    /**
     * The result of one call.
     *
     * @param id the GUID in lower case, or the text that was sent in its place
     * @param status the HTTP status code that a look-up of this call would have
     * @param call the status of the call; left out if there is a problem
     * @param problem why the call has no status; left out if it has one
     */
    @RegisterForReflection
    @JsonPropertyOrder({"id", "status", "call", "problem"})
    public record Row(
            String id,
            int status,
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
