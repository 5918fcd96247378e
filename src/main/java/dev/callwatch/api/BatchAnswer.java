package dev.callwatch.api;

import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
import dev.callwatch.call.Batch;
import dev.callwatch.call.CallGuid;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.Violation;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers a batch look-up: one row for each id, also for an id that is no GUID and for each repetition of an id. */
@Singleton
class BatchAnswer {

    private final Batch batch;
    private final StatusRenderer renderer;
    private final Audit audit;

    BatchAnswer(Batch batch, StatusRenderer renderer, Audit audit) {
        this.audit = audit;
        this.batch = batch;
        this.renderer = renderer;
    }

    /** The rows in the order of the request, once all are known. */
    Uni<BatchResult> inOrder(Caller caller, Grant grant, RequestedBatch requested, RoutingContext request) {
        return asKnown(caller, grant, requested, request)
                .collect()
                .asMap(BatchResult.Row::id, row -> row, (row, repeated) -> repeated)
                .map(rows -> new BatchResult(requested.ids().stream()
                        .map(BatchAnswer::id)
                        .map(rows::get)
                        .toList()));
    }

    /** Each row as soon as it is known; the rows of ids that are no GUID come first. */
    Multi<BatchResult.Row> asKnown(Caller caller, Grant grant, RequestedBatch requested, RoutingContext request) {
        Map<String, Integer> times = new LinkedHashMap<>();
        requested.ids().forEach(id -> times.merge(id(id), 1, Integer::sum));
        List<CallGuid> guids = times.keySet().stream()
                .map(CallGuid::parse)
                .flatMap(Optional::stream)
                .toList();
        List<BatchResult.Row> malformed = times.keySet().stream()
                .filter(id -> CallGuid.parse(id).isEmpty())
                .map(id -> row(id, new InvalidRequest(List.of(new Violation("ids", RequestedCall.GUID_FORM))), request))
                .toList();
        Multi<BatchResult.Row> looked = batch.lookUp(grant.account(), guids, caller.name())
                .invoke(outcome -> audit(caller, grant, outcome))
                .map(outcome -> row(grant, outcome, request));
        return Multi.createBy()
                .concatenating()
                .streams(Multi.createFrom().iterable(malformed), looked)
                .onItem()
                .transformToIterable(row -> Collections.nCopies(times.get(row.id()), row));
    }

    private void audit(Caller caller, Grant grant, Batch.Outcome outcome) {
        String what = outcome.failure().map(failure -> failure.type().code()).orElse("read");
        audit.read(caller, grant, outcome.guid().value(), what);
    }

    /** A GUID in lower case; any other id as it was sent. */
    private static String id(String sent) {
        return CallGuid.parse(sent).map(CallGuid::value).orElse(sent);
    }

    private BatchResult.Row row(Grant grant, Batch.Outcome outcome, RoutingContext request) {
        return outcome.result()
                .map(result ->
                        BatchResult.Row.of(outcome.guid().value(), renderer.shown(result.status(), grant.numbers())))
                .orElseGet(() -> row(outcome.guid().value(), outcome.failure().orElseThrow(), request));
    }

    private static BatchResult.Row row(String id, ProblemException failure, RoutingContext request) {
        return BatchResult.Row.of(id, ProblemMapper.of(failure, request));
    }
}
