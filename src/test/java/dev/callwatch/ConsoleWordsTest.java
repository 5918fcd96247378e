package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.problem.ProblemType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page has a sentence for people for every problem. */
class ConsoleWordsTest {

    @ParameterizedTest
    @EnumSource(ProblemType.class)
    void every_problem_has_a_sentence(ProblemType type) throws IOException {
        String words = Files.readString(Path.of("src/main/resources/META-INF/resources/console/words.js"));
        assertThat(words).containsPattern("(?m)^  '" + type.code() + "': '[A-Z].*\\.( .*\\.)?',$");
    }
}
