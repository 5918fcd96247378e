package dev.callwatch.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Sees which streams of an HTTP/2 connection have data that the client does not take: its window is used up, or it does not read
 * at all. Looks once a second while requests are open. Decodes nothing more of a connection that has failed. Used on the connection's
 * event loop only.
 */
final class Http2Watch extends ChannelDuplexHandler implements UnreadAnswers.Guard, Runnable {

    /** What a stream without a window may keep in memory, about: what is written to it waits for the client before it goes on. */
    private static final long BYTES_PER_STREAM = 16L << 10;

    /** What is decoded before the next look at whether the connection has failed, in bytes. */
    private static final int PIECE = 1 << 10;

    /**
     * Of the requests that come with one read. As many as one connection may have at once fit into 2 KiB, and to handle them in a
     * row would keep the event loop from its other connections.
     */
    private static final int MOST_IN_A_ROW = 8;

    private final Http2ConnectionHandler http2;
    private final UnreadAnswers unread;
    private final DataFrames frames = new DataFrames();
    private Map<Integer, Integer> secondsWithoutProgress = Map.of();
    private final Map<Integer, List<Runnable>> whenTaken = new HashMap<>();
    private ChannelHandlerContext context;
    private boolean watching;
    private boolean reading = true;
    private int inARow;
    private boolean failed;
    private long counted;

    private Http2Watch(Http2ConnectionHandler http2, UnreadAnswers unread) {
        this.http2 = http2;
        this.unread = unread;
    }

    static UnreadAnswers.Guard install(Channel channel, UnreadAnswers unread) {
        ChannelHandlerContext http2 = channel.pipeline().context(Http2ConnectionHandler.class);
        Http2Watch watch = new Http2Watch((Http2ConnectionHandler) http2.handler(), unread);
        channel.pipeline().addBefore(http2.name(), Http2Watch.class.getName(), watch);
        // Netty waits until the client acknowledges the limit, which it may never do.
        watch.http2.connection().remote().maxActiveStreams(unread.mostStreams());
        watch.http2.connection().addListener(watch.new Events());
        return watch;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public boolean requested() {
        watch();
        return !reading || ++inARow <= MOST_IN_A_ROW;
    }

    private void watch() {
        if (!watching) {
            watching = true;
            context.executor().schedule(this, 1, TimeUnit.SECONDS);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        inARow = 0;
        ctx.fireChannelReadComplete();
    }

    @Override
    public void whenTaken(int stream, Runnable action) {
        if (http2.connection().stream(stream) == null) {
            action.run();
        } else {
            whenTaken.computeIfAbsent(stream, absent -> new ArrayList<>()).add(action);
        }
    }

    /**
     * Lets bytes through in pieces, and none after the connection has failed: Netty goes on to decode what it has, and each further
     * stream that it refuses would be one more failure, which Vert.x reports to all open streams.
     */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        reading = true;
        if (!(message instanceof ByteBuf bytes)) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            while (bytes.isReadable() && !failed) {
                ctx.fireChannelRead(bytes.readRetainedSlice(Math.min(PIECE, bytes.readableBytes())));
            }
        } finally {
            bytes.release();
        }
        if (failed) {
            ctx.close();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            frames.written(bytes);
        }
        ctx.write(message, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        count(0);
        List.copyOf(whenTaken.keySet()).forEach(this::taken);
        ctx.fireChannelInactive();
    }

    @Override
    public void run() {
        watching = false;
        if (!context.channel().isActive()) {
            return;
        }
        secondsWithoutProgress = waitingStreams();
        frames.streams.clear();
        count(secondsWithoutProgress.size() * BYTES_PER_STREAM);
        int longest = secondsWithoutProgress.values().stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElse(0);
        if (!unread.closeIfTooLong(context.channel(), longest)
                && http2.connection().numActiveStreams() > 0) {
            watch();
        }
    }

    private Map<Integer, Integer> waitingStreams() {
        Http2Connection connection = http2.connection();
        Http2RemoteFlowController flow = connection.remote().flowController();
        Map<Integer, Integer> waiting = new HashMap<>();
        try {
            connection.forEachActiveStream(stream -> {
                if (flow.hasFlowControlled(stream)) {
                    boolean moved = frames.streams.contains(stream.id());
                    waiting.put(stream.id(), moved ? 0 : secondsWithoutProgress.getOrDefault(stream.id(), 0) + 1);
                }
                return true;
            });
        } catch (Http2Exception impossible) {
            throw new IllegalStateException(impossible);
        }
        return waiting;
    }

    private void taken(int stream) {
        List<Runnable> actions = whenTaken.remove(stream);
        if (actions != null) {
            actions.forEach(Runnable::run);
        }
    }

    private void count(long now) {
        if (now != counted) {
            unread.changed(counted, now);
            counted = now;
        }
    }

    private final class Events extends Http2ConnectionAdapter {

        /**
         * The end of the answer closes the stream: the client has sent its whole request before. What is written now leaves after
         * that end, and fails when the connection is closed.
         */
        @Override
        public void onStreamClosed(Http2Stream closed) {
            if (whenTaken.containsKey(closed.id())) {
                context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> taken(closed.id()));
            }
        }

        /** We gave the connection up (RFC 9113, section 6.8), as Netty does when it had to refuse too many streams. */
        @Override
        public void onGoAwaySent(int lastStreamId, long errorCode, ByteBuf debugData) {
            failed |= errorCode != Http2Error.NO_ERROR.code();
        }
    }

    /** The streams whose data was sent. Netty does not report them. */
    private static final class DataFrames implements Http2Frames.Listener {

        private final Set<Integer> streams = new HashSet<>();
        private final Http2Frames frames = new Http2Frames(0, this);

        private void written(ByteBuf bytes) {
            frames.follow(bytes);
        }

        @Override
        public void begun(Http2Frames frame) {
            if (frame.type() == Http2Frames.DATA && frame.length() > 0) {
                streams.add(frame.stream());
            }
        }
    }
}
