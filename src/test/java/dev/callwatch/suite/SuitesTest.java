package dev.callwatch.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each test class runs in the suite that has its settings, so that the service starts once for each settings. */
class SuitesTest {

    private static final Path SOURCES = Path.of("src/test/java");

    static Stream<Path> tests() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files
                    .filter(file -> file.getFileName().toString().endsWith("Test.java"))
                    .map(SOURCES::relativize)
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("tests")
    void a_test_of_the_service_is_in_the_suite_of_its_settings(Path test) throws IOException {
        String name = test.toString().replace('/', '.').replaceFirst("\\.java$", "");
        String source = Files.readString(SOURCES.resolve(test));
        boolean needsService = source.contains("\n@QuarkusTest\n");
        if (needsService) {
            assertThat(name).matches(ServiceSuite.CLASSES);
            // Quarkus starts the service anew for classes with other test resources.
            assertThat(source).contains("\n@ConnectWireMock\n");
        }
        assertThat(name.matches(ProfilesSuite.CLASSES)).isEqualTo(needsService && source.contains("\n@TestProfile("));
    }
}
