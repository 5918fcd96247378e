package dev.callwatch.api;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Watches whether the client of a connection takes what is written: each second while something waits to be taken. Used on the connection's
 * event loop only.
 */
final class WriteProgress implements Runnable {

    private final ChannelHandlerContext context;
    private final UnreadAnswers unread;

    private boolean watching;
    private long counted;
    private Object current;
    private long taken;
    private int seconds;

    WriteProgress(ChannelHandlerContext context, UnreadAnswers unread) {
        this.context = context;
        this.unread = unread;
    }

    /** Something was written. */
    void watch() {
        long pending = pending();
        count(pending);
        if (pending > 0 && !watching) {
            watching = true;
            seconds = 0;
            note();
            schedule();
        }
    }

    @Override
    public void run() {
        watching = false;
        long pending = pending();
        count(pending);
        if (pending == 0) {
            return;
        }
        seconds = hasMoved() ? 0 : seconds + 1;
        note();
        if (!unread.closeIfTooLong(context.channel(), seconds)) {
            watching = true;
            schedule();
        }
    }

    /** The connection is closed. */
    void forget() {
        count(0);
    }

    private void schedule() {
        context.executor().schedule(this, 1, TimeUnit.SECONDS);
    }

    private void count(long pending) {
        if (pending != counted) {
            unread.changed(counted, pending);
            counted = pending;
        }
    }

    private boolean hasMoved() {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        return buffer == null || buffer.current() != current || buffer.currentProgress() != taken;
    }

    private void note() {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        current = buffer == null ? null : buffer.current();
        taken = buffer == null ? 0 : buffer.currentProgress();
    }

    private long pending() {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }
}
