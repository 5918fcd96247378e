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
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.nio.ByteBuffer;
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

    /** What a call takes, about; a problem takes less. */
    private static final int BYTES_OF_ROW = 1_200;

    /** Of a document whose status is rendered once for all answers. */
    private static final int MOST_SHARED = 64 << 10;

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

    /**
     * The rows in the order of the request, once all are known.
     *
     * @return the answer; {@link ServiceUnavailableException} where it is large and too many large ones are on their way, at once
     *     where so many ids make that likely
     */
    Uni<RestResponse<byte[]>> inOrder(Caller caller, Grant grant, RequestedBatch requested, RoutingContext request) {
        return Uni.createFrom().deferred(() -> {
            large.check((long) requested.ids().size() * BYTES_OF_ROW);
            Room room = new Room(MOST_BYTES);
            LargeAnswers.Reservation kept = large.reservation();
            // The document is most of a large row, and to mask and render it takes time.
            return rows(
                            caller,
                            grant,
                            requested,
                            status -> room.has(status.vonage().length()),
                            request)
                    .map(row -> within(room, kept, row, request))
                    .collect()
                    .asMap(BatchRow::id)
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
                    .map(row -> onItsWay.fits(row.length()) ? row : tooLarge(row.id(), request))
                    .map(BatchRow::text)
                    // The client has taken one row when the next one is asked for.
                    .onRequest()
                    .invoke(onItsWay::release)
                    .onTermination()
                    .invoke(onItsWay::release);
        });
    }

    /** What is left of an answer. */
    private static final class Room {

        private int left;

        private Room(int bytes) {
            this.left = bytes;
        }

        private boolean has(int bytes) {
            return bytes <= left;
        }

        private BatchRow take(BatchRow row) {
            left -= row.length();
            return row;
        }
    }

    /** A row, or the problem that stands for it where there is no room. */
    private BatchRow within(Room room, LargeAnswers.Reservation kept, BatchRow row, RoutingContext request) {
        return room.has(row.length()) && kept.fits(row.length()) ? room.take(row) : tooLarge(row.id(), request);
    }

    private RestResponse<byte[]> answer(RequestedBatch requested, Map<String, BatchRow> rows, RoutingContext request) {
        Room room = new Room(MOST_BYTES);
        List<BatchRow> chosen = requested.ids().stream()
                .map(BatchAnswer::id)
                .map(id -> room.has(rows.get(id).length()) ? room.take(rows.get(id)) : tooLarge(id, request))
                .toList();
        byte[] body = large.admitted(join(chosen), request);
        RestResponse.ResponseBuilder<byte[]> answer = Compression.isWorthIt(body) && Compression.isAccepted(request)
                ? RestResponse.ResponseBuilder.ok(Compression.gzip(body)).header(HttpHeaders.CONTENT_ENCODING, "gzip")
                : RestResponse.ResponseBuilder.ok(body);
        return answer.type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
                .build();
    }

    private static byte[] join(List<BatchRow> rows) {
        int separators = Math.max(0, rows.size() - 1);
        int bytes = rows.stream().mapToInt(BatchRow::length).sum();
        ByteBuffer all = ByteBuffer.allocate(BEGIN.length + bytes + separators + END.length);
        all.put(BEGIN);
        for (int i = 0; i < rows.size(); i++) {
            if (i > 0) {
                all.put((byte) ',');
            }
            rows.get(i).writeTo(all);
        }
        return all.put(END).array();
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
    private Multi<BatchRow> rows(
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

    private BatchRow tooLarge(String id, RoutingContext request) {
        return row(BatchResult.Row.of(id, ProblemMapper.ofStatus(SERVICE_UNAVAILABLE, request)));
    }

    private void audit(Caller caller, Grant grant, Batch.Outcome outcome) {
        String what = outcome.failure().map(failure -> failure.type().code()).orElse("read");
        audit.read(caller, grant, outcome.guid().value(), what);
    }

    /** A GUID in lower case; any other id as it was sent. */
    private static String id(String sent) {
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
}
