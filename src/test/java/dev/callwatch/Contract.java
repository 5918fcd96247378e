package dev.callwatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The OpenAPI document, and what contradicts it in an answer. Members that it does not describe contradict it, too. */
public final class Contract {

    /** The document, as JSON. */
    private final JsonNode document;

    private final JsonSchemaFactory schemas;
    private final SchemaValidatorsConfig config =
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

    private static final Path FILE = Path.of("src/main/resources/META-INF/openapi.yaml");
    private static final String IRI = "urn:callwatch:openapi";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
    private static final String PUSH = pointer("components", "callbacks", "Event", "{$request.body#/sink}", "post");
    private static final Map<String, String> DATA_OF_EVENTS =
            Map.of("status", "CallEvent", "problem", "CallProblem", "end", "EndLine/properties/data");

    /** Headers that mean something to a client of this interface: an answer may only have those that are described. */
    private static final Set<String> DESCRIBED = caseInsensitive(Set.of(
            "ETag",
            "Age",
            "Cache-Control",
            "Cache-Status",
            "Retry-After",
            "WWW-Authenticate",
            "Preference-Applied",
            "Location",
            "Link"));

    /**
     * An answer.
     *
     * @param headers by their names, in any case
     * @param body empty where there is none
     */
    public record Answer(int status, Map<String, String> headers, String body) {

        /** An answer with the names of its headers in any case. */
        public Answer {
            Map<String, String> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            anyCase.putAll(headers);
            headers = anyCase;
        }

        private String mediaType() {
            return Contract.mediaType(headers.getOrDefault("Content-Type", ""));
        }
    }

