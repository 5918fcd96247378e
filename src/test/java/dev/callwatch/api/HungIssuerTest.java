package dev.callwatch.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;

import dev.callwatch.FaultyHost;
import dev.callwatch.FaultyServer;
import dev.callwatch.access.OidcProfile;
import dev.callwatch.access.TestIssuer;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Issuers that take connections and never finish an answer: each request ends, and so does its connection. */
@QuarkusTest
@ConnectWireMock
@WithTestResource(value = FaultyHost.class, scope = TestResourceScope.GLOBAL)
@TestProfile(OidcProfile.class)
class HungIssuerTest {

    private static final Executor EACH_IN_ITS_THREAD = task -> new Thread(task, "caller").start();

    FaultyServer server;

    @AfterEach
    void recover() {
        server.recovers();
    }

    /** An issuer with a key that is known and one that was added later. */
    private record Rotation(FaultyServer.Fault fault, TestIssuer issuer, RsaJsonWebKey known, RsaJsonWebKey added) {}

    /** All at the same time: each fault would be waited out for some seconds. */
    @Test
    void keys_that_hang_hold_nothing_up() {
        List<Rotation> rotations = Stream.of(FaultyServer.Fault.values())
                .map(fault -> new Rotation(
                        fault,
                        issuer(fault.name().toLowerCase(Locale.ROOT)),
                        TestIssuer.key("known-" + fault),
                        TestIssuer.key("added-" + fault)))
                .toList();
        for (Rotation rotation : rotations) {
            publish(rotation.issuer(), rotation.known());
            becomesValid(rotation.issuer(), rotation.known());
        }

        rotations.forEach(
                rotation -> server.fails(rotation.fault(), rotation.issuer().jwksPath()));
        for (int token = 0; token < 8; token++) {
            List<CompletableFuture<Response>> answers = rotations.stream()
                    .map(rotation -> CompletableFuture.supplyAsync(
                            () -> accounts(rotation.issuer(), rotation.added()), EACH_IN_ITS_THREAD))
                    .toList();
            answers.forEach(answer -> unavailable(answer.join()));
        }
        for (Rotation rotation : rotations) {
            accounts(rotation.issuer(), rotation.known()).then().statusCode(200);
        }
        await().atMost(Duration.ofSeconds(15)).until(server::stuck, is(0));

        server.recovers();
        for (Rotation rotation : rotations) {
            publish(rotation.issuer(), rotation.known(), rotation.added());
            becomesValid(rotation.issuer(), rotation.added());
            accounts(rotation.issuer(), rotation.known()).then().statusCode(200);
        }
    }

    private static void becomesValid(TestIssuer issuer, RsaJsonWebKey key) {
        await().atMost(Duration.ofSeconds(15)).until(() -> accounts(issuer, key).statusCode() == 200);
    }

    @Test
    void discovery_that_hangs_holds_nothing_up() {
        TestIssuer issuer = issuer("undiscovered");
        RsaJsonWebKey key = TestIssuer.key("undiscovered");
        publish(issuer, key);
        for (FaultyServer.Fault fault : FaultyServer.Fault.values()) {
            server.fails(fault, "/issuers/undiscovered/.well-known/");
            for (int token = 0; token < 3; token++) {
                unavailable(accounts(issuer, key));
            }
            await().atMost(Duration.ofSeconds(15)).until(server::stuck, is(0));
        }
        assertThat(server.requests(issuer.jwksPath())).isZero();

        server.recovers();
        becomesValid(issuer, key);
    }

    private TestIssuer issuer(String name) {
        return new TestIssuer(server.url() + "/issuers/" + name);
    }

    private void publish(TestIssuer issuer, RsaJsonWebKey... keys) {
        server.answers(
                issuer.jwksPath(), new JsonWebKeySet(Arrays.asList(keys)).toJson(OutputControlLevel.PUBLIC_ONLY));
        server.answers(
                issuer.jwksPath().replace("/jwks", "/.well-known/"),
                "{\"jwks_uri\":\"" + server.url() + issuer.jwksPath() + "\"}");
    }

    private static Response accounts(TestIssuer issuer, RsaJsonWebKey key) {
        // A caller of its own each time: none makes too many requests.
        String token = issuer.token(key, UUID.randomUUID().toString());
        return given().header("Authorization", "Bearer " + token).get("/v1/accounts");
    }

    private static void unavailable(Response answer) {
        answer.then()
                .statusCode(503)
                .header("Retry-After", matchesPattern("[1-5]"))
                .body("type", is("urn:callwatch:problem:issuer-unavailable"));
    }
}
