package dev.callwatch.api;

import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
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
import java.util.List;
import java.util.Map;
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

    private static final byte[] BEGIN = "{\"results\":[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "]}".getBytes(StandardCharsets.US_ASCII);

    private final BatchRows rows;
    private final LargeAnswers large;

    BatchAnswer(BatchRows rows, LargeAnswers large) {
        this.rows = rows;
        this.large = large;
    }

    /**
     * The rows in the order of the request, once all are known.
     *
     * @return the answer; {@link ServiceUnavailableException} where it is large and too many large ones are on their way, at once
     *     where the number of ids makes that likely
     */
    Uni<RestResponse<byte[]>> inOrder(Caller caller, Grant grant, RequestedBatch requested, RoutingContext request) {
        return Uni.createFrom().deferred(() -> {
            large.check((long) requested.ids().size() * BYTES_OF_ROW);
            Room room = new Room(MOST_BYTES);
            LargeAnswers.Reservation kept = large.reservation();
            // The document is most of a large row, and to mask and render it takes time.
            return rows.of(
                            caller,
                            grant,
                            requested,
                            status -> room.has(status.vonage().length()),
                            request)
                    .map(row -> within(room, kept, row, request))
                    .collect()
                    .asMap(BatchRow::id)
                    .map(known -> answer(requested, known, request))
                    .onTermination()
                    .invoke(kept::close);
        });
    }

    /** Each row as JSON as soon as it is known; the rows of ids that are no GUID come first. */
    Multi<String> asKnown(Caller caller, Grant grant, RequestedBatch requested, RoutingContext request) {
        Map<String, Integer> times = BatchRows.times(requested);
        return Multi.createFrom().deferred(() -> {
            LargeAnswers.Reservation onItsWay = large.reservation();
            return rows.of(caller, grant, requested, status -> true, request)
                    .onItem()
                    .transformToIterable(row -> Collections.nCopies(times.get(row.id()), row))
                    .map(row -> onItsWay.fits(row.length()) ? row : rows.tooLarge(row.id(), request))
                    .map(BatchRow::text)
                    // The client has taken one row when the next one is asked for.
                    .onRequest()
                    .invoke(onItsWay::release)
                    .onTermination()
                    .invoke(onItsWay::close);
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
        return room.has(row.length()) && kept.fits(row.length()) ? room.take(row) : rows.tooLarge(row.id(), request);
    }

    private RestResponse<byte[]> answer(RequestedBatch requested, Map<String, BatchRow> known, RoutingContext request) {
        Room room = new Room(MOST_BYTES);
        List<BatchRow> chosen = requested.ids().stream()
                .map(BatchRows::id)
                .map(id -> room.has(known.get(id).length()) ? room.take(known.get(id)) : rows.tooLarge(id, request))
                .toList();
        byte[] body = large.admitted(join(chosen), request);
        RestResponse.ResponseBuilder<byte[]> answer = Compression.isWorthIt(body) && Compression.isAccepted(request)
                ? RestResponse.ResponseBuilder.ok(Compression.gzip(body)).header(HttpHeaders.CONTENT_ENCODING, "gzip")
                : RestResponse.ResponseBuilder.ok(body);
        return answer.type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
                .build();
    }

    private static byte[] join(List<BatchRow> all) {
        int separators = Math.max(0, all.size() - 1);
        int bytes = all.stream().mapToInt(BatchRow::length).sum();
        ByteBuffer body = ByteBuffer.allocate(BEGIN.length + bytes + separators + END.length);
        body.put(BEGIN);
        for (int i = 0; i < all.size(); i++) {
            if (i > 0) {
                body.put((byte) ',');
            }
            all.get(i).writeTo(body);
        }
        return body.put(END).array();
    }
}
