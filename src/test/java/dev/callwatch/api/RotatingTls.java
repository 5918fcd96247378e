package dev.callwatch.api;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** Leads the first connection to one port and all later ones to another. */
final class RotatingTls extends Relay {

    private final int first;
    private final int later;
    private final AtomicInteger connections = new AtomicInteger();

    RotatingTls(int first, int later) throws IOException {
        this.first = first;
        this.later = later;
    }

    @Override
    void join(Socket client) throws IOException {
        relay(client, connect(connections.getAndIncrement() == 0 ? first : later));
    }
}
