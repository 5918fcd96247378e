package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.callwatch.problem.ProblemType;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The OpenAPI document describes the resources of the code, and finds what contradicts it. */
class ContractTest {

    private static final String CALL = "/v1/accounts/a1b2c3d4e5/calls/94e5928c-7f7e-4645-ad72-61010f906449";
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json;charset=UTF-8");

    private final Contract contract = Contract.ofTheSources();

    @Test
    void it_describes_every_resource_with_its_media_types_and_no_other() {
        Map<String, Set<String>> offered = new TreeMap<>();
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages(ArchitectureTest.ROOT).stream()
                        .filter(type -> type.isAnnotatedWith(Path.class) && !type.isInterface())
                        .flatMap(type -> Stream.of(type.reflect().getDeclaredMethods()))
                        .forEach(method -> verbs(method)
                                .forEach(verb -> offered.computeIfAbsent(
                                                verb + " " + path(method), operation -> new TreeSet<>())
                                        .addAll(List.of(method.getAnnotation(Produces.class)
                                                .value()))));
        assertThat(offered).hasSizeGreaterThan(4);
        assertThat(contract.operations()).isEqualTo(offered);
    }

    @ParameterizedTest
    @EnumSource(ProblemType.class)
    void it_names_every_problem_in_the_answers_of_its_status(ProblemType type) {
        assertThat(contract.document().path("components").path("responses"))
                .anyMatch(response -> response.path("description").asText().contains("`" + type.code() + "`"));
    }

    @Test
    void its_example_is_an_answer() {
        assertThat(contradictions(200, JSON, example())).isEmpty();
    }

    @Test
    void a_member_that_is_missing_unknown_or_of_another_type_contradicts_it() {
        assertThat(contradictions(200, JSON, example().without("stale"))).isNotEmpty();
        assertThat(contradictions(200, JSON, example().put("surprise", 1))).isNotEmpty();
        assertThat(contradictions(200, JSON, example().put("revision", "1"))).isNotEmpty();
        assertThat(contradictions(200, JSON, example().put("result", "failure")))
                .isNotEmpty();
        assertThat(contradictions(200, JSON, example().putNull("result"))).isEmpty();
    }

    @Test
    void a_status_a_media_type_or_a_header_that_is_not_described_contradicts_it() {
        assertThat(contradictions(201, JSON, example())).isNotEmpty();
        assertThat(contradictions(200, Map.of("Content-Type", "text/html"), example()))
                .isNotEmpty();
        assertThat(contradictions(200, Map.of("Content-Type", "application/json", "retry-after", "1"), example()))
                .isNotEmpty();
        assertThat(contradictions(200, Map.of("Content-Type", "application/json", "age", "soon"), example()))
                .isNotEmpty();
    }

    @Test
    void an_event_that_is_not_described_contradicts_it() {
        Map<String, String> stream = Map.of("Content-Type", "text/event-stream");
        String events = CALL + "/events";
        assertThat(contract.contradictions(
                        "GET", events, new Contract.Answer(200, stream, "id:end\nevent:end\ndata:{}\n\n")))
                .isEmpty();
        assertThat(contract.contradictions("GET", events, new Contract.Answer(200, stream, "event:new\ndata:{}\n\n")))
                .isNotEmpty();
        assertThat(contract.contradictions(
                        "GET", events, new Contract.Answer(200, stream, "event:status\ndata:{}\n\n")))
                .isNotEmpty();
    }

    private List<String> contradictions(int status, Map<String, String> headers, JsonNode body) {
        return contract.contradictions("GET", CALL, new Contract.Answer(status, headers, body.toString()));
    }

    private ObjectNode example() {
        return contract.document().at("/components/examples/FailedCall/value").deepCopy();
    }

    /** HEAD is offered wherever GET is, and not described. */
    private static Stream<String> verbs(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(Annotation::annotationType)
                .map(type -> type.getAnnotation(HttpMethod.class))
                .filter(verb -> verb != null && !verb.value().equals(HttpMethod.HEAD))
                .map(HttpMethod::value);
    }

    private static String path(Method method) {
        Path below = method.getAnnotation(Path.class);
        return method.getDeclaringClass().getAnnotation(Path.class).value() + (below == null ? "" : below.value());
    }
}
