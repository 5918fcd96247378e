package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {

    /** A path that is read has HEAD, and every path has OPTIONS, with or without a resource method. */
    private static final Set<String> IMPLIED = Set.of(HttpMethod.HEAD, HttpMethod.OPTIONS);

    @Test
    void the_table_has_every_resource_method_and_no_other() throws Exception {
        Set<String> resources = new TreeSet<>();
        for (Class<?> type : classesOfThePackage()) {
            if (type.isAnnotationPresent(Path.class)) {
                resources.addAll(methods(type));
            }
        }
        Set<String> table = new TreeSet<>();
        for (Route route : Route.values()) {
            route.methods().stream()
                    .filter(method ->
                            !Set.of(HttpMethod.HEAD, HttpMethod.OPTIONS).contains(method))
                    .forEach(method -> table.add(method + " " + route.template()));
        }
        assertThat(resources).isNotEmpty().isEqualTo(table);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/accounts, ACCOUNTS",
        "/v1/accounts/a/calls/lookup, BATCH",
        "/v1/accounts/a/calls/events, EVENTS_OF_CALLS",
        "/v1/accounts/a/calls/94e5928c-7f7e-4645-ad72-61010f906449, CALL",
        "/v1/accounts/a/calls/x, CALL",
        "/v1/accounts/a/calls, CALLS",
        "/v1/accounts/a/events, EVENTS_OF_ACCOUNT",
        "/v1/accounts/a/budget, BUDGET",
        "/v1/notifications/main, NOTIFICATIONS",
        "/v1/accounts/a/calls/x/revisions, REVISIONS_OF_CALL",
        "/v1/accounts/a/calls/lookup/events, EVENTS_OF_CALL",
        "/v1/accounts//calls, CALLS",
        "/v1/push-keys, PUSH_KEYS"
    })
    void a_path_has_the_route_that_its_literals_name(String path, Route route) {
        assertThat(Route.of(path)).contains(route);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1",
                "/v1/accounts/",
                "/v1/accounts/a",
                "/v2/accounts",
                "/v1/accounts/a/calls/x/y",
                "/v1/accounts;b=c"
            })
    void other_paths_have_no_route(String path) {
        assertThat(Route.of(path)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/accounts/a/calls/x, /v1/accounts/a/calls/x, false",
        "/v1/accounts/a/calls/%2D, /v1/accounts/a/calls/-, false",
        "/v1/accounts/, /v1/accounts/, true",
        "//v1/accounts, /v1/accounts, true",
        "/v1/accounts;x=1, /v1/accounts;x=1, true",
        "/x/../v1/accounts, /v1/accounts, true",
        "/v1/./accounts, /v1/accounts, true",
        "/console/, /console/, false",
        "//, /, false"
    })
    void a_path_of_the_interface_has_one_spelling(String written, String normalized, boolean other) {
        assertThat(Route.isOtherSpelling(written, normalized)).isEqualTo(other);
    }

    @Test
    void a_path_that_is_read_can_be_read_without_its_body() {
        assertThat(Route.CALL.allow()).isEqualTo("GET, HEAD, OPTIONS");
        assertThat(Route.BATCH.allow()).isEqualTo("POST, OPTIONS");
    }

    /** Only this package has resources, which ArchitectureTest pins. */
    private static List<Class<?>> classesOfThePackage() throws Exception {
        URI route = Route.class.getResource("Route.class").toURI();
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<java.nio.file.Path> files =
                Files.list(java.nio.file.Path.of(route).getParent())) {
            for (java.nio.file.Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    classes.add(Class.forName(
                            Route.class.getPackageName() + "." + name.substring(0, name.length() - ".class".length()),
                            false,
                            Route.class.getClassLoader()));
                }
            }
        }
        return classes;
    }

    /** Each resource method of a class as its HTTP method and the template of its path. */
    private static List<String> methods(Class<?> resource) {
        String root = resource.getAnnotation(Path.class).value();
        return Arrays.stream(resource.getDeclaredMethods())
                .flatMap(method -> Arrays.stream(method.getAnnotations())
                        .map(Annotation::annotationType)
                        .map(type -> Optional.ofNullable(type.getAnnotation(HttpMethod.class)))
                        .flatMap(Optional::stream)
                        .filter(http -> !IMPLIED.contains(http.value()))
                        .map(http -> http.value() + " " + root + below(method)))
                .toList();
    }

    private static String below(Method method) {
        return Optional.ofNullable(method.getAnnotation(Path.class))
                .map(Path::value)
                .orElse("");
    }
}
