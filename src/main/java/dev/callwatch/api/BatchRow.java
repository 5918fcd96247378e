package dev.callwatch.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A row of a batch as JSON in UTF-8. The status of a call is the same array for all answers that contain it, so rows of many batches
 * at once take little memory.
 *
 * @param id the GUID in lower case, or the text that was sent in its place
 * @param before what comes before the shared part
 * @param shared not to be changed
 * @param after what comes after it
 */
record BatchRow(String id, byte[] before, byte[] shared, byte[] after) {

    private static final byte[] NOTHING = {};
    private static final byte[] END = {'}'};

    /** A row that is written already. */
    static BatchRow of(String id, byte[] row) {
        return new BatchRow(id, row, NOTHING, NOTHING);
    }

    /**
     * The row of a call, as Jackson writes a {@link BatchResult.Row}.
     *
     * @param guid in lower case
     */
    static BatchRow of(String guid, StatusRenderer.Representation call) {
        byte[] before = ("{\"id\":\"" + guid + "\",\"status\":200,\"call\":").getBytes(StandardCharsets.US_ASCII);
        return new BatchRow(guid, before, call.body(), END);
    }

    /** In bytes. */
    int length() {
        return before.length + shared.length + after.length;
    }

    void writeTo(ByteBuffer all) {
        all.put(before).put(shared).put(after);
    }

    String text() {
        if (shared.length == 0 && after.length == 0) {
            // A copy less of what may be large.
            return new String(before, StandardCharsets.UTF_8);
        }
        ByteBuffer all = ByteBuffer.allocate(length());
        writeTo(all);
        return new String(all.array(), StandardCharsets.UTF_8);
    }
}
