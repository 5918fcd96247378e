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
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * Answers a batch look-up: one row for each id, also for an id that is no GUID and for each repetition of an id. Rows that would make
 * an answer larger than 2 MiB are problems instead.
 */
@Singleton
class BatchAnswer {

    private static final int MOST_BYTES = 2 << 20;
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final byte[] BEGIN = "{\"results\":[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "]}".getBytes(StandardCharsets.US_ASCII);

    private final Batch batch;
    private final StatusRenderer renderer;
    private final ObjectMapper json;
    private final LargeAnswers large;
    private final Audit audit;

    BatchAnswer(Batch batch, StatusRenderer renderer, ObjectMapper json, LargeAnswers large, Audit audit) {
        this.audit = audit;
        this.batch = batch;
        this.renderer = renderer;
        this.json = json;
        this.large = large;
    }

    /** The rows in the order of the request, once all are known. */
    Uni<RestResponse<byte[]>> inOrder(Caller caller, Grant grant, RequestedBatch requested, RoutingContext request) {
        return Uni.createFrom().deferred(() -> {
            Room room = new Room(MOST_BYTES);
            LargeAnswers.Reservation kept = large.reservation();
            // The document is most of a large row, and to mask and render it takes time.
            return rows(
                            caller,
                            grant,
                            requested,
                            status -> room.has(status.vonage().length()),
                            request)
                    .map(row -> new Rendered(row.id(), within(room, kept, row, request)))
                    .collect()
                    .asMap(Rendered::id, Rendered::json)
                    .map(rows -> answer(requested, rows, request))
                    .onTermination()
                    .invoke(kept::release);
        });
    }

    /** Each row as JSON as soon as it is known; the rows of ids that are no GUID come first. */
    Multi<String> asKnown(Caller caller, Grant grant, RequestedBatch requested, RoutingContext request) {
        Map<String, Integer> times = times(requested);
        return Multi.createFrom().deferred(() -> {
            LargeAnswers.Reservation onItsWay = large.reservation();
            return rows(caller, grant, requested, status -> true, request)
                    .onItem()
                    .transformToIterable(row -> Collections.nCopies(times.get(row.id()), row))
                    .map(row -> {
                        byte[] rendered = render(row);
                        return onItsWay.fits(rendered.length) ? rendered : render(tooLarge(row.id(), request));
                    })
                    .map(rendered -> new String(rendered, StandardCharsets.UTF_8))
                    // The client has taken one row when the next one is asked for.
                    .onRequest()
                    .invoke(onItsWay::release)
                    .onTermination()
                    .invoke(onItsWay::release);
        });
    }

    /** A row as JSON in UTF-8. */
    private record Rendered(String id, byte[] json) {}

    /** What is left of an answer. */
    private static final class Room {

        private int left;

        private Room(int bytes) {
            this.left = bytes;
        }

        private boolean has(int bytes) {
            return bytes <= left;
        }

        private byte[] take(byte[] row) {
            left -= row.length;
            return row;
        }
    }

    /** A row, or the problem that stands for it where there is no room. */
    private byte[] within(Room room, LargeAnswers.Reservation kept, BatchResult.Row row, RoutingContext request) {
        byte[] rendered = render(row);
        return room.has(rendered.length) && kept.fits(rendered.length)
                ? room.take(rendered)
                : render(tooLarge(row.id(), request));
    }

    private RestResponse<byte[]> answer(RequestedBatch requested, Map<String, byte[]> rows, RoutingContext request) {
        Room room = new Room(MOST_BYTES);
        List<byte[]> chosen = requested.ids().stream()
                .map(BatchAnswer::id)
                .map(id -> room.has(rows.get(id).length) ? room.take(rows.get(id)) : render(tooLarge(id, request)))
                .toList();
        byte[] body = large.admitted(join(chosen), request);
        RestResponse.ResponseBuilder<byte[]> answer = Compression.isWorthIt(body) && Compression.isAccepted(request)
                ? RestResponse.ResponseBuilder.ok(Compression.gzip(body)).header(HttpHeaders.CONTENT_ENCODING, "gzip")
                : RestResponse.ResponseBuilder.ok(body);
        return answer.type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
                .build();
    }

    private static byte[] join(List<byte[]> rows) {
        int bytes = rows.stream().mapToInt(row -> row.length + 1).sum();
        ByteArrayOutputStream all = new ByteArrayOutputStream(BEGIN.length + bytes + END.length);
        all.writeBytes(BEGIN);
        for (int i = 0; i < rows.size(); i++) {
            if (i > 0) {
                all.write(',');
            }
            all.writeBytes(rows.get(i));
        }
        all.writeBytes(END);
        return all.toByteArray();
    }

    private byte[] render(BatchResult.Row row) {
        try {
            return json.writeValueAsBytes(row);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Map<String, Integer> times(RequestedBatch requested) {
        Map<String, Integer> times = new LinkedHashMap<>();
        requested.ids().forEach(id -> times.merge(id(id), 1, Integer::sum));
        return times;
    }

    /**
     * One row for each id that is different, as soon as it is known.
     *
     * @param fits whether there is room for a status; a problem stands for others
     */
    private Multi<BatchResult.Row> rows(
            Caller caller, Grant grant, RequestedBatch requested, Predicate<CallStatus> fits, RoutingContext request) {
        Set<String> ids = times(requested).keySet();
        List<CallGuid> guids =
                ids.stream().map(CallGuid::parse).flatMap(Optional::stream).toList();
        List<BatchResult.Row> malformed = ids.stream()
                .filter(id -> CallGuid.parse(id).isEmpty())
                .map(id -> row(id, new InvalidRequest(List.of(new Violation("ids", RequestedCall.GUID_FORM))), request))
                .toList();
        Multi<BatchResult.Row> looked = batch.lookUp(grant.account(), guids, caller.name())
                .invoke(outcome -> audit(caller, grant, outcome))
                .map(outcome -> row(grant, outcome, fits, request));
        return Multi.createBy().concatenating().streams(Multi.createFrom().iterable(malformed), looked);
    }

    private static BatchResult.Row tooLarge(String id, RoutingContext request) {
        return BatchResult.Row.of(id, ProblemMapper.ofStatus(SERVICE_UNAVAILABLE, request));
    }

    private void audit(Caller caller, Grant grant, Batch.Outcome outcome) {
        String what = outcome.failure().map(failure -> failure.type().code()).orElse("read");
        audit.read(caller, grant, outcome.guid().value(), what);
    }

    /** A GUID in lower case; any other id as it was sent. */
    private static String id(String sent) {
        return CallGuid.parse(sent).map(CallGuid::value).orElse(sent);
    }

    private BatchResult.Row row(
            Grant grant, Batch.Outcome outcome, Predicate<CallStatus> fits, RoutingContext request) {
        String id = outcome.guid().value();
        return outcome.result()
                .map(LookupResult::status)
                .map(status -> fits.test(status)
                        ? BatchResult.Row.of(id, renderer.shown(status, grant.numbers()))
                        : tooLarge(id, request))
                .orElseGet(() -> row(id, outcome.failure().orElseThrow(), request));
    }

    private static BatchResult.Row row(String id, ProblemException failure, RoutingContext request) {
        return BatchResult.Row.of(id, ProblemMapper.of(failure, request));
    }
}
