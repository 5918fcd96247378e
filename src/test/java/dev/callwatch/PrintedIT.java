package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The log of the service during the other tests has nothing that they planted: no secret, token, body or telephone number. */
class PrintedIT {

    private static final Path LOGS = Path.of("target");

    /** Parts of secrets, tokens and upstream bodies; and the last digits of numbers, which all spellings have in common. */
    private static final List<String> PLANTED =
            List.of("planted", "72068888", "08888888", "7700900123", "2079460777", "eyJ");

    @Test
    void nothing_that_the_suite_planted_was_printed() throws IOException {
        List<String> printed = new ArrayList<>();
        for (Path log : logs()) {
            printed.addAll(Files.readAllLines(log, StandardCharsets.UTF_8));
        }
        assumeTrue(!printed.isEmpty(), "There is no log of the suites: only the integration tests ran");
        assertThat(printed).anyMatch(line -> line.contains("could not be read"));
        assertThat(printed).noneMatch(line -> PLANTED.stream().anyMatch(line::contains));
    }

    /** One of each JVM of the tests, and those that were full. */
    private static List<Path> logs() throws IOException {
        try (Stream<Path> files = Files.list(LOGS)) {
            return files.filter(file -> file.getFileName().toString().startsWith("suite-"))
                    .toList();
        }
    }
}
