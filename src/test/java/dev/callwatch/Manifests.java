package dev.callwatch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The objects that one kustomization renders, each parsed strictly: a field that its kind does not know, or has elsewhere, fails. */
record Manifests(String name, List<Object> objects) {

    static final Path ROOT = Path.of("k8s");

    /** Every kind that may appear. Whoever brings another one says here what it looks like. */
    private static final Map<String, Class<?>> KINDS = Map.ofEntries(
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Secret", Secret.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("keda.sh/v1alpha1/ScaledObject", ScaledObject.class),
            Map.entry("serving.knative.dev/v1/Service", io.fabric8.knative.serving.v1.Service.class),
            Map.entry("sources.knative.dev/v1/SinkBinding", io.fabric8.knative.sources.v1.SinkBinding.class),
            Map.entry("batch/v1/Job", Job.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("networking.k8s.io/v1/Ingress", Ingress.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("monitoring.coreos.com/v1/PodMonitor", PodMonitor.class),
            Map.entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class),
            Map.entry("external-secrets.io/v1/ExternalSecret", ExternalSecret.class));

    private static final ObjectMapper YAML = strict();

    /** Components of which one kustomization takes one: each is or brings {@code redis}. */
    static final List<String> SHARING = List.of("redis", "autoscaling", "keda");

    /** A kind without a published model, of which we know the fields that we use. */
    sealed interface Custom {
        ObjectMeta metadata();
    }

    /** What we use of External Secrets. */
    record ExternalSecret(String apiVersion, String kind, ObjectMeta metadata, Spec spec) implements Custom {
        record Spec(String refreshInterval, Store secretStoreRef, Target target, List<Source> dataFrom) {}

        record Store(String kind, String name) {}

        record Target(String name) {}

        record Source(Extract extract) {}

        record Extract(String key) {}
    }

    /** The fields of KEDA 2.17, all of them but for {@code scalingModifiers}. */
    record ScaledObject(String apiVersion, String kind, ObjectMeta metadata, Spec spec) implements Custom {
        record Spec(
                Target scaleTargetRef,
                Integer pollingInterval,
                Integer cooldownPeriod,
                Integer initialCooldownPeriod,
                Integer idleReplicaCount,
                Integer minReplicaCount,
                Integer maxReplicaCount,
                Fallback fallback,
                Advanced advanced,
                List<Trigger> triggers) {}

        record Target(String apiVersion, String kind, String name, String envSourceContainerName) {}

        record Fallback(Integer failureThreshold, Integer replicas, String behavior) {}

        record Advanced(Boolean restoreToOriginalReplicaCount, Autoscaler horizontalPodAutoscalerConfig) {}

        record Autoscaler(String name, HorizontalPodAutoscalerBehavior behavior) {}

        /** {@code metadata} has text only: KEDA refuses a bare number. */
        record Trigger(
                String type,
                String name,
                String metricType,
                Boolean useCachedMetrics,
                Authentication authenticationRef,
                Prometheus metadata) {}

        record Authentication(String kind, String name) {}

        record Prometheus(
                String serverAddress,
                String query,
                String threshold,
                String activationThreshold,
                String namespace,
                String customHeaders,
                String ignoreNullValues,
                String queryParameters,
                String unsafeSsl,
                String timeout,
                String authModes) {}
    }

    static boolean canRender() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "kubectl")));
    }

    /**
     * Renders every kustomization as it is, each component on the base, all that go together, and an overlay of an overlay as a user
     * writes one.
     */
    static List<Manifests> renderAll() throws IOException, InterruptedException {
        List<Manifests> rendered = new ArrayList<>();
        List<Path> components = new ArrayList<>();
        for (Path kustomization : kustomizations()) {
            if (Files.readString(kustomization).contains("kind: Component")) {
                components.add(kustomization.getParent());
            } else {
                rendered.add(render(kustomization.getParent()));
            }
        }
        for (Path component : components) {
            rendered.add(render(compose(component.getFileName().toString(), ROOT.resolve("base"), List.of(component))));
        }
        for (String sharing : SHARING) {
            List<Path> together = components.stream()
                    .filter(component ->
                            component.endsWith(sharing) || SHARING.stream().noneMatch(component::endsWith))
                    .toList();
            rendered.add(render(compose("everything-with-" + sharing, ROOT.resolve("base"), together)));
        }
        rendered.add(render(compose("own-knative", ROOT.resolve("overlays/knative"), List.of())));
        return rendered;
    }

    /** Renders the base with these components. */
    static Manifests renderWith(String... components) throws IOException, InterruptedException {
        return render(compose(
                String.join("-and-", components),
                ROOT.resolve("base"),
                Stream.of(components).map(ROOT.resolve("components")::resolve).toList()));
    }

    static List<Path> kustomizations() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.endsWith("kustomization.yaml"))
                    .sorted()
                    .toList();
        }
    }

    /** Parses the documents of a stream of YAML. */
    static List<Object> parse(String documents) throws IOException {
        List<Object> objects = new ArrayList<>();
        try (JsonParser parser = YAML.createParser(documents)) {
            for (JsonNode document :
                    YAML.readerFor(JsonNode.class).<JsonNode>readValues(parser).readAll()) {
                String kind = document.path("apiVersion").asText() + "/"
                        + document.path("kind").asText();
                if (!KINDS.containsKey(kind)) {
                    throw new IOException("a kind that Manifests.KINDS does not know: " + kind);
                }
                objects.add(YAML.treeToValue(document, KINDS.get(kind)));
            }
        }
        return objects;
    }

    static ObjectMeta metadata(Object object) {
        return object instanceof Custom custom ? custom.metadata() : ((HasMetadata) object).getMetadata();
    }

    <T> List<T> of(Class<T> kind) {
        return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<PodTemplateSpec> pods() {
        return Stream.of(
                        of(Deployment.class).stream()
                                .map(deployment -> deployment.getSpec().getTemplate()),
                        of(Job.class).stream().map(job -> job.getSpec().getTemplate()),
                        of(io.fabric8.knative.serving.v1.Service.class).stream().map(Manifests::pod))
                .flatMap(templates -> templates)
                .toList();
    }

    /** The pod of a Knative Service: what it says of one, without what it says of requests. */
    static PodTemplateSpec pod(io.fabric8.knative.serving.v1.Service service) {
        ObjectNode revision = YAML.valueToTree(service.getSpec().getTemplate().getSpec());
        revision.remove(
                List.of("containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds"));
        PodTemplateSpec template = new PodTemplateSpec();
        template.setMetadata(service.getSpec().getTemplate().getMetadata());
        template.setSpec(YAML.convertValue(revision, PodSpec.class));
        return template;
    }

    /** The settings of the service, as its pod reads them: of two the later one counts. */
    Map<String, String> settings() {
        Map<String, ConfigMap> maps = of(ConfigMap.class).stream()
                .collect(Collectors.toMap(map -> map.getMetadata().getName(), map -> map));
        Map<String, String> settings = new TreeMap<>();
        pods().stream()
                .flatMap(pod -> pod.getSpec().getContainers().stream())
                .flatMap(container -> container.getEnvFrom().stream())
                .filter(source -> source.getConfigMapRef() != null)
                .map(source -> maps.get(source.getConfigMapRef().getName()))
                .filter(Objects::nonNull)
                .forEach(map -> settings.putAll(map.getData()));
        return settings;
    }

    @Override
    public String toString() {
        return name;
    }

    private static Manifests render(Path directory) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("kustomize", ".txt");
        Process kubectl = new ProcessBuilder("kubectl", "kustomize", directory.toString())
                .redirectError(errors.toFile())
                .start();
        String documents = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!kubectl.waitFor(30, TimeUnit.SECONDS) || kubectl.exitValue() != 0) {
            throw new IOException("kubectl kustomize " + directory + ": " + Files.readString(errors));
        }
        Files.delete(errors);
        try {
            return new Manifests(directory.toString(), parse(documents));
        } catch (IOException e) {
            throw new IOException(directory + ": " + e.getMessage(), e);
        }
    }

    /** A kustomization of its own, as a user writes one. */
    private static Path compose(String name, Path resource, List<Path> components) throws IOException {
        Path directory = Path.of("target", "k8s", name);
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("kustomization.yaml"),
                "namespace: callwatch\nresources:\n- " + directory.relativize(resource) + "\n"
                        + components.stream()
                                .map(component -> "- " + directory.relativize(component) + "\n")
                                .collect(Collectors.joining("", "components:\n", ""))
                        + "configMapGenerator: [{name: callwatch, behavior: merge, literals: [QUARKUS_REDIS_HOSTS=redis://own:6379]}]\n");
        return directory;
    }

    private static ObjectMapper strict() {
        YAMLMapper mapper = YAMLMapper.builder()
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .annotationIntrospector(new NoPlaceForTheUnknown())
                .build();
        // An environment variable must be text: the API server refuses a bare number or boolean.
        mapper.coercionConfigFor(LogicalType.Textual)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        return mapper;
    }

    /** The model keeps fields that it does not know; without a place for them they fail. */
    private static final class NoPlaceForTheUnknown extends JacksonAnnotationIntrospector {

        private static final long serialVersionUID = 1L;

        @Override
        public Boolean hasAnySetter(Annotated annotated) {
            return Boolean.FALSE;
        }
    }
}
