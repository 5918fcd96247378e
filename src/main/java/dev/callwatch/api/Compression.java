package dev.callwatch.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Compresses whole answers with gzip (RFC 9110, section 8.4.1.3). Streams are never compressed: each event has to arrive at once. */
final class Compression {

    /** Smaller answers fit into one or two packets without compression. */
    private static final int LEAST_BYTES = 2 << 10;

    /** More would keep an event loop busy for too long. */
    private static final int MOST_BYTES = 256 << 10;

    private Compression() {}

    static boolean isWorthIt(byte[] body) {
        return body.length >= LEAST_BYTES && body.length <= MOST_BYTES;
    }

    /** Whether the client takes gzip, by name or as any coding. */
    static boolean isAccepted(RoutingContext request) {
        return isAccepted(request.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING));
    }

    static boolean isAccepted(List<String> lines) {
        List<String> codings = lines.stream()
                .flatMap(line -> Stream.of(line.split(",")))
                .map(coding -> coding.replaceAll("\\s", "").toLowerCase(Locale.ROOT))
                .toList();
        return codings.stream()
                .anyMatch(coding -> names(coding, "gzip")
                        || names(coding, "*") && codings.stream().noneMatch(other -> other.startsWith("gzip")));
    }

    private static boolean names(String coding, String name) {
        return coding.equals(name) || coding.startsWith(name + ";q=") && !coding.matches(".*;q=0(\\.0*)?");
    }

    static byte[] gzip(byte[] body) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length / 4);
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(body);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return compressed.toByteArray();
    }
}
