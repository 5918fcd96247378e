package dev.callwatch.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import java.util.function.Consumer;

/**
 * Counts what the decoder of one connection holds once it has seen the bytes of a read: of a head that has not ended, of the
 * trailers of a body, of an HTTP/2 frame. Placed right before the decoder, and used on the connection's event loop only.
 */
final class HeadWatch extends ChannelInboundHandlerAdapter {

    /** In the pipeline. */
    static final String NAME = HeadWatch.class.getName();

    private final UnfinishedHeads heads;
    private final Consumer<ChannelPipeline> whenHttp1;
    private Protocol protocol;
    private long counted;
    private boolean closed;

    /** @param whenHttp1 is given the pipeline once the client is known to speak HTTP/1.1, before its first request is decoded */
    HeadWatch(UnfinishedHeads heads, Consumer<ChannelPipeline> whenHttp1) {
        this.heads = heads;
        this.whenHttp1 = whenHttp1;
    }

    /** What the bytes of a connection mean. */
    private interface Protocol {

        /** Passes bytes on, and counts what is unfinished then. */
        void read(ChannelHandlerContext ctx, ByteBuf bytes);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.fireChannelRead(message);
        } else if (closed) {
            bytes.release();
        } else {
            if (protocol == null) {
                detect(ctx.pipeline());
            }
            if (protocol == null) {
                ctx.fireChannelRead(bytes);
            } else {
                protocol.read(ctx, bytes);
            }
        }
    }

    private void detect(ChannelPipeline pipeline) {
        ChannelHandlerContext decoder = pipeline.context(HttpRequestDecoder.class);
        if (decoder != null) {
            Http1 http1 = new Http1();
            pipeline.addAfter(decoder.name(), Http1.class.getName(), http1)
                    .addAfter(Http1.class.getName(), UpgradeFilter.NAME, new UpgradeFilter());
            whenHttp1.accept(pipeline);
            protocol = http1;
        } else if (pipeline.context(Http2ConnectionHandler.class) != null) {
            protocol = new Http2();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        giveBack();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        giveBack();
    }

    private void count(ChannelHandlerContext ctx, long now) {
        if (now == counted || ctx.isRemoved() || !ctx.channel().isActive()) {
            return;
        }
        if (heads.changed(counted, now)) {
            counted = now;
        } else {
            closed = true;
            heads.close(ctx.channel());
        }
    }

    private void giveBack() {
        if (counted > 0) {
            heads.changed(counted, 0);
            counted = 0;
        }
    }

    /** Also sees what the decoder makes of the bytes: it hands out each thing as soon as it has read it. */
    private final class Http1 extends ChannelInboundHandlerAdapter implements Protocol {

        /** A header without content is an entry of a map, a name and a value. */
        private static final int BYTES_PER_LINE = 128;

        /** Between the chunks of a body there are always some bytes. */
        private static final int SMALL = 256;

        private ByteBuf current = Unpooled.EMPTY_BUFFER;

        /** Where in the current bytes the decoder handed out something last. */
        private int begin;

        /** Since then, over all reads. */
        private long seen;

        private long lines;
        private int capacity;
        private boolean inBody;

        /** The decoder keeps a copy of the beginning of a line, and adds the next bytes to the copy. */
        private boolean inLine;

        private boolean refused;

        @Override
        public void read(ChannelHandlerContext ctx, ByteBuf bytes) {
            if (refused) {
                ctx.fireChannelRead(bytes);
                return;
            }
            int line = inLine ? bytes.indexOf(bytes.readerIndex(), bytes.writerIndex(), (byte) '\n') + 1 : 0;
            if (line > 0 && line < bytes.writerIndex()) {
                // What follows is decoded where it is, so that its reader index tells how far the decoder is.
                pass(ctx, bytes.readRetainedSlice(line - bytes.readerIndex()));
            }
            if (closed) {
                bytes.release();
            } else {
                pass(ctx, bytes);
            }
        }

        private void pass(ChannelHandlerContext ctx, ByteBuf bytes) {
            current = bytes.retain();
            begin = bytes.readerIndex();
            int end = bytes.writerIndex();
            try {
                ctx.fireChannelRead(bytes);
                inLine = inLine ? end == begin || bytes.getByte(end - 1) != '\n' : bytes.isReadable();
                if (!refused) {
                    note(end);
                    count(ctx, inBody && seen <= SMALL ? 0 : Math.max(capacity, seen + lines * BYTES_PER_LINE));
                }
            } finally {
                current = Unpooled.EMPTY_BUFFER;
                bytes.release();
            }
        }

        private void note(int end) {
            while (seen == 0 && begin < end && isEndOfLine(current.getByte(begin))) {
                // The decoder skips empty lines before a head.
                begin++;
            }
            if (begin == end) {
                return;
            }
            seen += end - begin;
            capacity = Math.max(capacity, current.capacity());
            int line = current.indexOf(begin, end, (byte) '\n');
            while (line >= 0) {
                lines++;
                line = current.indexOf(line + 1, end, (byte) '\n');
            }
        }

        private static boolean isEndOfLine(byte character) {
            return character == '\r' || character == '\n';
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpObject decoded) {
                begin = current.readerIndex();
                seen = 0;
                lines = 0;
                capacity = 0;
                inBody = message instanceof HttpRequest || inBody && !(message instanceof LastHttpContent);
                refused |= decoded.decoderResult().isFailure();
                giveBack();
            }
            ctx.fireChannelRead(message);
        }
    }

    /**
     * Netty keeps a frame until it is whole, and the header block of a request until the frame with its end (RFC 9113, sections 4.1
     * and 6.10): up to 16 KiB of the one and 20 KiB of the other.
     */
    private final class Http2 implements Protocol, Http2Frames.Listener {

        private static final int PREFACE = 24;

        private final Http2Frames frames = new Http2Frames(PREFACE, this);
        private long block;

        @Override
        public void read(ChannelHandlerContext ctx, ByteBuf bytes) {
            int capacity = bytes.capacity();
            frames.follow(bytes);
            ctx.fireChannelRead(bytes);
            long frame = frames.unfinished();
            count(ctx, frame == 0 ? block : block + Math.max(frame, capacity));
        }

        @Override
        public void ended(Http2Frames frame) {
            if (frame.type() == Http2Frames.HEADERS || frame.type() == Http2Frames.CONTINUATION) {
                block = (frame.flags() & Http2Frames.END_HEADERS) == 0 ? block + frame.length() : 0;
            }
        }
    }
}
