package dev.callwatch.api;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.Http2CodecUtil;

/**
 * Ignores that a client asks for HTTP/2 with its first request over HTTP/1.1 ({@code Upgrade: h2c}), as a server may (RFC 9110,
 * section 7.8) and as HTTP/2 advises since 2022 (RFC 9113, section 3.1). Vert.x would take all our handlers out of the connection,
 * and with them the bounds of what it may hold. It would also answer a malformed {@code Upgrade} by itself, as often as it is sent.
 * Clients that begin with HTTP/2 are not affected. Placed behind the decoder of HTTP/1.1, until the first request.
 */
final class UpgradeFilter extends ChannelInboundHandlerAdapter {

    /** In the pipeline. */
    static final String NAME = UpgradeFilter.class.getName();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            // By this condition Vert.x decides that it is an upgrade.
            if (request.headers().contains(HttpHeaderNames.UPGRADE, Http2CodecUtil.HTTP_UPGRADE_PROTOCOL_NAME, true)) {
                request.headers().remove(HttpHeaderNames.UPGRADE);
            }
            ctx.fireChannelRead(message);
            if (!ctx.isRemoved()) {
                // Vert.x decides once for each connection.
                ctx.pipeline().remove(this);
            }
        } else {
            ctx.fireChannelRead(message);
        }
    }
}
