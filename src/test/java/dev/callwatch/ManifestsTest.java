package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.callwatch.push.EventTypes;
import io.fabric8.knative.eventing.v1.Trigger;
import io.fabric8.knative.serving.v1.RevisionSpec;
import io.fabric8.knative.sources.v1.SinkBinding;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
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
    private static final MarkdownFile OPERATIONS = MarkdownFile.of("k8s/README.md");
    private static final Path MONITORING = Manifests.ROOT.resolve("components/monitoring");

    private static final Set<String> KNATIVE = Set.of(
            "knative-serving",
            "knative-serving-ingress",
            "kourier-system",
            "istio-system",
            "contour-external",
            "contour-internal");

    /** From which namespaces a port may be reached; from everywhere where there is none. */
    private static final Map<Integer, Set<String>> INGRESS = Map.of(
            8080, Set.of(),
            9000, Set.of("monitoring"),
            8012, KNATIVE,
            8112, KNATIVE,
            9090, Set.of("knative-serving"),
            9091, Set.of("monitoring"));

    /** What each policy lets out. */
    private static final Map<String, Set<Integer>> EGRESS = Map.of(
            "callwatch", Set.of(53, 443),
            "callwatch-workload-identity", Set.of(6443),
            "callwatch-redis", Set.of(6379),
            "callwatch-knative-eventing", Set.of(80, 8080));

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
        assertThatThrownBy(() -> Manifests.parse("""
                {apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, spec: {scaleDown: {stabilizationWindowSeconds: 1}}}
                """)).hasMessageContaining("scaleDown");
        assertThatThrownBy(() -> Manifests.parse("""
                {apiVersion: keda.sh/v1alpha1, kind: ScaledObject, spec: {minReplicas: 2}}
                """)).hasMessageContaining("minReplicas");
        assertThatThrownBy(() -> Manifests.parse("""
                {apiVersion: keda.sh/v1alpha1, kind: ScaledObject, spec: {triggers: [{metadata: {threshold: 1000}}]}}
                """)).hasMessageContaining("Integer");
        assertThatThrownBy(() -> Manifests.parse("""
                {apiVersion: serving.knative.dev/v1, kind: Service, spec: {template: {spec: {idleTimeout: 90}}}}
                """)).hasMessageContaining("idleTimeout");
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
            assertThat(pod.getVolumes()).allMatch(ManifestsTest::isAllowed);
            assertThat(containers(pod)).allSatisfy(container -> {
                JsonNode context = securityContext(pod, container);
                assertThat(context.path("runAsNonRoot").asBoolean()).isTrue();
                assertThat(context.path("runAsUser").asInt()).isPositive();
                assertThat(context.path("runAsGroup").asInt()).isPositive();
                assertThat(context.path("seccompProfile").path("type").asText()).isEqualTo("RuntimeDefault");
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
                    if (container.getImage().startsWith("ghcr.io/callwatch/")) {
                        assertThat(container.getImage()).matches("[a-z./]+:" + version);
                    } else {
                        assertThat(container.getImage())
                                .matches("[a-z0-9.]+/[a-z0-9./-]+:v?\\d+\\.\\d+[\\w.-]*@sha256:[0-9a-f]{64}");
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

    /** {@code | image | heap | measured at most, MiB | request | limit |}: the native image is deployed, the other composed. */
    @Test
    void memory_is_what_the_document_measured_and_a_quarter_more() throws IOException {
        Map<String, List<String>> images = OPERATIONS
                .section("Memory")
                .lines()
                .filter(line -> line.startsWith("| native") || line.startsWith("| JVM"))
                .map(line -> List.of(line.replaceAll("^\\| | \\|$", "").split(" \\| ")))
                .collect(Collectors.toMap(cells -> cells.get(0).split(",")[0], cells -> cells));
        assertThat(images).containsOnlyKeys("native", "JVM").allSatisfy((image, cells) -> {
            int measured = Integer.parseInt(cells.get(2));
            assertThat(mebibytes(cells.get(3))).as(image).isGreaterThanOrEqualTo(measured);
            assertThat(mebibytes(cells.get(4)) * 4).as(image).isGreaterThanOrEqualTo(measured * 5);
        });
        assertThat(rendered.stream()
                        .flatMap(manifests -> manifests.pods().stream())
                        .flatMap(pod -> containers(pod.getSpec()))
                        .filter(container -> container.getImage().startsWith("ghcr.io/callwatch/")))
                .isNotEmpty()
                .allSatisfy(container -> {
                    assertThat(container.getResources().getRequests().get("memory"))
                            .isEqualTo(new Quantity(images.get("native").get(3)));
                    assertThat(container.getResources().getLimits().get("memory"))
                            .isEqualTo(new Quantity(images.get("native").get(4)));
                });
        JsonNode composed = new YAMLMapper()
                .readTree(Files.readString(Path.of("docker/compose.yaml")))
                .at("/services/callwatch/mem_limit");
        assertThat(composed.asText()).isEqualTo(mebibytes(images.get("JVM").get(4)) + "m");
        assertThat(Files.readString(Path.of("docker/Dockerfile.jvm")))
                .contains("-XX:MaxRAMPercentage=" + images.get("JVM").get(1) + "\"");
    }

    private static int mebibytes(String quantity) {
        return Integer.parseInt(quantity.replaceFirst("Mi$", ""));
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void the_service_is_probed_on_its_management_port(Manifests manifests) {
        assertThat(manifests.of(Deployment.class)).allSatisfy(deployment -> {
            Container container =
                    deployment.getSpec().getTemplate().getSpec().getContainers().get(0);
            assertThat(ports(container)).containsEntry("management", 9000).containsEntry("http", 8080);
            assertProbe(container.getStartupProbe(), "/q/health/started", new IntOrString("management"));
            assertProbe(container.getReadinessProbe(), "/q/health/ready", new IntOrString("management"));
            assertProbe(container.getLivenessProbe(), "/q/health/live", new IntOrString("management"));
            assertThat(container.getLivenessProbe().getTerminationGracePeriodSeconds())
                    .isLessThan(deployment.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds());
        });
        // Knative allows no second port, so none with a name; and with a startup probe it gives up its own fast one.
        assertThat(knative(manifests)).allSatisfy(service -> {
            Container container =
                    Manifests.pod(service).getSpec().getContainers().get(0);
            assertThat(container.getStartupProbe()).isNull();
            assertProbe(container.getReadinessProbe(), "/q/health/ready", new IntOrString(9000));
            assertProbe(container.getLivenessProbe(), "/q/health/live", new IntOrString(9000));
            assertThat(container.getLivenessProbe().getTerminationGracePeriodSeconds())
                    .isNull();
        });
    }

    private static void assertProbe(Probe probe, String path, IntOrString port) {
        assertThat(probe.getHttpGet().getPath()).isEqualTo(path);
        assertThat(probe.getHttpGet().getPort()).isEqualTo(port);
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
        boolean one = manifests.of(Deployment.class).stream()
                        .allMatch(deployment ->
                                Integer.valueOf(1).equals(deployment.getSpec().getReplicas()))
                && autoscalers(manifests) == 0
                && knative(manifests).isEmpty();
        boolean shared = "redis".equals(manifests.settings().get("CALLWATCH_STORE"));
        assertThat(one || shared).isTrue();
        // Nobody gets a store to share for one replica that has nobody to share it with.
        assertThat(one && shared).isFalse();
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void a_shared_store_is_reachable_and_its_password_a_secret(Manifests manifests) {
        Map<String, String> settings = manifests.settings();
        boolean shared = "redis".equals(settings.get("CALLWATCH_STORE"));
        assertThat(names(manifests, NetworkPolicy.class).contains("callwatch-redis"))
                .isEqualTo(shared);
        if (shared) {
            assertThat(settings.get("QUARKUS_REDIS_HOSTS")).matches("rediss?://[^@]+");
            assertThat(settings).doesNotContainKey("QUARKUS_REDIS_PASSWORD");
            assertThat(manifests.pods().stream().flatMap(pod -> containers(pod.getSpec())))
                    .allSatisfy(container -> assertThat(container.getEnv())
                            .filteredOn(variable -> variable.getName().equals("QUARKUS_REDIS_PASSWORD"))
                            .singleElement()
                            .satisfies(password -> assertThat(
                                            password.getValueFrom().getSecretKeyRef())
                                    .isNotNull()));
        }
    }

    /** Else each apply would undo what the autoscaler did, and two would undo each other's. */
    @ParameterizedTest
    @MethodSource("rendered")
    void either_the_deployment_says_how_many_replicas_there_are_or_one_autoscaler(Manifests manifests) {
        assertThat(autoscalers(manifests)).isLessThanOrEqualTo(1);
        assertThat(manifests.of(Deployment.class))
                .allSatisfy(deployment ->
                        assertThat(deployment.getSpec().getReplicas() == null).isEqualTo(autoscalers(manifests) == 1));
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void an_autoscaler_keeps_two_replicas_and_removes_others_slowly(Manifests manifests) {
        Set<String> deployments = names(manifests, Deployment.class);
        assertThat(manifests.of(HorizontalPodAutoscaler.class))
                .extracting(HorizontalPodAutoscaler::getSpec)
                .allSatisfy(spec -> {
                    assertThat(spec.getScaleTargetRef().getKind()).isEqualTo("Deployment");
                    assertThat(deployments).contains(spec.getScaleTargetRef().getName());
                    assertThat(spec.getMinReplicas()).isGreaterThanOrEqualTo(2).isLessThan(spec.getMaxReplicas());
                    assertThat(spec.getMetrics())
                            .extracting(MetricSpec::getType)
                            .containsExactlyInAnyOrder("Resource", "Pods");
                    assertSlow(spec.getBehavior());
                });
        assertThat(manifests.of(Manifests.ScaledObject.class))
                .extracting(Manifests.ScaledObject::spec)
                .allSatisfy(spec -> {
                    assertThat(spec.scaleTargetRef().kind()).isEqualTo("Deployment");
                    assertThat(deployments).contains(spec.scaleTargetRef().name());
                    assertThat(spec.minReplicaCount()).isGreaterThanOrEqualTo(2).isLessThan(spec.maxReplicaCount());
                    assertThat(spec.idleReplicaCount()).isNull();
                    assertThat(spec.fallback().replicas()).isBetween(spec.minReplicaCount(), spec.maxReplicaCount());
                    assertThat(spec.triggers()).isNotEmpty().allSatisfy(trigger -> {
                        assertThat(trigger.type()).isEqualTo("prometheus");
                        assertThat(trigger.metricType()).isEqualTo("AverageValue");
                        assertThat(trigger.metadata().ignoreNullValues()).isEqualTo("false");
                        assertThat(Integer.parseInt(trigger.metadata().threshold()))
                                .isPositive();
                    });
                    assertSlow(spec.advanced().horizontalPodAutoscalerConfig().behavior());
                });
    }

    private static void assertSlow(HorizontalPodAutoscalerBehavior behavior) {
        assertThat(behavior.getScaleDown().getStabilizationWindowSeconds()).isGreaterThanOrEqualTo(600);
        assertThat(behavior.getScaleDown().getPolicies()).singleElement().satisfies(policy -> {
            assertThat(policy.getType()).isEqualTo("Pods");
            assertThat(policy.getValue()).isEqualTo(1);
            assertThat(policy.getPeriodSeconds()).isGreaterThanOrEqualTo(60);
        });
    }

    @Test
    void one_of_the_components_that_bring_redis_is_enough_and_two_are_refused() {
        for (String one : Manifests.SHARING) {
            assertThat(named("target/k8s/" + one).settings()).containsEntry("CALLWATCH_STORE", "redis");
            for (String other : Manifests.SHARING) {
                assertThatThrownBy(() -> Manifests.renderWith(one, other))
                        .hasMessageContaining("already registered id: " + (one.equals(other) ? "" : "NetworkPolicy"));
            }
        }
    }

    /** What the webhook of Knative Serving refuses as it is installed, and what would cut off those who wait. */
    @ParameterizedTest
    @MethodSource("rendered")
    void a_knative_service_asks_for_what_knative_allows_and_waits_for_those_who_wait(Manifests manifests) {
        Map<String, String> settings = manifests.settings();
        assertThat(knative(manifests)).allSatisfy(service -> {
            PodSpec pod = Manifests.pod(service).getSpec();
            assertThat(pod.getSecurityContext()).isNull();
            assertThat(pod.getTerminationGracePeriodSeconds()).isNull();
            assertThat(pod.getTopologySpreadConstraints()).isEmpty();
            assertThat(pod.getInitContainers()).isEmpty();
            Container container = pod.getContainers().get(0);
            assertThat(pod.getContainers()).hasSize(1);
            assertThat(ports(container)).containsExactly(Map.entry("http1", 8080));
            assertThat(container.getLifecycle()).isNull();
            assertThat(container.getVolumeMounts())
                    .filteredOn(mount -> !mount.getName().equals("tmp"))
                    .allSatisfy(mount -> assertThat(mount.getReadOnly()).isTrue());
            // Without a period it is Knative's own fast one, which takes no other figures.
            assertThat(container.getReadinessProbe().getPeriodSeconds()).isNull();
            assertThat(container.getReadinessProbe().getTimeoutSeconds()).isNull();
            assertThat(container.getReadinessProbe().getFailureThreshold()).isNull();

            RevisionSpec revision = service.getSpec().getTemplate().getSpec();
            long longestSilence = 60 + 5;
            assertThat(revision.getResponseStartTimeoutSeconds())
                    .isGreaterThan(longestSilence)
                    .isLessThanOrEqualTo(revision.getTimeoutSeconds());
            assertThat(revision.getIdleTimeoutSeconds())
                    .isGreaterThan(longestSilence)
                    .isLessThanOrEqualTo(revision.getTimeoutSeconds());
            assertThat(Duration.ofSeconds(revision.getTimeoutSeconds()))
                    .isLessThanOrEqualTo(Duration.ofSeconds(600))
                    .isGreaterThan(seconds(settings, "QUARKUS_SHUTDOWN_DELAY")
                            .plus(seconds(settings, "QUARKUS_SHUTDOWN_TIMEOUT")));

            Map<String, String> scaling =
                    service.getSpec().getTemplate().getMetadata().getAnnotations().entrySet().stream()
                            .collect(Collectors.toMap(
                                    entry -> entry.getKey().replaceFirst("^autoscaling\\.knative\\.dev/", ""),
                                    Map.Entry::getValue));
            assertThat(scaling)
                    .containsOnlyKeys(
                            "min-scale", "max-scale", "metric", "target", "scale-to-zero-pod-retention-period")
                    .containsEntry("min-scale", "0")
                    .containsEntry("metric", "concurrency");
            assertThat(Integer.parseInt(scaling.get("max-scale"))).isPositive();
            assertThat(Integer.parseInt(scaling.get("target"))).isPositive();
            assertThat(service.getMetadata().getLabels())
                    .containsEntry("networking.knative.dev/visibility", "cluster-local");
            // Knative makes one of this name itself.
            assertThat(names(manifests, Service.class))
                    .doesNotContain(service.getMetadata().getName());
        });
    }

    @Test
    void knative_runs_what_the_deployment_runs() throws Exception {
        PodSpec deployed =
                Manifests.renderWith("redis", "workload-identity").pods().get(0).getSpec();
        Manifests overlay = named("k8s/overlays/knative");
        PodSpec pod = overlay.pods().get(0).getSpec();
        Container container = pod.getContainers().get(0);
        Container expected = deployed.getContainers().get(0);
        assertThat(container.getImage()).isEqualTo(expected.getImage());
        assertThat(container.getEnv()).isEqualTo(expected.getEnv());
        assertThat(sources(container)).isEqualTo(sources(expected));
        assertThat(container.getResources()).isEqualTo(expected.getResources());
        assertThat(container.getVolumeMounts()).containsExactlyInAnyOrderElementsOf(expected.getVolumeMounts());
        assertThat(pod.getVolumes()).containsExactlyInAnyOrderElementsOf(deployed.getVolumes());
        assertThat(pod.getServiceAccountName()).isEqualTo(deployed.getServiceAccountName());
        assertThat(securityContext(pod, container)).isEqualTo(securityContext(deployed, expected));
    }

    /** Kustomize has components come after what lists them, and does not know where Knative names a ConfigMap. */
    @Test
    void own_settings_win_over_those_of_a_component_and_reach_knative_with_a_revision_of_their_own() {
        for (String sharing : Manifests.SHARING) {
            assertThat(named("target/k8s/everything-with-" + sharing).settings())
                    .containsEntry("QUARKUS_REDIS_HOSTS", "redis://own:6379");
        }
        Manifests own = named("target/k8s/own-knative");
        Manifests overlay = named("k8s/overlays/knative");
        assertThat(own.settings()).containsEntry("QUARKUS_REDIS_HOSTS", "redis://own:6379");
        assertThat(overlay.settings()).containsEntry("QUARKUS_REDIS_HOSTS", "redis://redis.redis.svc:6379");
        assertThat(names(own, ConfigMap.class))
                .doesNotContainAnyElementsOf(names(overlay, ConfigMap.class).stream()
                        .filter(name -> !name.startsWith("callwatch-redis"))
                        .toList());
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
        boolean behindQueueProxy = !knative(manifests).isEmpty();
        assertThat(manifests.of(NetworkPolicy.class))
                .filteredOn(policy -> !isOfNotifications(policy))
                .allSatisfy(policy -> {
                    String name = policy.getMetadata().getName();
                    assertThat(policy.getSpec().getIngress()).allSatisfy(rule -> {
                        Set<String> from = rule.getFrom().stream()
                                .flatMap(peer -> namespaces(peer).stream())
                                .collect(Collectors.toSet());
                        assertThat(numbers(rule.getPorts()))
                                .isNotEmpty()
                                .allSatisfy(port -> assertThat(from).isEqualTo(INGRESS.get(port)));
                    });
                    assertThat(policy.getSpec().getIngress().stream()
                                    .flatMap(rule -> numbers(rule.getPorts()).stream()))
                            .containsExactlyInAnyOrderElementsOf(
                                    !name.equals("callwatch")
                                            ? Set.of()
                                            : behindQueueProxy
                                                    ? Set.of(8012, 8112, 9000, 9090, 9091)
                                                    : Set.of(8080, 9000));
                    assertThat(policy.getSpec().getEgress().stream().flatMap(rule -> numbers(rule.getPorts()).stream()))
                            .isNotEmpty()
                            .isSubsetOf(EGRESS.get(name));
                });
        // No other address than those that a component is about.
        assertThat(manifests.of(NetworkPolicy.class))
                .filteredOn(policy -> policy.getMetadata().getName().equals("callwatch-redis"))
                .flatExtracting(policy -> policy.getSpec().getEgress())
                .flatExtracting(NetworkPolicyEgressRule::getTo)
                .allSatisfy(peer -> assertThat(peer.getPodSelector().getMatchExpressions())
                        .singleElement()
                        .satisfies(label -> assertThat(label.getValues()).containsExactly("redis", "valkey")));
        assertThat(manifests.pods().isEmpty()
                        || manifests.of(Job.class).size() == manifests.pods().size()
                        || names(manifests, NetworkPolicy.class).contains("callwatch"))
                .isTrue();
    }

    private static boolean isOfNotifications(NetworkPolicy policy) {
        return policy.getMetadata().getName().equals("callwatch-notifications");
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void from_outside_nothing_is_reached_but_the_path_of_the_notifications(Manifests manifests) {
        assertThat(manifests.of(Ingress.class)).allSatisfy(ingress -> {
            assertThat(ingress.getSpec().getDefaultBackend()).isNull();
            assertThat(ingress.getSpec().getRules()).isNotEmpty().allSatisfy(rule -> {
                assertThat(ingress.getSpec().getTls())
                        .anySatisfy(tls -> assertThat(tls.getHosts()).contains(rule.getHost()));
                assertThat(rule.getHttp().getPaths()).isNotEmpty().allSatisfy(path -> {
                    assertThat(path.getPath()).startsWith("/v1/notifications/");
                    assertThat(path.getPathType()).isEqualTo("Exact");
                    assertThat(names(manifests, Service.class))
                            .contains(path.getBackend().getService().getName());
                });
            });
        });
        assertThat(manifests.of(NetworkPolicy.class))
                .filteredOn(ManifestsTest::isOfNotifications)
                .hasSameSizeAs(manifests.of(Ingress.class))
                .allSatisfy(policy -> {
                    assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress");
                    assertThat(policy.getSpec().getIngress()).singleElement().satisfies(rule -> {
                        assertThat(numbers(rule.getPorts())).containsExactly(8080);
                        assertThat(rule.getFrom())
                                .singleElement()
                                .satisfies(peer -> assertThat(namespaces(peer)).hasSize(1));
                    });
                });
    }

    /** The namespaces that a peer is about. */
    private static Set<String> namespaces(NetworkPolicyPeer peer) {
        assertThat(peer.getPodSelector()).isNull();
        assertThat(peer.getIpBlock()).isNull();
        return Stream.concat(
                        peer.getNamespaceSelector().getMatchLabels().entrySet().stream()
                                .map(label -> Map.entry(label.getKey(), List.of(label.getValue()))),
                        peer.getNamespaceSelector().getMatchExpressions().stream()
                                .peek(label -> assertThat(label.getOperator()).isEqualTo("In"))
                                .map(label -> Map.entry(label.getKey(), label.getValues())))
                .peek(label -> assertThat(label.getKey()).isEqualTo("kubernetes.io/metadata.name"))
                .flatMap(label -> label.getValue().stream())
                .collect(Collectors.toSet());
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
        Map<String, Set<String>> examples =
                Manifests.parse(Files.readString(Manifests.ROOT.resolve("example-secret.yaml"))).stream()
                        .map(Secret.class::cast)
                        .collect(Collectors.toMap(
                                secret -> secret.getMetadata().getName(),
                                secret -> secret.getStringData().keySet()));
        PodSpec pod = named("target/k8s/redis").pods().get(0).getSpec();
        List<SecretKeySelector> keys = pod.getContainers().get(0).getEnv().stream()
                .map(variable -> variable.getValueFrom().getSecretKeyRef())
                .toList();
        assertThat(Stream.of(
                                pod.getContainers().get(0).getEnvFrom().stream()
                                        .filter(source -> source.getSecretRef() != null)
                                        .map(source -> source.getSecretRef().getName()),
                                pod.getVolumes().stream()
                                        .filter(volume -> volume.getSecret() != null)
                                        .map(volume -> volume.getSecret().getSecretName()),
                                keys.stream().map(SecretKeySelector::getName))
                        .flatMap(names -> names))
                .containsExactlyInAnyOrderElementsOf(examples.keySet());
        assertThat(keys)
                .isNotEmpty()
                .allSatisfy(key -> assertThat(examples.get(key.getName())).contains(key.getKey()));
        assertThat(named("target/k8s/external-secrets").of(Manifests.ExternalSecret.class))
                .extracting(secret -> secret.spec().target().name())
                .isNotEmpty()
                .isSubsetOf(examples.keySet());
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
    void the_example_trigger_asks_for_an_event_that_there_is() throws IOException {
        Trigger trigger = new YAMLMapper()
                .readValue(
                        Path.of("k8s/components/knative-eventing/example-trigger.yaml")
                                .toFile(),
                        Trigger.class);
        assertThat(trigger.getAdditionalProperties()).isEmpty();
        assertThat(EventTypes.parse(
                        trigger.getSpec().getFilter().getAttributes().get("type")))
                .isPresent();
        SinkBinding binding =
                named("target/k8s/knative-eventing").of(SinkBinding.class).get(0);
        assertThat(binding.getSpec().getSink().getRef().getName())
                .isEqualTo(trigger.getSpec().getBroker());
    }

    @Test
    void each_alert_has_a_line_in_the_runbook() throws IOException {
        String runbook = OPERATIONS.section("Runbook");
        List<Rule> alerts = alerts();
        assertThat(alerts).isNotEmpty().allSatisfy(alert -> {
            assertThat(alert.getLabels().get("severity")).isIn("info", "warning", "critical");
            assertThat(alert.getAnnotations()).containsKeys("summary", "runbook");
            assertThat(alert.getAnnotations().get("runbook_url")).endsWith("/k8s/README.md#runbook");
            assertThat(runbook.lines()).anyMatch(line -> line.startsWith("| `" + alert.getAlert() + "` |"));
        });
    }

    @Test
    void alerts_and_the_dashboard_and_autoscalers_ask_for_metrics_that_the_document_lists() throws IOException {
        Set<String> listed = metrics(OPERATIONS.section("Metrics"));
        JsonNode dashboard =
                new ObjectMapper().readTree(Files.readString(MONITORING.resolve("callwatch-dashboard.json")));
        String expressions = Stream.of(
                        alerts().stream().map(alert -> alert.getExpr().getStrVal()),
                        dashboard.findValuesAsText("expr").stream(),
                        named("target/k8s/keda").of(Manifests.ScaledObject.class).stream()
                                .flatMap(scaled -> scaled.spec().triggers().stream())
                                .map(trigger -> trigger.metadata().query()),
                        named("target/k8s/autoscaling").of(HorizontalPodAutoscaler.class).stream()
                                .flatMap(autoscaler -> autoscaler.getSpec().getMetrics().stream())
                                .filter(metric -> metric.getPods() != null)
                                .map(metric -> metric.getPods().getMetric().getName()))
                .flatMap(queries -> queries)
                .collect(Collectors.joining("\n"));
        assertThat(metrics(expressions)).hasSizeGreaterThan(10).isSubsetOf(listed);
    }

    @Test
    void the_composition_names_its_images_by_version_and_waits_for_what_it_needs() throws IOException {
        JsonNode services = new YAMLMapper()
                .readTree(Files.readString(Path.of("docker/compose.yaml")))
                .path("services");
        assertThat(services.properties())
                .allSatisfy(service -> assertThat(
                                service.getValue().path("depends_on").properties())
                        .extracting(Map.Entry::getKey)
                        .allMatch(services::has));
        assertThat(services.at("/callwatch/environment/CALLWATCH_STORE").asText())
                .isEqualTo("redis");
        assertThat(services.at("/callwatch/environment/QUARKUS_REDIS_HOSTS").asText())
                .isEqualTo("redis://redis:6379");
        assertThat(services.at("/callwatch/depends_on/redis/condition").asText())
                .isEqualTo("service_healthy");
        assertThat(services.at("/redis/healthcheck/test")).isNotEmpty();
        assertThat(services.at("/redis").has("ports")).isFalse();
        assertThat(Files.readAllLines(Path.of("docker/compose.yaml")))
                .filteredOn(line -> line.strip().startsWith("image:"))
                .hasSize(4)
                .allMatch(line ->
                        line.matches("\\s+image: [a-z0-9./-]+:(v?\\d+\\.\\d+\\.\\d+(@sha256:[0-9a-f]{64})?|compose)"));
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

    /** What holds for a container: what is said of its pod, unless it says otherwise. */
    private static JsonNode securityContext(PodSpec pod, Container container) {
        ObjectNode context = new ObjectMapper().createObjectNode();
        if (pod.getSecurityContext() != null) {
            context.setAll((ObjectNode) new ObjectMapper().valueToTree(pod.getSecurityContext()));
        }
        return context.setAll((ObjectNode) new ObjectMapper().valueToTree(container.getSecurityContext()));
    }

    /** Where settings come from, in the order in which they are read, without the ends that tell one content from another. */
    private static List<String> sources(Container container) {
        return container.getEnvFrom().stream()
                .map(source -> source.getSecretRef() != null
                        ? "Secret " + source.getSecretRef().getName()
                        : "ConfigMap " + source.getConfigMapRef().getName().replaceFirst("-[a-z0-9]{10}$", ""))
                .toList();
    }

    private static List<io.fabric8.knative.serving.v1.Service> knative(Manifests manifests) {
        return manifests.of(io.fabric8.knative.serving.v1.Service.class);
    }

    private static int autoscalers(Manifests manifests) {
        return manifests.of(HorizontalPodAutoscaler.class).size()
                + manifests.of(Manifests.ScaledObject.class).size();
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
