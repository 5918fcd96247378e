package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.access.TestIssuer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.Test;

class NotificationVerifierTest {

    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");
    private static final String BODY = "{\"specversion\":\"1.0\"}";
    private static final byte[] KEY = ANotification.key();
    private static final byte[] OTHER_KEY = "another-key-of-thirty-two-bytes!".getBytes(StandardCharsets.UTF_8);

    private final NotificationVerifier verifier = new NotificationVerifier(() -> NOW);

    @Test
    void a_signature_with_the_key_of_the_account_over_the_body_holds() {
        assertThatCode(() -> verify(signed(claims -> {}))).doesNotThrowAnyException();
    }

    @Test
    void a_hash_in_upper_case_holds_too() {
        String hash = ANotification.hash(BODY).toUpperCase(Locale.ROOT);
        assertThatCode(() -> verify(signed(claims -> claims.setClaim("payload_hash", hash))))
                .doesNotThrowAnyException();
    }

    @Test
    void another_body_or_none_is_refused() {
        String signature = signed(claims -> {});
        assertRefused("payload-hash", List.of(signature), BODY + " ");
        assertRefused("payload-hash", List.of(signature), "");
        assertRefused("payload-hash", signed(claims -> claims.unsetClaim("payload_hash")));
        assertRefused("payload-hash", signed(claims -> claims.setClaim("payload_hash", "")));
        assertRefused("payload-hash", signed(claims -> claims.setClaim("payload_hash", List.of(BODY))));
    }

    @Test
    void the_key_of_another_account_is_refused() {
        assertRefused("signature", ANotification.signature(BODY, OTHER_KEY, NOW, claims -> {}));
        // The key as VCC shows it, not decoded.
        byte[] text = ANotification.KEY.getBytes(StandardCharsets.UTF_8);
        assertRefused("signature", ANotification.signature(BODY, text, NOW, claims -> {}));
    }

    @Test
    void any_other_algorithm_is_refused() throws Exception {
        for (String other : List.of(AlgorithmIdentifiers.HMAC_SHA384, AlgorithmIdentifiers.HMAC_SHA512)) {
            assertRefused("signature", ANotification.signature(BODY, KEY, other, NOW, claims -> {}));
        }
        JsonWebSignature rsa = new JsonWebSignature();
        rsa.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        rsa.setPayload(claims().toJson());
        rsa.setKey(TestIssuer.key("rsa").getPrivateKey());
        assertRefused("signature", "Bearer " + rsa.getCompactSerialization());
        String[] parts = signed(claims -> {}).substring("Bearer ".length()).split("\\.");
        String none = base64("{\"alg\":\"none\"}") + "." + parts[1] + ".";
        assertRefused("malformed-signature", "Bearer " + none);
        assertRefused("signature", "Bearer " + none + parts[2]);
        assertRefused("signature", "Bearer " + parts[0] + "." + base64(claims().toJson() + " ") + "." + parts[2]);
    }

    @Test
    void it_holds_for_five_minutes_and_the_tolerance_of_clocks() {
        assertThatCode(() -> verify(issued(Duration.ofSeconds(-329)))).doesNotThrowAnyException();
        assertRefused("expired", issued(Duration.ofSeconds(-331)));
        assertThatCode(() -> verify(issued(Duration.ofSeconds(29)))).doesNotThrowAnyException();
        assertRefused("no-expiry", signed(claims -> claims.unsetClaim("exp")));
        assertRefused(
                "not-yet-valid",
                signed(claims -> claims.setNotBefore(NumericDate.fromSeconds(at(Duration.ofMinutes(4))))));
    }

    @Test
    void one_that_would_outlive_the_memory_for_repetitions_is_refused() {
        assertRefused(
                "expires-too-late",
                signed(claims -> claims.setExpirationTime(NumericDate.fromSeconds(at(Duration.ofMinutes(11))))));
    }

    @Test
    void a_header_of_any_other_form_is_refused() {
        String token = signed(claims -> {}).substring("Bearer ".length());
        assertRefused("no-signature", List.of(), BODY);
        assertRefused("malformed-signature", List.of("Bearer " + token, "Bearer " + token), BODY);
        for (String malformed :
                List.of("", "Bearer", "Bearer ", token, "Basic " + token, "Bearer a.b", "Bearer é.b.c")) {
            assertRefused("malformed-signature", malformed);
        }
        assertRefused("malformed-signature", "Bearer " + "a".repeat(5_000) + ".b.c");
        assertRefused("signature", "Bearer a.b.c");
        assertThatCode(() -> verify("bearer  " + token)).doesNotThrowAnyException();
    }

    @Test
    void a_refusal_says_nothing_but_a_word() {
        assertThatThrownBy(() -> verify("Bearer a.b.c"))
                .isInstanceOfSatisfying(
                        NotificationRefused.class,
                        refused -> assertThat(refused.getMessage()).isEqualTo("signature"));
    }

    private void verify(String header) {
        verifier.verify(List.of(header), BODY.getBytes(StandardCharsets.UTF_8), KEY);
    }

    private void assertRefused(String reason, String header) {
        assertRefused(reason, List.of(header), BODY);
    }

    private void assertRefused(String reason, List<String> header, String body) {
        assertThatThrownBy(() -> verifier.verify(header, body.getBytes(StandardCharsets.UTF_8), KEY))
                .isInstanceOfSatisfying(
                        NotificationRefused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    private static String signed(Consumer<JwtClaims> change) {
        return ANotification.signature(BODY, KEY, NOW, change);
    }

    private static String issued(Duration later) {
        return ANotification.signature(BODY, KEY, NOW.plus(later), claims -> {});
    }

    private static long at(Duration later) {
        return NOW.plus(later).getEpochSecond();
    }

    private static JwtClaims claims() {
        JwtClaims claims = new JwtClaims();
        claims.setExpirationTime(NumericDate.fromSeconds(at(Duration.ofMinutes(5))));
        claims.setClaim("payload_hash", ANotification.hash(BODY));
        return claims;
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
