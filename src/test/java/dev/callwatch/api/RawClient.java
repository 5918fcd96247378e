package dev.callwatch.api;

import io.restassured.RestAssured;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends raw bytes to the service, which no HTTP client would send. */
final class RawClient implements AutoCloseable {

    /** The end of the answers if the service did not close the connection. */
    static final String STILL_OPEN = "<still open>";

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([0-9]{3}) ");

    private final Socket socket;
    private final Duration patience;

    RawClient(Duration patience) throws IOException {
        this(new Socket("localhost", RestAssured.port), patience);
    }

    RawClient(Socket socket, Duration patience) {
        this.socket = socket;
        this.patience = patience;
    }

    /** Sends bytes, and returns everything that the service answers until it closes the connection. */
    static String exchange(String request) throws IOException {
        try (RawClient client = new RawClient(Duration.ofSeconds(10))) {
            client.send(request);
            return client.answers();
        }
    }

    /** Sends a GET for a path, which is not encoded. */
    static String get(String path, String... headers) throws IOException {
        String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return exchange("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "Connection: close\r\n\r\n");
    }

    /** The status codes of all answers in a text. */
    static List<Integer> statuses(String answers) {
        Matcher status = STATUS.matcher(answers);
        return status.results().map(found -> Integer.valueOf(found.group(1))).toList();
    }

    void send(String bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        } catch (SocketException closed) {
            // The service answered and closed the connection before everything was sent.
        }
    }

    String answers() throws IOException {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
        byte[] buffer = new byte[8_192];
        try {
            for (int read = socket.getInputStream().read(buffer); read >= 0; ) {
                received.write(buffer, 0, read);
                read = socket.getInputStream().read(buffer);
            }
        } catch (SocketTimeoutException open) {
            received.writeBytes(STILL_OPEN.getBytes(StandardCharsets.ISO_8859_1));
        } catch (SocketException reset) {
            // The connection is closed.
        }
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
