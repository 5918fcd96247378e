package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.callwatch.call.CallState;
import dev.callwatch.problem.ProblemType;
import dev.callwatch.push.ContentMode;
import dev.callwatch.push.EventTypes;
import dev.callwatch.push.SubscriptionState;
import dev.callwatch.push.TerminationReason;
import dev.callwatch.watch.EventType;
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
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The OpenAPI document describes the resources of the code, and finds what contradicts it. */
class ContractTest {

    private static final String CALL = "/v1/accounts/a1b2c3d4e5/calls/94e5928c-7f7e-4645-ad72-61010f906449";
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json;charset=UTF-8");

    private final Contract contract = Contract.ofTheSources();

    @Test
    void it_describes_every_resource_with_its_media_types_and_no_other() {
        Map<String, Set<String>> offered = new TreeMap<>();
        ServiceClasses.ALL.stream()
                .filter(type -> type.isAnnotatedWith(Path.class) && !type.isInterface())
                .flatMap(type -> Stream.of(type.reflect().getDeclaredMethods()))
                .forEach(method -> verbs(method)
                        .forEach(
                                verb -> offered.computeIfAbsent(verb + " " + path(method), operation -> new TreeSet<>())
                                        .addAll(mediaTypes(method))));
        assertThat(offered).hasSizeGreaterThan(12);
        assertThat(contract.operations()).isEqualTo(offered);
    }

    @ParameterizedTest
    @EnumSource(ProblemType.class)
    void it_names_every_problem_in_the_answers_of_its_status(ProblemType type) {
        assertThat(contract.document().path("components").path("responses"))
                .anyMatch(response -> response.path("description").asText().contains("`" + type.code() + "`"));
    }

    static Stream<Arguments> enumerations() {
        return Stream.of(
                arguments("CallState", names(CallState.values(), CallState::wireName)),
                arguments("EventType", names(EventType.values(), EventType::wireName)),
                arguments("PushedEventType", names(EventType.values(), EventTypes::name)),
                arguments("ContentMode", names(ContentMode.values(), ContentMode::wireName)),
                arguments("SubscriptionState", names(SubscriptionState.values(), SubscriptionState::name)),
                arguments("TerminationReason", names(TerminationReason.values(), TerminationReason::name)));
    }

    @ParameterizedTest
    @MethodSource("enumerations")
    void its_enumerations_are_those_of_the_code(String schema, List<String> names) {
        assertThat(contract.document()
                        .path("components")
                        .path("schemas")
                        .path(schema)
                        .path("enum"))
                .extracting(JsonNode::asText)
                .containsExactlyElementsOf(names);
    }

    @Test
    void its_example_is_an_answer() {
        assertThat(contradictions(200, JSON, example())).isEmpty();
    }

    @Test
    void the_examples_of_bodies_are_as_their_schemas_describe_them() {
        assertThat(contract.contradictionsOfExamples()).isEmpty();
    }

    @Test
    void a_pushed_event_that_is_not_described_contradicts_it() {
        String data = "{\"subscriptionId\":\"" + "0".repeat(32) + "\",\"terminationReason\":\"SINK_GONE\"}";
        Map<String, String> headers = Map.of(
                "content-type", "application/json",
                "webhook-id", "x:ended",
                "webhook-timestamp", "1764025459",
                "ce-specversion", "1.0");
        assertThat(contract.contradictionsOfPushed(headers, data)).isEmpty();
        assertThat(contract.contradictionsOfPushed(headers, data.replace("GONE", "LOST")))
                .isNotEmpty();
        assertThat(contract.contradictionsOfPushed(Map.of("content-type", "application/json"), data))
                .hasSize(2);
        Map<String, String> further = new TreeMap<>(headers);
        further.put("ce-colour", "red");
        assertThat(contract.contradictionsOfPushed(further, data)).hasSize(1);
        further.remove("ce-colour");
        further.put("content-type", "text/plain");
        assertThat(contract.contradictionsOfPushed(further, data)).hasSize(1);
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

    private static <E extends Enum<E>> List<String> names(E[] values, Function<E, String> name) {
        return Stream.of(values).map(name).toList();
    }

    /** An answer without a body has none. */
    private static List<String> mediaTypes(Method method) {
        Produces produces = method.getAnnotation(Produces.class);
        return produces == null ? List.of() : List.of(produces.value());
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
