package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What builds and releases the service cannot be replaced by whoever moves a tag. */
class WorkflowsTest {

    static Stream<Path> workflows() throws IOException {
        return Files.list(Path.of(".github/workflows"));
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void actions_are_named_by_commit_with_their_version_beside_it(Path workflow) throws IOException {
        assertThat(Files.readAllLines(workflow))
                .filteredOn(line -> line.matches("\\s*(- )?uses:.*"))
                .isNotEmpty()
                .allMatch(
                        line -> line.matches("\\s*(- )?uses: [\\w.-]+(/[\\w.-]+)+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+"));
    }
}
