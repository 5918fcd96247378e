package dev.callwatch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A document of this repository.
 *
 * @param path relative to the repository's root
 * @param lines its lines
 */
public record MarkdownFile(Path path, List<String> lines) {

    private static final Pattern HEADING = Pattern.compile("(#{1,6}) (.+)");
    private static final Pattern FENCE = Pattern.compile("```(\\w*)");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)|^\\[[^]]+\\]: (\\S+)$", Pattern.MULTILINE);

    /** A heading; {@code level} is the number of its {@code #}. */
    public record Heading(int level, String text) {

        /** What GitHub makes of it for links. */
        public String anchor() {
            return text.toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
        }
    }

    /** A block of code; {@code language} is empty where none is named. */
    private record Block(String heading, String language, String text) {}

    /** @throws UncheckedIOException where there is none */
    public static MarkdownFile of(String path) {
        return of(Path.of(path));
    }

    static MarkdownFile of(Path path) {
        try {
            return new MarkdownFile(path, Files.readAllLines(path));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** A document of the reference, which the service serves. */
    public static MarkdownFile reference(String name) {
        return of("src/main/resources/META-INF/resources/reference/" + name);
    }

    /** Every document of the repository. */
    static List<MarkdownFile> all() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(""))) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !file.startsWith("target") && !file.startsWith(".git"))
                    .sorted()
                    .map(MarkdownFile::of)
                    .toList();
        }
    }

    /** What stands below a heading, down to the next one of its level or above it. */
    public String section(String heading) {
        List<String> section = new ArrayList<>();
        int level = 0;
        boolean code = false;
        for (String line : lines) {
            code ^= FENCE.matcher(line).matches();
            Optional<Heading> next = code ? Optional.empty() : heading(line);
            if (level > 0 && next.isPresent() && next.get().level() <= level) {
                break;
            }
            if (level > 0) {
                section.add(line);
            } else if (next.isPresent() && next.get().text().equals(heading)) {
                level = next.get().level();
            }
        }
        if (level == 0) {
            throw new NoSuchElementException(path + " has no heading " + heading);
        }
        return String.join("\n", section);
    }

    /**
     * The code in a language right below a heading, as many blocks as there are.
     *
     * @throws NoSuchElementException where there is none
     */
    public List<String> code(String heading, String language) {
        List<String> code = blocks().stream()
                .filter(block ->
                        block.heading().equals(heading) && block.language().equals(language))
                .map(Block::text)
                .toList();
        if (code.isEmpty()) {
            throw new NoSuchElementException(path + " has no " + language + " below " + heading);
        }
        return code;
    }

    /** All headings outside of code, in order. */
    List<Heading> headings() {
        return text().stream().flatMap(line -> heading(line).stream()).toList();
    }

    /** Where links lead to, in order, those in code left out. */
    List<String> links() {
        return LINK.matcher(String.join("\n", text()))
                .results()
                .map(MarkdownFile::target)
                .toList();
    }

    /** The cells of the rows of all tables, without their heads. */
    List<List<String>> rows() {
        return text().stream()
                .filter(line -> line.startsWith("| ") && line.endsWith("|"))
                .map(line -> Stream.of(line.substring(1, line.length() - 1).split("(?<!\\\\)\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /** Without code. */
    private List<String> text() {
        List<String> text = new ArrayList<>();
        boolean code = false;
        for (String line : lines) {
            boolean fence = FENCE.matcher(line).matches();
            code ^= fence;
            if (!code && !fence) {
                text.add(line);
            }
        }
        return text;
    }

    private List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        List<String> code = new ArrayList<>();
        String heading = "";
        Optional<String> language = Optional.empty();
        for (String line : lines) {
            Matcher fence = FENCE.matcher(line);
            if (fence.matches() && language.isEmpty()) {
                language = Optional.of(fence.group(1));
            } else if (fence.matches()) {
                blocks.add(new Block(heading, language.get(), String.join("\n", code) + "\n"));
                code.clear();
                language = Optional.empty();
            } else if (language.isPresent()) {
                code.add(line);
            } else {
                heading = heading(line).map(Heading::text).orElse(heading);
            }
        }
        return blocks;
    }

    private static Optional<Heading> heading(String line) {
        Matcher heading = HEADING.matcher(line);
        return heading.matches()
                ? Optional.of(new Heading(heading.group(1).length(), heading.group(2)))
                : Optional.empty();
    }

    private static String target(MatchResult link) {
        return Optional.ofNullable(link.group(1)).orElse(link.group(2));
    }
}
