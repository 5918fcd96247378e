package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the commands of a document as its readers type them, in a directory of their own. */
final class Shell {

    /** Where programs for administrators are, which users need not have in their path. */
    private static final List<String> ADMINISTRATION = List.of("/usr/sbin", "/usr/local/sbin");

    private static final int LONGEST_SECONDS = 60;

    private final Path directory;
    private final Map<String, String> variables = new HashMap<>();

    /** Commands that run, or have run. */
    record Run(Process process, Path printed, Path errors) implements AutoCloseable {

        /** What they have printed so far. */
        String output() {
            return read(printed);
        }

        /** What they have printed on standard error so far. */
        String complaints() {
            return read(errors);
        }

        /** Waits for their end and returns the exit status of the last one. */
        int status() throws InterruptedException {
            assertThat(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS))
                    .as(output() + complaints())
                    .isTrue();
            return process.exitValue();
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }

        private static String read(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
    }

    Shell() throws IOException {
        directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "shell");
    }

    /** Skips a test, saying so, where a program is not installed. */
    static void assumeInstalled(String... programs) {
        for (String program : programs) {
            assumeTrue(find(program).findAny().isPresent(), program + " is not installed: what needs it is not tested");
        }
    }

    /** Where a program is. */
    static Stream<Path> find(String program) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator)), ADMINISTRATION.stream())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable);
    }

    Path directory() {
        return directory;
    }

    Shell with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    Shell file(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return this;
    }

    Run begin(String commands) throws IOException {
        Path printed = Files.createTempFile(directory, "printed", ".txt");
        Path errors = Files.createTempFile(directory, "errors", ".txt");
        ProcessBuilder bash = new ProcessBuilder("bash", "-c", commands)
                .directory(directory.toFile())
                .redirectOutput(printed.toFile())
                .redirectError(errors.toFile());
        bash.environment().putAll(variables);
        return new Run(bash.start(), printed, errors);
    }

    /** Runs commands that succeed, and returns what they printed. */
    String output(String commands) throws IOException, InterruptedException {
        try (Run run = begin(commands)) {
            assertThat(run.status()).as(commands + run.complaints()).isZero();
            return run.output();
        }
    }
}
