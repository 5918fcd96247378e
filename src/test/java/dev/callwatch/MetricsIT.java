package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The metrics of a process that nobody has asked anything yet: those that {@code k8s/README.md} lists, each with its series. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsIT {

    private static final Pattern NAME = Pattern.compile("callwatch_[a-z_]+");
    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) (callwatch_\\S+) (.*)");
    private static final Pattern SAMPLE = Pattern.compile("(callwatch_[^{ ]+)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([^=,]+)=\"([^\"]*)\"");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** What a timer or histogram appends to its name. */
    private static final Pattern SUFFIX = Pattern.compile("_(count|sum|max|bucket)$");

    private static final Set<String> UNITS =
            Set.of("milliseconds", "minutes", "hours", "days", "ms", "kilobytes", "percent");
    private static final Set<String> TYPES = Set.of("gauge", "counter", "summary", "histogram");

    /** A row of the document: the labels with the values that it names. */
    private record Row(Map<String, List<String>> labels) {}

    private record Sample(String name, Map<String, String> labels, double value) {

        /** The metric as the document names it. */
        private String metric() {
            return name.contains("_seconds_") ? SUFFIX.matcher(name).replaceFirst("") : name;
        }
    }

    private final Map<String, Row> documented = documented();
    private Process process;
    private Map<String, String> help;
    private Map<String, String> types;
    private List<Sample> samples;

    @BeforeAll
    void scrape() throws Exception {
        int management = FreePort.next();
        process = ProcessIT.launch(
                ProcessIT.output(),
                Map.of(
                        "CALLWATCH_ACCESS_MODE",
                        "none",
                        "CALLWATCH_SANDBOX_ENABLED",
                        "true",
                        "CALLWATCH_SANDBOX_PORT",
                        Integer.toString(FreePort.next()),
                        "QUARKUS_MANAGEMENT_PORT",
                        Integer.toString(management)));
        String service = "http://localhost:" + management;
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(
                        () -> given().get(service + "/q/health/ready").then().statusCode(200));
        List<String> lines = given().accept("text/plain")
                .get(service + "/q/metrics")
                .asString()
                .lines()
                .toList();
        help = comments(lines, "HELP");
        types = comments(lines, "TYPE");
        samples = lines.stream()
                .map(SAMPLE::matcher)
                .filter(Matcher::matches)
                .map(MetricsIT::sample)
                .toList();
    }

    @AfterAll
    void end() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    @Test
    void every_metric_of_the_document_is_there_and_no_other() {
        Set<String> exposed = samples.stream().map(Sample::metric).collect(Collectors.toSet());
        assertThat(exposed).hasSizeGreaterThan(10).isEqualTo(documented.keySet());
    }

    @Test
    void a_metric_has_the_labels_of_the_document_with_every_value_that_it_names() {
        documented.forEach((metric, row) -> {
            List<Sample> series = samples.stream()
                    .filter(sample -> sample.metric().equals(metric))
                    .toList();
            assertThat(series)
                    .allSatisfy(sample -> assertThat(sample.labels().keySet())
                            .as(sample.name())
                            .isEqualTo(row.labels().keySet()));
            row.labels()
                    .forEach((label, values) -> assertThat(series.stream()
                                    .map(sample -> sample.labels().get(label)))
                            .as(metric)
                            .containsAll(values));
        });
    }

    @Test
    void the_account_and_the_problems_that_a_look_up_can_end_in_are_known_from_the_start() {
        assertThat(samples.stream()
                        .filter(sample -> sample.name().equals("callwatch_lookups_seconds_count"))
                        .filter(sample -> "sandbox".equals(sample.labels().get("account")))
                        .map(sample -> sample.labels().get("outcome")))
                .contains("call-not-found", "budget-exhausted", "upstream-timeout", "not-cached", "defect")
                .doesNotContain("invalid-request", "forbidden");
    }

    @Test
    void what_counts_is_zero() {
        assertThat(samples)
                .filteredOn(sample -> sample.name().endsWith("_total")
                        || sample.name().endsWith("_seconds_count")
                        || sample.name().endsWith("_seconds_bucket"))
                .isNotEmpty()
                .allSatisfy(sample -> assertThat(sample.value()).isZero());
    }

    /** What {@code promtool check metrics} asks for. */
    @Test
    void metrics_follow_the_conventions_of_prometheus() {
        assertThat(types.keySet()).isNotEmpty().isEqualTo(help.keySet());
        assertThat(help).allSatisfy((metric, text) -> assertThat(text).isNotBlank());
        types.forEach((metric, type) -> {
            assertThat(metric).matches("[a-z][a-z0-9_]*");
            assertThat(metric.endsWith("_total")).as(metric).isEqualTo(type.equals("counter"));
            assertThat(metric.split("_")).doesNotContainAnyElementsOf(UNITS).doesNotContainAnyElementsOf(TYPES);
        });
        assertThat(samples)
                .allSatisfy(sample ->
                        assertThat(sample.labels().keySet()).allMatch(label -> label.matches("[a-z][a-z0-9_]*")));
    }

    private static Map<String, String> comments(List<String> lines, String kind) {
        Map<String, String> comments = new TreeMap<>();
        lines.stream()
                .map(COMMENT::matcher)
                .filter(Matcher::matches)
                .filter(comment -> comment.group(1).equals(kind))
                .forEach(comment -> comments.put(comment.group(2), comment.group(3)));
        return comments;
    }

    private static Sample sample(Matcher line) {
        Map<String, String> labels = line.group(2) == null
                ? Map.of()
                : LABEL.matcher(line.group(2))
                        .results()
                        .filter(label -> !label.group(1).equals("le"))
                        .collect(Collectors.toMap(label -> label.group(1), label -> label.group(2)));
        return new Sample(line.group(1), labels, Double.parseDouble(line.group(3)));
    }

    private static Map<String, Row> documented() {
        Map<String, Row> rows = new LinkedHashMap<>();
        MarkdownFile.of("k8s/README.md")
                .section("Metrics")
                .lines()
                .filter(line -> line.startsWith("| `callwatch_"))
                .map(line -> line.split("\\|"))
                .forEach(cells ->
                        NAME.matcher(cells[1]).results().forEach(name -> rows.put(name.group(), row(cells[2]))));
        return rows;
    }

    /** {@code `account`, `outcome` (`read`, `hit` …)}: the label before a parenthesis has the values in it. */
    private static Row row(String cell) {
        Map<String, List<String>> labels = new TreeMap<>();
        for (MatchResult label : Pattern.compile("`([^`]+)`(?: \\(([^)]*)\\))?")
                .matcher(cell)
                .results()
                .toList()) {
            labels.put(
                    label.group(1),
                    label.group(2) == null
                            ? List.of()
                            : CODE.matcher(label.group(2))
                                    .results()
                                    .map(value -> value.group(1))
                                    .toList());
        }
        return new Row(labels);
    }
}
