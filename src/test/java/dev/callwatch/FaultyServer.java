package dev.callwatch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP/1.1 server on a loopback port that can fail in the ways in which it closes no connection, so that it sees which
 * ones its clients close. Connections that it has when it fails are half-open from then on: it reads them and answers
 * nothing, not even once it is healthy again.
 */
public final class FaultyServer implements AutoCloseable {

    /** What it does with a request while it fails. */
    public enum Fault {
        /** It never answers. */
        SILENT,
        /** It answers a byte every 50 ms, without end. */
        DRIPPING,
        /** It answers as fast as it can, without end. */
        FLOODING
    }

    private static final String ENDLESS = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    private static final String LENGTH = "content-length:";
    private static final byte[] CHUNK = " ".repeat(64 << 10).getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket server;
    private final ScheduledExecutorService dripping = Executors.newSingleThreadScheduledExecutor(FaultyServer::daemon);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Socket> stuck = ConcurrentHashMap.newKeySet();
    private final Set<Socket> halfOpen = ConcurrentHashMap.newKeySet();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();
    private final Map<String, Fault> failing = new ConcurrentHashMap<>();

    /** Begins to listen. */
    public FaultyServer() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        daemon(this::accept).start();
    }

    /** Without a path. */
    public String url() {
        return "http://localhost:" + server.getLocalPort();
    }

    /** Answers paths that begin so with this JSON while it is healthy. */
    public void answers(String prefix, String json) {
        answers.put(prefix, json);
    }

    /** From now on it fails at paths that begin so, too, and on all connections that are open. */
    public void fails(Fault fault, String prefix) {
        failing.put(prefix, fault);
        halfOpen.addAll(open);
    }

    /** From now on it answers what comes over new connections. */
    public void recovers() {
        failing.clear();
    }

    /** How many connections wait for an answer that will never end, and are still open. */
    public int stuck() {
        return stuck.size();
    }

    /** How many requests for paths that begin so it has read. */
    public int requests(String prefix) {
        return requests.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToInt(entry -> entry.getValue().get())
                .sum();
    }

    @Override
    public void close() throws IOException {
        dripping.shutdownNow();
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                open.add(client);
                daemon(() -> serve(client)).start();
            } catch (IOException closed) {
                // The next one, or the end.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String path = request(in); path != null; path = request(in)) {
                requests.computeIfAbsent(path, absent -> new AtomicInteger()).incrementAndGet();
                respond(client, path);
            }
        } catch (IOException closed) {
            // By the client.
        } finally {
            open.remove(client);
            stuck.remove(client);
            halfOpen.remove(client);
        }
    }

    private void respond(Socket client, String path) throws IOException {
        Optional<Fault> fault = failing.entrySet().stream()
                .filter(entry -> path.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
        if (halfOpen.contains(client)) {
            stuck.add(client);
        } else if (fault.isPresent()) {
            stuck.add(client);
            fail(client, fault.get());
        } else {
            byte[] body = body(path);
            write(
                    client,
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + LENGTH + " " + body.length + "\r\n\r\n");
            client.getOutputStream().write(body);
        }
    }

    private void fail(Socket client, Fault fault) throws IOException {
        switch (fault) {
            case SILENT -> {
                // Until the client closes the connection.
            }
            case DRIPPING -> {
                write(client, ENDLESS);
                dripping.scheduleAtFixedRate(() -> drip(client), 50, 50, TimeUnit.MILLISECONDS);
            }
            case FLOODING -> {
                write(client, ENDLESS);
                while (true) {
                    client.getOutputStream().write(CHUNK);
                }
            }
        }
    }

    private byte[] body(String path) {
        return answers.entrySet().stream()
                .filter(entry -> path.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("{}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void drip(Socket client) {
        try {
            write(client, " ");
        } catch (IOException closed) {
            // A failure ends the schedule.
            throw new UncheckedIOException(closed);
        }
    }

    private static void write(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The path of the next request, or null where the client has closed the connection. */
    private static String request(BufferedReader in) throws IOException {
        String line = in.readLine();
        if (line == null) {
            return null;
        }
        int body = 0;
        for (String header = in.readLine(); header != null && !header.isEmpty(); header = in.readLine()) {
            if (header.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
                body = Integer.parseInt(header.substring(LENGTH.length()).trim());
            }
        }
        in.skip(body);
        return line.split(" ")[1];
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "faulty-server");
        thread.setDaemon(true);
        return thread;
    }
}
