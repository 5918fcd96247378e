package dev.callwatch.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.WaitingSuite;
import dev.callwatch.WebPageSuite;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each test class runs in the suite that has its settings, so that the service starts once for each settings. */
class SuitesTest {

    private static final Path SOURCES = Path.of("src/test/java");
    private static final Pattern EXCLUDED = Pattern.compile("<exclude>(.*IT\\.java)</exclude>");

    static Stream<Path> tests() throws IOException {
        return sources("Test.java");
    }

    static Stream<Path> testsOfThePackage() throws IOException {
        return sources("IT.java");
    }

    private static Stream<Path> sources(String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files
                    .filter(file -> file.getFileName().toString().endsWith(suffix))
                    .map(SOURCES::relativize)
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("tests")
    void a_test_of_the_service_is_in_the_suite_of_its_settings(Path test) throws IOException {
        String name = name(test);
        String source = Files.readString(SOURCES.resolve(test));
        boolean needsService = source.contains("\n@QuarkusTest\n");
        if (needsService) {
            assertThat(name).matches(ServiceSuite.CLASSES);
            // Quarkus starts the service again for classes with other test resources.
            assertThat(source).contains("\n@ConnectWireMock\n");
        }
        assertThat(name.matches(ProfilesSuite.CLASSES)).isEqualTo(needsService && source.contains("\n@TestProfile("));
    }

    @ParameterizedTest
    @MethodSource("testsOfThePackage")
    void a_test_of_the_package_is_left_to_a_suite_only_if_the_suite_has_it(Path test) throws IOException {
        boolean left = EXCLUDED.matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .anyMatch(exclude -> FileSystems.getDefault()
                        .getPathMatcher("glob:" + exclude.group(1))
                        .matches(SOURCES.resolve(test)));
        assertThat(Stream.of(ReplicasSuite.CLASSES, WaitingSuite.CLASSES, WebPageSuite.CLASSES)
                        .filter(name(test)::matches)
                        .count())
                .isEqualTo(left ? 1 : 0);
    }

    private static String name(Path test) {
        return test.toString().replace('/', '.').replaceFirst("\\.java$", "");
    }
}
