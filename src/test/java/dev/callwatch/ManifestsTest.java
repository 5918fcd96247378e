package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code kubectl apply -k} would send to a cluster. Skipped where kubectl, which renders it, is not installed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManifestsTest {

    private static final String LABELS = "app.kubernetes.io/";
    private static final Path MONITORING = Manifests.ROOT.resolve("components/monitoring");

    private List<Manifests> rendered;

    @BeforeAll
    void render() throws Exception {
        assumeTrue(Manifests.canRender(), "kubectl is not installed: the manifests are not checked");
        rendered = Manifests.renderAll();
    }

    Stream<Manifests> rendered() {
        return rendered.stream();
    }

    @Test
    void a_field_that_is_unknown_or_misplaced_or_of_another_type_is_noticed() {
        assertThatThrownBy(() -> Manifests.parse("""
                apiVersion: apps/v1
                kind: Deployment
                spec: {template: {spec: {containers: [{name: a, runAsNonRoot: true}]}}}
                """)).hasMessageContaining("runAsNonRoot");
        assertThatThrownBy(() -> Manifests.parse("""
                {apiVersion: monitoring.coreos.com/v1, kind: PodMonitor, spec: {podMetricsEndpoints: [{pth: /q/metrics}]}}
                """)).hasMessageContaining("pth");
        assertThatThrownBy(() -> Manifests.parse("{apiVersion: v1, kind: ConfigMap, data: {A: true}}"))
                .hasMessageContaining("Boolean");
        assertThatThrownBy(() -> Manifests.parse("{apiVersion: extensions/v1beta1, kind: Ingress}"))
                .hasMessageContaining("extensions/v1beta1/Ingress");
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void every_object_has_the_labels_that_kubernetes_recommends(Manifests manifests) throws IOException {
        String version = version();
        assertThat(manifests.objects()).isNotEmpty().allSatisfy(object -> {
            Map<String, String> labels = Manifests.metadata(object).getLabels();
            assertThat(labels)
                    .containsKeys(LABELS + "name", LABELS + "instance", LABELS + "component")
                    .containsEntry(LABELS + "version", version)
                    .containsEntry(LABELS + "part-of", "callwatch")
                    .containsEntry(LABELS + "managed-by", "kustomize");
        });
        assertThat(manifests.pods())
                .allSatisfy(pod -> assertThat(pod.getMetadata().getLabels())
                        .containsKeys(LABELS + "name", LABELS + "instance", LABELS + "version"));
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void pods_meet_the_restricted_profile_and_write_nothing(Manifests manifests) {
        assertThat(manifests.pods()).isNotEmpty().allSatisfy(template -> {
            PodSpec pod = template.getSpec();
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getServiceAccountName()).isNotBlank();
            assertThat(Stream.of(pod.getHostNetwork(), pod.getHostPID(), pod.getHostIPC()))
                    .doesNotContain(true);
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
            assertThat(pod.getSecurityContext().getRunAsGroup()).isPositive();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getVolumes()).allMatch(ManifestsTest::isAllowed);
            assertThat(containers(pod)).allSatisfy(container -> {
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                        .isFalse();
                assertThat(container.getSecurityContext().getPrivileged()).isNotEqualTo(true);
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                        .isTrue();
                assertThat(container.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
                assertThat(container.getSecurityContext().getCapabilities().getAdd())
                        .isEmpty();
                assertThat(container.getPorts())
                        .allSatisfy(port -> assertThat(port.getHostPort()).isNull());
            });
        });
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void images_are_named_by_version_and_resources_are_bounded(Manifests manifests) throws IOException {
        String version = version();
        assertThat(manifests.pods().stream().flatMap(pod -> containers(pod.getSpec())))
                .allSatisfy(container -> {
                    assertThat(container.getImage()).matches("[a-z0-9.]+/[a-z0-9./-]+:v?\\d+\\.\\d+[\\w.-]*");
                    if (container.getImage().startsWith("ghcr.io/callwatch/")) {
                        assertThat(container.getImage()).endsWith(":" + version);
                    }
                    Map<String, Quantity> requests = container.getResources().getRequests();
                    Map<String, Quantity> limits = container.getResources().getLimits();
                    for (String resource : List.of("cpu", "memory")) {
                        assertThat(requests.get(resource).getNumericalAmount())
                                .isPositive()
                                .isLessThanOrEqualTo(limits.get(resource).getNumericalAmount());
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void a_deployment_is_probed_on_its_management_port(Manifests manifests) {
        assertThat(manifests.of(Deployment.class)).allSatisfy(deployment -> {
            Container container =
                    deployment.getSpec().getTemplate().getSpec().getContainers().get(0);
            assertThat(ports(container)).containsEntry("management", 9000).containsEntry("http", 8080);
            assertThat(path(container.getStartupProbe())).isEqualTo("/q/health/started");
            assertThat(path(container.getReadinessProbe())).isEqualTo("/q/health/ready");
            assertThat(path(container.getLivenessProbe())).isEqualTo("/q/health/live");
        });
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void a_pod_is_given_longer_to_end_than_the_service_takes(Manifests manifests) {
        Map<String, String> settings = manifests.settings();
        assertThat(manifests.of(Deployment.class))
                .allSatisfy(deployment -> assertThat(Duration.ofSeconds(
                                deployment.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds()))
                        .isGreaterThan(seconds(settings, "QUARKUS_SHUTDOWN_DELAY")
                                .plus(seconds(settings, "QUARKUS_SHUTDOWN_TIMEOUT"))));
    }

    /** Each replica would spend a budget of its own. */
    @ParameterizedTest
    @MethodSource("rendered")
    void there_is_one_replica_unless_replicas_share_what_they_know(Manifests manifests) {
        boolean shared = "redis".equals(manifests.settings().get("CALLWATCH_STORE"));
        assertThat(manifests.of(Deployment.class))
                .allSatisfy(
                        deployment -> assertThat(shared || deployment.getSpec().getReplicas() == 1)
                                .isTrue());
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void what_is_referred_to_is_there(Manifests manifests) {
        Set<String> accounts = names(manifests, ServiceAccount.class);
        Set<String> settings = names(manifests, ConfigMap.class);
        assertThat(manifests.pods()).allSatisfy(pod -> {
            assertThat(accounts).contains(pod.getSpec().getServiceAccountName());
            assertThat(containers(pod.getSpec())
                            .flatMap(container -> container.getEnvFrom().stream())
                            .filter(source -> source.getConfigMapRef() != null)
                            .map(source -> source.getConfigMapRef().getName()))
                    .isSubsetOf(settings);
            Set<String> volumes =
                    pod.getSpec().getVolumes().stream().map(Volume::getName).collect(Collectors.toSet());
            assertThat(containers(pod.getSpec())
                            .flatMap(container -> container.getVolumeMounts().stream())
                            .map(mount -> mount.getName()))
                    .isSubsetOf(volumes);
        });
        assertThat(manifests.of(Service.class)).allSatisfy(service -> {
            Container container = onlyPod(manifests, service.getSpec().getSelector());
            assertThat(service.getSpec().getPorts())
                    .allSatisfy(port -> assertThat(ports(container))
                            .containsKey(port.getTargetPort().getStrVal()));
        });
        assertThat(manifests.of(PodMonitor.class)).allSatisfy(monitor -> {
            Container container =
                    onlyPod(manifests, monitor.getSpec().getSelector().getMatchLabels());
            assertThat(monitor.getSpec().getPodMetricsEndpoints())
                    .allSatisfy(endpoint -> assertThat(ports(container)).containsKey(endpoint.getPort()));
        });
        assertThat(manifests.of(PodDisruptionBudget.class))
                .allSatisfy(budget ->
                        onlyPod(manifests, budget.getSpec().getSelector().getMatchLabels()));
        assertThat(manifests.of(NetworkPolicy.class))
                .allSatisfy(policy ->
                        onlyPod(manifests, policy.getSpec().getPodSelector().getMatchLabels()));
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void a_node_can_be_drained(Manifests manifests) {
        assertThat(manifests.of(PodDisruptionBudget.class)).allSatisfy(budget -> {
            assertThat(budget.getSpec().getMinAvailable()).isNull();
            assertThat(budget.getSpec().getMaxUnavailable()).isEqualTo(new IntOrString(1));
        });
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void only_what_is_needed_comes_in_and_goes_out(Manifests manifests) {
        assertThat(manifests.of(NetworkPolicy.class)).allSatisfy(policy -> {
            assertThat(policy.getSpec().getIngress()).allSatisfy(rule -> {
                assertThat(numbers(rule.getPorts())).isSubsetOf(8080, 9000).hasSize(1);
                if (numbers(rule.getPorts()).contains(9000)) {
                    assertThat(rule.getFrom())
                            .singleElement()
                            .satisfies(peer -> assertThat(
                                            peer.getNamespaceSelector().getMatchLabels())
                                    .containsEntry("kubernetes.io/metadata.name", "monitoring"));
                }
            });
            assertThat(policy.getSpec().getEgress().stream().flatMap(rule -> numbers(rule.getPorts()).stream()))
                    .isSubsetOf(policy.getMetadata().getName().equals("callwatch") ? Set.of(53, 443) : Set.of(6443));
        });
        assertThat(manifests.of(Deployment.class).isEmpty()
                        || names(manifests, NetworkPolicy.class).contains("callwatch"))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void secrets_are_referred_to_but_never_contained(Manifests manifests) {
        assertThat(manifests.of(Secret.class)).isEmpty();
    }

    @Test
    void the_example_of_the_secrets_is_in_no_kustomization_and_has_the_names_that_are_referred_to() throws IOException {
        for (Path kustomization : Manifests.kustomizations()) {
            assertThat(Files.readAllLines(kustomization)).noneMatch(line -> line.matches("\\s*- .*example-secret.*"));
        }
        Set<String> examples = Manifests.parse(Files.readString(Manifests.ROOT.resolve("example-secret.yaml"))).stream()
                .map(secret -> ((Secret) secret).getMetadata().getName())
                .collect(Collectors.toSet());
        PodSpec pod = named("k8s/base").pods().get(0).getSpec();
        assertThat(Stream.concat(
                        pod.getContainers().get(0).getEnvFrom().stream()
                                .filter(source -> source.getSecretRef() != null)
                                .map(source -> source.getSecretRef().getName()),
                        pod.getVolumes().stream()
                                .filter(volume -> volume.getSecret() != null)
                                .map(volume -> volume.getSecret().getSecretName())))
                .containsExactlyInAnyOrderElementsOf(examples);
        assertThat(named("target/k8s/external-secrets").of(Manifests.ExternalSecret.class))
                .extracting(secret -> secret.spec().target().name())
                .containsExactlyInAnyOrderElementsOf(examples);
    }

    @Test
    void only_the_sandbox_lets_everybody_in() {
        assertThat(rendered)
                .filteredOn(manifests -> "none".equals(manifests.settings().get("CALLWATCH_ACCESS_MODE")))
                .singleElement()
                .satisfies(
                        sandbox -> assertThat(sandbox.settings()).containsEntry("CALLWATCH_SANDBOX_ENABLED", "true"));
    }

    @Test
    void the_example_client_is_the_one_that_production_lets_in() {
        Map<String, String> settings = named("k8s/overlays/production").settings();
        Manifests client = named("k8s/components/workload-identity/example-client");
        ServiceAccount account = client.of(ServiceAccount.class).get(0);
        assertThat(settings)
                .containsEntry("CALLWATCH_ACCESS_MODE", "oidc")
                .containsEntry(
                        "CALLWATCH_ACCESS_RULES_EXAMPLE_SUBJECT",
                        "system:serviceaccount:%s:%s"
                                .formatted(
                                        account.getMetadata().getNamespace(),
                                        account.getMetadata().getName()));
        assertThat(client.pods().get(0).getSpec().getVolumes())
                .flatExtracting(volume -> volume.getProjected().getSources())
                .extracting(source -> source.getServiceAccountToken().getAudience())
                .containsExactly(settings.get("CALLWATCH_ACCESS_ISSUERS_CLUSTER_AUDIENCE"));
    }

    @Test
    void each_alert_has_a_line_in_the_runbook() throws IOException {
        List<String> runbook = Files.readAllLines(Path.of("README.md")).stream()
                .dropWhile(line -> !line.matches("#+ Runbook"))
                .toList();
        List<Rule> alerts = alerts();
        assertThat(alerts).isNotEmpty().allSatisfy(alert -> {
            assertThat(alert.getLabels().get("severity")).isIn("info", "warning", "critical");
            assertThat(alert.getAnnotations()).containsKeys("summary", "runbook");
            assertThat(alert.getAnnotations().get("runbook_url")).endsWith("/README.md#runbook");
            assertThat(runbook).anyMatch(line -> line.startsWith("| `" + alert.getAlert() + "` |"));
        });
    }

    @Test
    void alerts_and_the_dashboard_ask_for_metrics_that_the_readme_lists() throws IOException {
        Set<String> listed = metrics(Files.readString(Path.of("README.md"))
                .replaceFirst("(?s)^.*\n## Operations\n", "")
                .replaceFirst("(?s)\n#.*$", ""));
        JsonNode dashboard =
                new ObjectMapper().readTree(Files.readString(MONITORING.resolve("callwatch-dashboard.json")));
        String expressions = Stream.concat(
                        alerts().stream().map(alert -> alert.getExpr().getStrVal()),
                        dashboard.findValuesAsText("expr").stream())
                .collect(Collectors.joining("\n"));
        assertThat(metrics(expressions)).hasSizeGreaterThan(10).isSubsetOf(listed);
    }

    @Test
    void the_composition_names_its_images_by_version() throws IOException {
        assertThat(Files.readAllLines(Path.of("docker/compose.yaml")))
                .filteredOn(line -> line.strip().startsWith("image:"))
                .hasSize(3)
                .allMatch(line -> line.matches("\\s+image: [a-z0-9./-]+:(v?\\d+\\.\\d+\\.\\d+|compose)"));
    }

    /** Names of our metrics, those of timers without the suffixes that Prometheus gives them. */
    private static Set<String> metrics(String text) {
        return Pattern.compile("callwatch_[a-z_]+")
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .map(name -> name.replaceFirst("_seconds_(count|sum|max|bucket)$", "_seconds"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<Rule> alerts() {
        return named("target/k8s/monitoring").of(PrometheusRule.class).stream()
                .flatMap(rule -> rule.getSpec().getGroups().stream())
                .flatMap(group -> group.getRules().stream())
                .toList();
    }

    private Manifests named(String directory) {
        return rendered.stream()
                .filter(manifests -> manifests.name().equals(directory))
                .findFirst()
                .orElseThrow();
    }

    /** The version that is built, as it will be released. */
    private static String version() throws IOException {
        return Pattern.compile("<artifactId>callwatch</artifactId>\\s*<version>(.+?)(-SNAPSHOT)?</version>")
                .matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    private static Stream<Container> containers(PodSpec pod) {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
    }

    private static boolean isAllowed(Volume volume) {
        return volume.getConfigMap() != null
                || volume.getEmptyDir() != null
                || volume.getProjected() != null
                || volume.getSecret() != null;
    }

    private static Map<String, Integer> ports(Container container) {
        return container.getPorts().stream()
                .collect(Collectors.toMap(ContainerPort::getName, ContainerPort::getContainerPort));
    }

    private static String path(Probe probe) {
        assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("management");
        return probe.getHttpGet().getPath();
    }

    private static Duration seconds(Map<String, String> settings, String key) {
        return Duration.parse("PT" + settings.get(key));
    }

    private static List<Integer> numbers(List<NetworkPolicyPort> ports) {
        return ports.stream().map(port -> port.getPort().getIntVal()).toList();
    }

    private static Set<String> names(Manifests manifests, Class<?> kind) {
        return manifests.of(kind).stream()
                .map(object -> Manifests.metadata(object).getName())
                .collect(Collectors.toSet());
    }

    private static Container onlyPod(Manifests manifests, Map<String, String> selector) {
        List<PodTemplateSpec> selected = manifests.pods().stream()
                .filter(pod -> pod.getMetadata().getLabels().entrySet().containsAll(selector.entrySet()))
                .toList();
        assertThat(selected).hasSize(1);
        return selected.get(0).getSpec().getContainers().get(0);
    }
}
