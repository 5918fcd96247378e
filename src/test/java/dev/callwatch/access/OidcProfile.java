package dev.callwatch.access;

import dev.callwatch.api.OddUpstream;
import dev.callwatch.api.PushSink;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;
import org.jose4j.jwk.RsaJsonWebKey;

/**
 * Mode {@code oidc} with several issuers and rules, the sinks of {@link PushSink}, the upstream of {@link OddUpstream}, and all that operators might set to see more in
 * the log. One profile for several test classes, because each further one starts another application.
 */
public class OidcProfile implements QuarkusTestProfile {

    /** Known to the service once it has seen them, so the same for all tests. */
    public static final RsaJsonWebKey MAIN_KEY = TestIssuer.key("main");

    public static final RsaJsonWebKey CLUSTER_KEY = TestIssuer.key("cluster");

    private static final String WIREMOCK = "http://localhost:${quarkus.wiremock.devservices.port}";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.ofEntries(
                Map.entry("callwatch.access.mode", "oidc"),
                Map.entry("callwatch.access.audit-reads", "true"),
                Map.entry("callwatch.access.limits.requests-per-second", "5"),
                Map.entry("callwatch.access.limits.burst", "50"),
                Map.entry("callwatch.access.limits.streams", "2"),
                Map.entry("callwatch.access.limits.watched-calls", "3"),
                Map.entry("callwatch.access.limits.subscriptions", "2"),
                Map.entry("callwatch.access.issuers.main.url", WIREMOCK + "/issuers/main"),
                Map.entry("callwatch.access.issuers.cluster.url", WIREMOCK + "/issuers/cluster"),
                Map.entry("callwatch.access.issuers.cluster.jwks-url", WIREMOCK + "/issuers/cluster/jwks"),
                Map.entry("callwatch.access.issuers.cluster.token-file", "target/test-classes/own-token"),
                Map.entry("callwatch.access.issuers.unsteady.url", WIREMOCK + "/issuers/unsteady"),
                Map.entry("callwatch.access.issuers.rotating.url", WIREMOCK + "/issuers/rotating"),
                Map.entry("callwatch.access.rules.rotating.issuer", "rotating"),
                Map.entry("callwatch.access.rules.rotating.accounts", "a1b2c3d4e5"),
                Map.entry("callwatch.access.issuers.plain.url", WIREMOCK + "/issuers/plain"),
                Map.entry("callwatch.access.issuers.nowhere.url", "http://localhost:1/issuer"),
                Map.entry("callwatch.access.issuers.silent.url", "${test.faulty}/issuers/silent"),
                Map.entry("callwatch.access.issuers.dripping.url", "${test.faulty}/issuers/dripping"),
                Map.entry("callwatch.access.issuers.flooding.url", "${test.faulty}/issuers/flooding"),
                Map.entry("callwatch.access.issuers.undiscovered.url", "${test.faulty}/issuers/undiscovered"),
                Map.entry("callwatch.access.rules.crm.issuer", "main"),
                Map.entry("callwatch.access.rules.crm.subject", "crm-*"),
                Map.entry("callwatch.access.rules.crm.accounts", "a1b2c3d4e5,life"),
                Map.entry("callwatch.access.rules.crm.permissions", "read,numbers,push"),
                Map.entry("callwatch.access.rules.dialler.subject", "dialler-*"),
                Map.entry("callwatch.access.rules.dialler.accounts", "life"),
                Map.entry("callwatch.access.rules.dialler.permissions", "read,push"),
                Map.entry("callwatch.access.rules.pusher.subject", "pusher"),
                Map.entry("callwatch.access.rules.pusher.accounts", "life"),
                Map.entry("callwatch.access.rules.pusher.permissions", "push"),
                Map.entry("callwatch.access.rules.wallboards.issuer", "main"),
                Map.entry("callwatch.access.rules.wallboards.subject", "wallboard"),
                Map.entry("callwatch.access.rules.wallboards.accounts", "a1b2c3d4e5,life"),
                Map.entry("callwatch.access.rules.others.subject", "other"),
                Map.entry("callwatch.access.rules.others.accounts", "shared"),
                Map.entry("callwatch.access.rules.groups.group", "night-shift"),
                Map.entry("callwatch.access.rules.groups.accounts", "batch"),
                Map.entry("callwatch.access.rules.scopes.scope", "calls:*"),
                Map.entry("callwatch.access.rules.scopes.accounts", "*"),
                Map.entry("callwatch.access.rules.workloads.issuer", WIREMOCK + "/issuers/cluster"),
                Map.entry("callwatch.access.rules.workloads.subject", "system:serviceaccount:dialler:*"),
                Map.entry("callwatch.access.rules.workloads.accounts", "a1b2c3d4e5"),
                Map.entry("callwatch.access.rules.unsteady.issuer", "unsteady"),
                Map.entry("callwatch.access.rules.unsteady.accounts", "a1b2c3d4e5"),
                Map.entry("quarkus.log.min-level", "TRACE"),
                Map.entry("quarkus.log.category.\"org.jose4j\".level", "TRACE"),
                Map.entry("quarkus.log.category.\"org.jose4j.jws\".level", "TRACE"),
                Map.entry("quarkus.log.category.\"org.jboss.resteasy.reactive.client.logging\".level", "TRACE"),
                Map.entry("quarkus.rest-client.logging.scope", "all"),
                Map.entry("quarkus.rest-client.logging.body-limit", "10000"),
                // The recorder of a test has it all.
                Map.entry("quarkus.log.console.level", "INFO"));
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(PushSink.class), new TestResourceEntry(OddUpstream.class));
    }
}
