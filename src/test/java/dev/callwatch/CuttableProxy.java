package dev.callwatch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A proxy to a local port, whose connections tests can cut, silence or delay. */
public final class CuttableProxy implements AutoCloseable {

    private final ServerSocket server;
    private final int target;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final Object network = new Object();
    private volatile boolean cut;
    private boolean silent;
    private Duration delay = Duration.ZERO;

    public CuttableProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Closes all connections, and each new one until {@link #mend()}. */
    public void cut() throws IOException {
        cut = true;
        closeAll();
    }

    /** Connections stay open, and new ones are accepted, but nothing gets through until it is mended. */
    public void silence() {
        synchronized (network) {
            silent = true;
        }
    }

    /** Whatever is sent arrives so much later. */
    public void delay(Duration each) {
        synchronized (network) {
            delay = each;
        }
    }

    /** As in the beginning; what was held back gets through at once. */
    public void mend() {
        cut = false;
        synchronized (network) {
            silent = false;
            delay = Duration.ZERO;
            network.notifyAll();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
        synchronized (network) {
            silent = false;
            delay = Duration.ZERO;
            network.notifyAll();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                join(server.accept());
            } catch (IOException closed) {
                // The next one, or the end.
            }
        }
    }

    private void join(Socket client) throws IOException {
        open.add(client);
        try {
            Socket service = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(service);
            thread(() -> pass(client, service));
            thread(() -> pass(service, client));
        } catch (IOException refused) {
            open.remove(client);
            client.close();
        }
        if (cut) {
            closeAll();
        }
    }

    private void closeAll() throws IOException {
        for (Socket socket : open) {
            socket.close();
            open.remove(socket);
        }
    }

    private void pass(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            byte[] buffer = new byte[8_192];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                holdBack();
                out.write(buffer, 0, read);
                out.flush();
            }
        } catch (IOException cut) {
            // Both sides notice.
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(from);
        }
    }

    private void holdBack() throws InterruptedException {
        long since = System.nanoTime();
        synchronized (network) {
            while (true) {
                long left = delay.toNanos() - (System.nanoTime() - since);
                if (silent) {
                    network.wait();
                } else if (left > 0) {
                    TimeUnit.NANOSECONDS.timedWait(network, left);
                } else {
                    return;
                }
            }
        }
    }

    private static void thread(Runnable task) {
        Thread thread = new Thread(task, "cuttable-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