    private Contract(JsonNode document) {
        this.document = document;
        JsonNode strict = document.deepCopy();
        strict.findParents("properties").stream()
                .filter(schema -> "object".equals(schema.path("type").asText()) && !schema.has("additionalProperties"))
                .forEach(schema -> ((ObjectNode) schema).put("additionalProperties", false));
        this.schemas = JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V202012,
                builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(IRI, strict.toString()))));
    }

    /** The document of the sources. */
    public static Contract ofTheSources() {
        try {
            return new Contract(new YAMLMapper().readTree(FILE.toFile()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The whole document. */
    public JsonNode document() {
        return document;
    }

    /** The media types of the answer 200 of each operation, by method and path. */
    public Map<String, Set<String>> operations() {
        Map<String, Set<String>> operations = new TreeMap<>();
        document.path("paths")
                .properties()
                .forEach(path -> METHODS.stream()
                        .filter(path.getValue()::has)
                        .forEach(method -> operations.put(
                                method.toUpperCase(Locale.ROOT) + " " + path.getKey(),
                                names(at(pointer("paths", path.getKey(), method, "responses", "200"))
                                        .path("content")))));
        return operations;
    }

    /**
     * What contradicts the document.
     *
     * @param path the path of the request, without a query
     * @return nothing if the answer is as described, or of a path or method that is not described
     */
    public List<String> contradictions(String method, String path, Answer answer) {
        String verb = "HEAD".equals(method) ? "get" : method.toLowerCase(Locale.ROOT);
        return template(path)
                .map(template -> pointer("paths", template, verb))
                .filter(operation -> !document.at(operation).isMissingNode())
                .map(operation -> of(operation, answer))
                .orElseGet(List::of);
    }

    /**
     * What contradicts the document in an event that a sink gets.
     *
     * @param headers of the request, by their names in lower case
     */
    public List<String> contradictionsOfPushed(Map<String, String> headers, String body) {
        Map<String, String> parameters = new TreeMap<>();
        List<String> found = new ArrayList<>();
        for (int i = 0; i < document.at(PUSH + pointer("parameters")).size(); i++) {
            String parameter = follow(PUSH + pointer("parameters", Integer.toString(i)));
            String name = document.at(parameter).path("name").asText();
            parameters.put(name, parameter);
            if (document.at(parameter).path("required").asBoolean() && !headers.containsKey(name)) {
                found.add("The header " + name + " is missing");
            }
        }
        headers.forEach((name, value) -> {
            if (parameters.containsKey(name)) {
                found.addAll(errors(parameters.get(name) + pointer("schema"), TextNode.valueOf(value)));
            } else if (name.startsWith("ce-") || name.startsWith("webhook-")) {
                found.add("The header " + name + " is not described");
            }
        });
        String content = PUSH + pointer("requestBody", "content", mediaType(headers.getOrDefault("content-type", "")));
        if (document.at(content).isMissingNode()) {
            found.add("The media type " + headers.get("content-type") + " is not described");
        } else {
            found.addAll(errors(content + pointer("schema"), parsed(body)));
        }
        return found;
    }

    /** What contradicts the schemas in the examples of bodies. */
    public List<String> contradictionsOfExamples() {
        return contradictionsOfExamples("", document).toList();
    }

    private Stream<String> contradictionsOfExamples(String pointer, JsonNode node) {
        Stream<String> own = node.has("schema")
                ? names(node.path("examples")).stream()
                        .map(name -> follow(pointer + pointer("examples", name)) + pointer("value"))
                        .flatMap(value -> errors(pointer + pointer("schema"), document.at(value)).stream())
                : Stream.empty();
        Stream<String> below = node.properties().stream()
                .flatMap(entry -> contradictionsOfExamples(pointer + pointer(entry.getKey()), entry.getValue()));
        return Stream.concat(own, below);
    }

    private List<String> of(String operation, Answer answer) {
        String responses = operation + pointer("responses");
        String known = responses + pointer(Integer.toString(answer.status()));
        String response = follow(document.at(known).isMissingNode() ? responses + pointer("default") : known);
        if (document.at(response).isMissingNode()) {
            return List.of("The status " + answer.status() + " is not described");
        }
        List<String> found = new ArrayList<>(headers(response, answer));
        if (!answer.body().isEmpty()) {
            String content = response + pointer("content", answer.mediaType());
            if (document.at(content).isMissingNode()) {
                found.add("The media type " + answer.mediaType() + " of a " + answer.status() + " is not described");
            } else {
                found.addAll(body(content + pointer("schema"), answer));
            }
        }
        return found;
    }

    private List<String> headers(String response, Answer answer) {
        List<String> found = new ArrayList<>();
        Set<String> described = caseInsensitive(names(document.at(response).path("headers")));
        answer.headers().keySet().stream()
                .filter(name -> DESCRIBED.contains(name) && !described.contains(name))
                .forEach(name -> found.add("The header " + name + " of a " + answer.status() + " is not described"));
        names(document.at(response).path("headers")).stream()
                .filter(answer.headers()::containsKey)
                .forEach(name -> {
                    String schema = follow(response + pointer("headers", name)) + pointer("schema");
                    String value = answer.headers().get(name);
                    boolean whole = "integer".equals(at(schema).path("type").asText()) && value.matches("[0-9]+");
                    found.addAll(
                            errors(schema, whole ? LongNode.valueOf(Long.parseLong(value)) : TextNode.valueOf(value)));
                });
        return found;
    }

    private List<String> body(String schema, Answer answer) {
        return switch (answer.mediaType()) {
            case "application/x-ndjson" ->
                answer.body()
                        .lines()
                        .filter(line -> !line.isBlank())
                        .flatMap(line -> errors(schema, parsed(line)).stream())
                        .toList();
            case "text/event-stream" ->
                Stream.of(answer.body().split("\n\n"))
                        .flatMap(event -> event(event).stream())
                        .toList();
            default -> errors(schema, parsed(answer.body()));
        };
    }

    /** The fields of an event as the service writes them: each on one line. */
    private List<String> event(String text) {
        Map<String, String> fields = text.lines()
                .map(line -> line.split(":", 2))
                .filter(field -> field.length == 2 && !field[0].isEmpty())
                .collect(Collectors.toMap(field -> field[0], field -> field[1], (one, another) -> another));
        if (!fields.containsKey("data")) {
            return List.of();
        }
        String schema = DATA_OF_EVENTS.get(fields.getOrDefault("event", ""));
        return schema == null
                ? List.of("An event has no name that is described: " + text)
                : errors("/components/schemas/" + schema, parsed(fields.get("data")));
    }

    private List<String> errors(String schema, JsonNode value) {
        return schemas.getSchema(SchemaLocation.of(IRI + "#" + follow(schema)), config).validate(value).stream()
                .map(ValidationMessage::toString)
                .map(message -> message + " in " + value)
                .toList();
    }

    /** The template of a path; one without parameters goes first, as the specification has it. */
    private Optional<String> template(String path) {
        return names(document.path("paths")).stream()
                .filter(template -> path.matches(template.replaceAll("\\{[^}]+}", "[^/]+")))
                .min(Comparator.comparingLong(template ->
                        template.chars().filter(character -> character == '{').count()));
    }

    private JsonNode at(String pointer) {
        return document.at(follow(pointer));
    }

    /** Where a pointer leads after all references. */
    private String follow(String pointer) {
        JsonNode reference = document.at(pointer).path("$ref");
        return reference.isTextual() ? follow(reference.asText().substring(1)) : pointer;
    }

    private static String pointer(String... names) {
        return Stream.of(names)
                .map(name -> "/" + name.replace("~", "~0").replace("/", "~1"))
                .collect(Collectors.joining());
    }

    private static Set<String> names(JsonNode object) {
        return StreamSupport.stream(object.properties().spliterator(), false)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> caseInsensitive(Set<String> names) {
        Set<String> anyCase = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        anyCase.addAll(names);
        return anyCase;
    }

    private static String mediaType(String contentType) {
        return contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException malformed) {
            throw new IllegalArgumentException(json, malformed);
        }
    }
}
