package dev.callwatch.api;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An HTTP proxy that knows one host, by {@code CONNECT} and by absolute request targets, and refuses all others. */
final class TestProxy extends Relay {

    private static final Pattern TARGET = Pattern.compile("(?:CONNECT |[A-Z]+ http://)([^:/ ]+)(?::([0-9]+))?.*");

    private final String host;
    private final Map<Integer, Integer> ports;

    /** @param ports the ports of the host, and what they lead to on this machine */
    TestProxy(String host, Map<Integer, Integer> ports) throws IOException {
        this.host = host;
        this.ports = ports;
    }

    @Override
    void join(Socket client) throws IOException {
        String head = head(client);
        Matcher target = TARGET.matcher(head.lines().findFirst().orElse(""));
        if (!target.matches() || !target.group(1).equals(host)) {
            say(client, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            client.close();
            return;
        }
        int port = target.group(2) == null ? 80 : Integer.parseInt(target.group(2));
        Socket service = connect(ports.get(port));
        if (head.startsWith("CONNECT ")) {
            say(client, "HTTP/1.1 200 Connection established\r\n\r\n");
        } else {
            say(service, head);
        }
        relay(client, service);
    }

    private static String head(Socket client) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = client.getInputStream().read();
            if (read < 0) {
                break;
            }
            head.append((char) read);
        }
        return head.toString();
    }

    private static void say(Socket to, String text) throws IOException {
        to.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
