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

/** Speaks HTTP/1.1 to the service byte by byte, as no well-behaved client does. */
final class RawClient implements AutoCloseable {

    /** At the end of the answers where the other side did not close. */
    static final String STILL_OPEN = "<still open>";

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([0-9]{3}) ");

    private final Socket socket;
    private final Duration patience;

    RawClient(Duration patience) throws IOException {
        this.socket = new Socket("localhost", RestAssured.port);
        this.patience = patience;
    }

    /** Everything that is answered to some bytes, {@code \r\n} written out, before the other side closes. */
    static String exchange(String request) throws IOException {
        try (RawClient client = new RawClient(Duration.ofSeconds(10))) {
            client.send(request);
            return client.answers();
        }
    }

    /** Asks for a path, as it stands. */
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
            // Answered and closed before everything was said.
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
            // As good as closed.
        }
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
