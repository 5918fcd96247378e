package dev.callwatch.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Answers with the OpenAPI document {@value #RESOURCE}, out of one buffer for all: anybody may ask for it as often as they like. It
 * is YAML as it stands there, unless {@code Accept}, {@code format} or the path's ending ask for JSON. It is read when somebody asks
 * for it first.
 */
@ApplicationScoped
public class Description {

    private static final String RESOURCE = "META-INF/openapi.yaml";
    private static final List<String> PATHS = List.of("/openapi", "/openapi.json", "/openapi.yaml", "/openapi.yml");

    private static final int BEFORE_RESOURCES = -1;

    private final Vertx vertx;
    private final ObjectMapper json;
    private final Map<Format, Future<Document>> made = new EnumMap<>(Format.class);

    Description(Vertx vertx, ObjectMapper json) {
        this.vertx = vertx;
        this.json = json;
    }

    private enum Format {
        YAML("application/yaml"),
        JSON("application/json");

        private final String mediaType;

        Format(String mediaType) {
            this.mediaType = mediaType;
        }
    }

    private record Document(Buffer plain, Buffer compressed) {

        private static Document of(byte[] text) {
            return new Document(Buffer.buffer(text), Buffer.buffer(Compression.gzip(text)));
        }
    }

    void register(@Observes Router router) {
        PATHS.forEach(path -> router.route(path)
                .order(BEFORE_RESOURCES)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(this::answer));
    }

    private void answer(RoutingContext request) {
        Format format = format(request);
        Future<Document> document = document(format);
        if (document.succeeded()) {
            answer(request, format, document.result());
            return;
        }
        Context own = vertx.getOrCreateContext();
        document.onComplete(read -> own.runOnContext(back -> {
            if (read.succeeded()) {
                answer(request, format, read.result());
            } else {
                request.fail(read.cause());
            }
        }));
    }

    private static void answer(RoutingContext request, Format format, Document document) {
        HttpServerResponse answer = request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, format.mediaType + ";charset=UTF-8")
                .putHeader(HttpHeaders.VARY, "Accept, Accept-Encoding");
        if (Compression.isAccepted(request)) {
            answer.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip").end(document.compressed());
        } else {
            answer.end(document.plain());
        }
    }

    /** Made once, and not on an event loop: to read so much YAML takes a while. */
    private synchronized Future<Document> document(Format format) {
        return made.computeIfAbsent(format, absent -> vertx.executeBlocking(() -> make(format), false));
    }

    private Document make(Format format) throws IOException {
        try (InputStream resource =
                Thread.currentThread().getContextClassLoader().getResourceAsStream(RESOURCE)) {
            byte[] yaml = resource.readAllBytes();
            return Document.of(
                    format == Format.YAML
                            ? yaml
                            : json.writeValueAsBytes(new YAMLMapper().readValue(yaml, JsonNode.class)));
        }
    }

    private static Format format(RoutingContext request) {
        HttpServerRequest incoming = request.request();
        String path = request.normalizedPath();
        if (path.endsWith(".json")) {
            return Format.JSON;
        }
        if (path.endsWith(".yaml") || path.endsWith(".yml")) {
            return Format.YAML;
        }
        String accept = incoming.getHeader(HttpHeaders.ACCEPT);
        boolean asksForJson = accept != null && accept.contains(Format.JSON.mediaType)
                || "JSON".equalsIgnoreCase(incoming.getParam("format"));
        return asksForJson ? Format.JSON : Format.YAML;
    }
}
