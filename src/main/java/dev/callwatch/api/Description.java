package dev.callwatch.api;

import io.quarkus.smallrye.openapi.runtime.OpenApiConstants;
import io.quarkus.smallrye.openapi.runtime.OpenApiDocumentService;
import io.smallrye.openapi.runtime.io.Format;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Answers with the OpenAPI document out of one buffer for all: Quarkus copies it for each request, and anybody may ask for it as
 * often as they like. As with Quarkus it is YAML, unless {@code Accept}, {@code format} or the path's ending ask for JSON.
 */
@ApplicationScoped
public class Description {

    private static final List<String> PATHS = List.of("/openapi", "/openapi.json", "/openapi.yaml", "/openapi.yml");
    private static final int BEFORE_QUARKUS = -1;

    private final OpenApiDocumentService documents;
    private final Map<Format, Document> made = new EnumMap<>(Format.class);

    Description(OpenApiDocumentService documents) {
        this.documents = documents;
    }

    private record Document(Buffer plain, Buffer compressed) {

        private static Document of(byte[] text) {
            return new Document(Buffer.buffer(text), Buffer.buffer(Compression.gzip(text)));
        }
    }

    void register(@Observes Router router) {
        PATHS.forEach(path -> router.route(path)
                .order(BEFORE_QUARKUS)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(this::answer));
    }

    private void answer(RoutingContext request) {
        Format format = format(request);
        Document document = document(format);
        HttpServerResponse answer = request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, format.getMimeType() + ";charset=UTF-8")
                .putHeader(HttpHeaders.VARY, "Accept, Accept-Encoding");
        if (Compression.isAccepted(request)) {
            answer.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip").end(document.compressed());
        } else {
            answer.end(document.plain());
        }
    }

    private synchronized Document document(Format format) {
        return made.computeIfAbsent(
                format, absent -> Document.of(documents.getDocument(OpenApiConstants.DEFAULT_DOCUMENT_NAME, absent)));
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
        boolean json = accept != null && accept.contains(Format.JSON.getMimeType())
                || "JSON".equalsIgnoreCase(incoming.getParam("format"));
        return json ? Format.JSON : Format.YAML;
    }
}
