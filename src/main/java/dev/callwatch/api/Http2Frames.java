package dev.callwatch.api;

import io.netty.buffer.ByteBuf;

/**
 * Finds the frames in one direction of an HTTP/2 connection (RFC 9113, section 4.1), in buffers that may end anywhere. It reads bytes
 * and changes nothing. For one thread.
 */
final class Http2Frames {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int CONTINUATION = 9;
    static final int END_HEADERS = 4;

    private static final int HEADER = 9;
    private static final int TYPE = 3;
    private static final int FLAGS = 4;
    private static final int STREAM = 5;
    private static final int RESERVED_BIT = 0x7fffffff;

    /** Sees each frame. */
    interface Listener {

        /** The header of a frame is complete. */
        default void begun(Http2Frames frame) {}

        /** A frame is complete. */
        default void ended(Http2Frames frame) {}
    }

    private final Listener listener;
    private final byte[] header = new byte[HEADER];

    /** How many bytes of the header are known. */
    private int known;

    private long length;
    private long rest;

    /** @param preface how many bytes come before the first frame */
    Http2Frames(int preface, Listener listener) {
        this.listener = listener;
        rest = preface;
        length = preface - HEADER;
    }

    /** The next bytes of the connection; they stay where they are. */
    void follow(ByteBuf bytes) {
        int index = bytes.readerIndex();
        while (index < bytes.writerIndex()) {
            if (rest > 0) {
                int passed = (int) Math.min(rest, bytes.writerIndex() - index);
                rest -= passed;
                index += passed;
            } else {
                header[known++] = bytes.getByte(index++);
                if (known == HEADER) {
                    length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | header[2] & 0xff;
                    rest = length;
                    listener.begun(this);
                }
            }
            if (rest == 0 && known == HEADER) {
                listener.ended(this);
                known = 0;
            }
        }
    }

    int type() {
        return header[TYPE];
    }

    int flags() {
        return header[FLAGS];
    }

    int stream() {
        int stream = (header[STREAM] & 0xff) << 24
                | (header[STREAM + 1] & 0xff) << 16
                | (header[STREAM + 2] & 0xff) << 8
                | header[STREAM + 3] & 0xff;
        return stream & RESERVED_BIT;
    }

    /** Of the content, in bytes. */
    long length() {
        return length;
    }

    /** How many bytes of a frame, or of what comes before the first one, have come, where it is not complete; otherwise 0. */
    long unfinished() {
        return rest > 0 ? HEADER + length - rest : known;
    }
}
