package dev.callwatch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
import dev.callwatch.call.Batch;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.LookupResult;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.Violation;
import io.smallrye.mutiny.Multi;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Looks the calls of a batch up, and makes a row of each: its status as the caller may see it, or a problem. */
@Singleton
class BatchRows {

    /** Of a document whose status is rendered once for all answers. */
    private static final int MOST_SHARED = 64 << 10;

    private static final int SERVICE_UNAVAILABLE = 503;

    private final Batch batch;
    private final StatusRenderer renderer;
    private final ObjectMapper json;
    private final Audit audit;

    BatchRows(Batch batch, StatusRenderer renderer, ObjectMapper json, Audit audit) {
        this.batch = batch;
        this.renderer = renderer;
        this.json = json;
        this.audit = audit;
    }

    /**
     * One row for each id that is different, as soon as it is known.
     *
     * @param fits whether there is room for a status; a problem stands for others
     */
    Multi<BatchRow> of(
            Caller caller, Grant grant, RequestedBatch requested, Predicate<CallStatus> fits, RoutingContext request) {
        Set<String> ids = times(requested).keySet();
        List<CallGuid> guids =
                ids.stream().map(CallGuid::parse).flatMap(Optional::stream).toList();
        List<BatchRow> malformed = ids.stream()
                .filter(id -> CallGuid.parse(id).isEmpty())
                .map(id -> row(id, new InvalidRequest(List.of(new Violation("ids", RequestedCall.GUID_FORM))), request))
                .toList();
        Multi<BatchRow> looked = batch.lookUp(grant.account(), guids, caller.name())
                .invoke(outcome -> audit(caller, grant, outcome))
                .map(outcome -> row(grant, outcome, fits, request));
        return Multi.createBy().concatenating().streams(Multi.createFrom().iterable(malformed), looked);
    }

    /** The row of an id for which there is no room. */
    BatchRow tooLarge(String id, RoutingContext request) {
        return row(BatchResult.Row.of(id, ProblemMapper.ofStatus(SERVICE_UNAVAILABLE, request)));
    }

    private void audit(Caller caller, Grant grant, Batch.Outcome outcome) {
        String what = outcome.failure().map(failure -> failure.type().code()).orElse("read");
        audit.read(caller, grant, outcome.guid().value(), what);
    }

    /** A GUID in lower case; any other id as it was sent. */
    static String id(String sent) {
        return CallGuid.parse(sent).map(CallGuid::value).orElse(sent);
    }

    private BatchRow row(Grant grant, Batch.Outcome outcome, Predicate<CallStatus> fits, RoutingContext request) {
        String id = outcome.guid().value();
        return outcome.result()
                .map(LookupResult::status)
                .map(status -> fits.test(status) ? row(id, status, grant) : tooLarge(id, request))
                .orElseGet(() -> row(id, outcome.failure().orElseThrow(), request));
    }

    private BatchRow row(String id, ProblemException failure, RoutingContext request) {
        return row(BatchResult.Row.of(id, ProblemMapper.of(failure, request)));
    }

    /** How often each id was sent, in the order of the request. */
    static Map<String, Integer> times(RequestedBatch requested) {
        Map<String, Integer> times = new LinkedHashMap<>();
        requested.ids().forEach(id -> times.merge(id(id), 1, Integer::sum));
        return times;
    }

    private BatchRow row(BatchResult.Row row) {
        try {
            return BatchRow.of(row.id(), json.writeValueAsBytes(row));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private BatchRow row(String id, CallStatus status, Grant grant) {
        // A large one is not worth the room that it would take among what is rendered.
        return status.vonage().length() > MOST_SHARED
                ? row(BatchResult.Row.of(id, renderer.shown(status, grant.numbers())))
                : BatchRow.of(id, renderer.of(status, grant.numbers()));
    }
}
