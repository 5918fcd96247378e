package dev.callwatch;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** An HTTP/2 client that sends frame by frame what a test asks for (RFC 9113), over a connection without TLS. Not thread-safe. */
public final class RawHttp2 implements AutoCloseable {

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int SETTINGS = 4;
    private static final int GO_AWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int PRIORITY = 32;
    private static final int PRIORITY_BYTES = 5;

    /** What came back on a stream. */
    public record Answer(String status, String body) {}

    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private int stream = -1;

    /** @param window how many bytes of each answer the service may send before it is asked for more */
    public RawHttp2(int port, int window) throws IOException {
        socket = new Socket("localhost", port);
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
        in = new DataInputStream(socket.getInputStream());
        out.write(PREFACE.getBytes(StandardCharsets.US_ASCII));
        frame(SETTINGS, 0, 0, new byte[] {
            0, INITIAL_WINDOW_SIZE, (byte) (window >>> 24), (byte) (window >>> 16), (byte) (window >>> 8), (byte) window
        });
    }

    /** Begins a request; {@code ended} where it has no body. */
    public int request(String method, String path, Map<String, String> headers, boolean ended)
            throws IOException, Http2Exception {
        stream += 2;
        Http2Headers all = new DefaultHttp2Headers()
                .method(method)
                .path(path)
                .scheme("http")
                .authority("localhost");
        headers.forEach(all::add);
        ByteBuf block = Unpooled.buffer();
        encoder.encodeHeaders(stream, all, block);
        byte[] bytes = new byte[block.readableBytes()];
        block.readBytes(bytes);
        frame(HEADERS, END_HEADERS | (ended ? END_STREAM : 0), stream, bytes);
        return stream;
    }

    /** Sends a piece of a body, which may be empty. */
    public void data(int id, String text, boolean last) throws IOException {
        frame(DATA, last ? END_STREAM : 0, id, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends what was written so far. */
    public void flush() throws IOException {
        out.flush();
    }

    /** Sends what was written so far, and reads until the service lets both this stream and the connection send more. */
    public void awaitWindow(int id) throws IOException {
        flush();
        Set<Integer> updated = new HashSet<>();
        while (!updated.containsAll(Set.of(0, id))) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            in.readUnsignedByte();
            int of = in.readInt();
            in.readNBytes(length);
            if (type == WINDOW_UPDATE) {
                updated.add(of);
            }
        }
    }

    /** Reads until so many streams have ended, by an answer or a reset, or the service closes the connection. */
    public Map<Integer, Answer> answers(int expected) throws IOException, Http2Exception {
        flush();
        Map<Integer, List<String>> statuses = new TreeMap<>();
        Map<Integer, ByteArrayOutputStream> bodies = new TreeMap<>();
        Map<Integer, Answer> answers = new TreeMap<>();
        while (answers.size() < expected) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int id = in.readInt();
            byte[] payload = in.readNBytes(length);
            switch (type) {
                case HEADERS -> {
                    int begin = (flags & PRIORITY) == 0 ? 0 : PRIORITY_BYTES;
                    ByteBuf block = Unpooled.wrappedBuffer(payload, begin, length - begin);
                    statuses.computeIfAbsent(id, absent -> new ArrayList<>())
                            .add(decoder.decodeHeaders(id, block).status().toString());
                }
                case DATA ->
                    bodies.computeIfAbsent(id, absent -> new ByteArrayOutputStream())
                            .writeBytes(payload);
                case RESET -> answers.put(id, new Answer("reset", ""));
                case GO_AWAY -> throw new IOException("The service ends the connection");
                case SETTINGS -> {
                    if ((flags & ACK) == 0) {
                        frame(SETTINGS, ACK, 0, new byte[0]);
                        flush();
                    }
                }
                default -> {}
            }
            if ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
                String body = bodies.containsKey(id) ? bodies.get(id).toString(StandardCharsets.UTF_8) : "";
                answers.put(id, new Answer(String.join(",", statuses.get(id)), body));
            }
        }
        return answers;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void frame(int type, int flags, int id, byte[] payload) throws IOException {
        out.writeByte(payload.length >>> 16);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(id);
        out.write(payload);
    }
}
