package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The form of the documents: they fit a screen, their links lead somewhere, and what is long says first what is in it. */
class DocumentsTest {

    private static final String PUBLISHED = "https://github.com/callwatch/callwatch/blob/main/";
    private static final Pattern CHANGING = Pattern.compile("0000010[01](-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern TEST_CLASS = Pattern.compile("`([A-Z]\\w*(?:Test|IT))\\b");
    private static final int LONGEST_LINE = 120;
    private static final int A_SCREEN = 60;
    private static final int FEW_HEADINGS = 2;
    private static final int LONGEST_README = 160;

    static Stream<MarkdownFile> documents() throws IOException {
        return MarkdownFile.all().stream();
    }

    @Test
    void every_document_is_found() throws IOException {
        assertThat(MarkdownFile.all())
                .extracting(document -> document.path().toString())
                .contains("README.md", "k8s/README.md", "docker/README.md", "src/bench/README.md")
                .contains("src/main/resources/META-INF/resources/reference/settings.md");
    }

    @ParameterizedTest
    @MethodSource("documents")
    void lines_fit_a_screen_but_for_rows_of_tables(MarkdownFile document) {
        assertThat(document.lines())
                .filteredOn(line -> line.length() > LONGEST_LINE)
                .filteredOn(line -> !line.startsWith("|"))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void links_lead_somewhere(MarkdownFile document) {
        assertThat(document.links().stream()
                        .filter(link -> link.startsWith(PUBLISHED) || !link.contains(":"))
                        .filter(link -> leadsNowhere(document.path(), link)))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void a_document_longer_than_a_screen_says_what_is_in_it(MarkdownFile document) {
        List<String> sections = document.headings().stream()
                .filter(heading -> heading.level() == 2)
                .map(heading -> "#" + heading.anchor())
                .toList();
        if (document.lines().size() > A_SCREEN && sections.size() > FEW_HEADINGS) {
            assertThat(document.links()).containsSubsequence(sections);
        }
    }

    @Test
    void no_two_examples_use_the_same_call_that_changes() throws IOException {
        List<String> calls = MarkdownFile.all().stream()
                .flatMap(document -> document.lines().stream())
                .flatMap(line -> CHANGING.matcher(line).results())
                .map(MatchResult::group)
                .toList();
        assertThat(calls).hasSizeGreaterThan(4).doesNotHaveDuplicates();
    }

    @Test
    void a_newcomer_finishes_the_readme() {
        MarkdownFile readme = MarkdownFile.of("README.md");
        assertThat(readme.lines()).hasSizeLessThan(LONGEST_README);
        assertThat(readme.code("Try it", "sh"))
                .contains("mvn package quarkus:run -DskipTests -Dquarkus.profile=sandbox\n", "mvn verify\n");
    }

    @Test
    void the_page_links_every_document_of_the_reference() throws IOException {
        Path resources = Path.of("src/main/resources/META-INF/resources");
        String page = Files.readString(resources.resolve("index.html"));
        try (Stream<Path> reference = Files.list(resources.resolve("reference"))) {
            assertThat(reference.map(file -> "href=\"" + resources.relativize(file) + "\""))
                    .isNotEmpty()
                    .allSatisfy(link -> assertThat(page).contains(link));
        }
    }

    @Test
    void each_test_that_proves_a_protection_exists() throws IOException {
        String protections = MarkdownFile.of("CONTRIBUTING.md").section("OWASP API Security Top 10 (2023)");
        List<String> named = TEST_CLASS
                .matcher(protections)
                .results()
                .map(name -> name.group(1))
                .toList();
        try (Stream<Path> sources = Files.walk(Path.of("src/test/java"))) {
            List<String> files =
                    sources.map(file -> file.getFileName().toString()).toList();
            assertThat(named)
                    .hasSizeGreaterThan(20)
                    .allSatisfy(name -> assertThat(files).contains(name + ".java"));
        }
    }

    @Test
    void each_problem_has_an_example_in_the_sandbox_or_says_why_not() {
        assertThat(MarkdownFile.reference("interface.md").section("Problems").lines())
                .filteredOn(line -> line.startsWith("| `"))
                .hasSizeGreaterThan(15)
                .noneMatch(line -> line.endsWith("| |"));
    }

    private static boolean leadsNowhere(Path from, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].startsWith(PUBLISHED)
                ? Path.of(parts[0].substring(PUBLISHED.length()))
                : parts[0].isEmpty() ? from : beside(from).resolve(parts[0]).normalize();
        Optional<String> anchor = parts.length > 1 ? Optional.of(parts[1]) : Optional.empty();
        return !Files.exists(target)
                || anchor.filter(name -> !anchors(target).contains(name)).isPresent();
    }

    private static Path beside(Path file) {
        return Optional.ofNullable(file.getParent()).orElse(Path.of(""));
    }

    private static List<String> anchors(Path file) {
        try {
            return MarkdownFile.of(file).headings().stream()
                    .map(MarkdownFile.Heading::anchor)
                    .toList();
        } catch (UncheckedIOException noDocument) {
            return List.of();
        }
    }
}
