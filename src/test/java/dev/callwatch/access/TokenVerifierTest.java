package dev.callwatch.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.security.Key;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TokenVerifierTest {

    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");
    private static final RsaJsonWebKey KEY = TestIssuer.key("main");
    private static final Issuer ISSUER =
            new Issuer("corp", "https://idp.test", "callwatch", Optional.empty(), List.of(), Optional.empty());

    private final TokenVerifier verifier = new TokenVerifier(() -> NOW);

    @ParameterizedTest
    @MethodSource("keys")
    void every_algorithm_of_the_list_is_verified(String algorithm, PublicJsonWebKey key) throws Exception {
        key.setKeyId("k");
        String token =
                TestIssuer.sign(key.getPrivateKey(), "k", claims(), jws -> jws.setAlgorithmHeaderValue(algorithm));
        assertThat(verify(token, published(key))).map(Caller::subject).contains("crm-sync");

        String elsewhere =
                TestIssuer.sign(key.getPrivateKey(), "other", claims(), jws -> jws.setAlgorithmHeaderValue(algorithm));
        assertThat(verify(elsewhere, published(key))).isEmpty();
    }

    static Stream<Arguments> keys() throws JoseException {
        RsaJsonWebKey rsa = TestIssuer.key("rsa");
        OctetKeyPairJsonWebKey edwards = OkpJwkGenerator.generateJwk(OctetKeyPairJsonWebKey.SUBTYPE_ED25519);
        return Stream.of(
                Arguments.of("RS256", rsa),
                Arguments.of("RS384", rsa),
                Arguments.of("RS512", rsa),
                Arguments.of("PS256", rsa),
                Arguments.of("PS384", rsa),
                Arguments.of("PS512", rsa),
                Arguments.of("ES256", EcJwkGenerator.generateJwk(EllipticCurves.P256)),
                Arguments.of("ES384", EcJwkGenerator.generateJwk(EllipticCurves.P384)),
                Arguments.of("ES512", EcJwkGenerator.generateJwk(EllipticCurves.P521)),
                Arguments.of("EdDSA", edwards));
    }

    @Test
    void a_key_without_a_name_is_found_by_trying_those_that_fit() throws Exception {
        RsaJsonWebKey other = TestIssuer.key("x");
        other.setKeyId(null);
        RsaJsonWebKey signer = TestIssuer.key("y");
        signer.setKeyId(null);
        assertThat(verify(TestIssuer.sign(signer, claims(), jws -> {}), published(other, signer)))
                .isPresent();
        RsaJsonWebKey unknown = TestIssuer.key("z");
        unknown.setKeyId(null);
        assertThat(verify(TestIssuer.sign(unknown, claims(), jws -> {}), published(other, signer)))
                .isEmpty();
    }

    @Test
    void expiry_and_not_before_count_to_the_second() throws Exception {
        JwtClaims claims = claims();
        claims.setExpirationTime(NumericDate.fromSeconds(NOW.getEpochSecond()));
        assertThat(reason(claims)).isEqualTo("expired");
        claims.setExpirationTime(NumericDate.fromSeconds(NOW.getEpochSecond() + 1));
        assertThat(verify(TestIssuer.sign(KEY, claims, jws -> {}), published(KEY)))
                .isPresent();
        claims.setNotBefore(NumericDate.fromSeconds(NOW.getEpochSecond() + 1));
        assertThat(reason(claims)).isEqualTo("not-yet-valid");
    }

    @Test
    void what_is_missing_or_made_for_others_has_a_reason() throws Exception {
        assertThat(reason(without("exp"))).isEqualTo("no-expiry");
        assertThat(reason(without("sub"))).isEqualTo("subject");
        assertThat(reason(without("aud"))).isEqualTo("audience");
        assertThat(reason(without("iat"))).isEqualTo("signature");
        assertThat(reason(without("iss"))).isEqualTo("signature");
        JwtClaims claims = claims();
        claims.setAudience("billing");
        assertThat(reason(claims)).isEqualTo("audience");
        claims = claims();
        claims.setIssuer("https://idp.test/");
        assertThat(reason(claims)).isEqualTo("issuer");
    }

    @Test
    void a_short_rsa_key_is_not_enough() throws Exception {
        RsaJsonWebKey weak = RsaJwkGenerator.generateJwk(1024);
        weak.setKeyId("weak");
        String token = TestIssuer.sign(weak, claims(), jws -> {});
        assertThatThrownBy(() -> verify(token, published(weak))).isInstanceOf(Unauthenticated.class);
    }

    @Test
    void a_published_secret_verifies_nothing() throws Exception {
        JsonWebKey secret = JsonWebKey.Factory.newJwk(
                "{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\"}");
        Key key = secret.getKey();
        String token = TestIssuer.sign(key, "s", claims(), jws -> jws.setAlgorithmHeaderValue("HS256"));
        assertThatThrownBy(() -> verifier.verify(bearer(token), ISSUER, List.of(secret)))
                .isInstanceOf(Unauthenticated.class);
    }

    @Test
    void groups_are_an_array_of_texts_or_one_text() throws Exception {
        assertThat(groups(List.of("sales", "night shift", "a,b", " ")))
                .containsExactlyInAnyOrder("sales", "night shift", "a,b");
        assertThat(groups("sales,admins")).containsExactly("sales,admins");
        assertThat(groups(Map.of("role", "admins"))).isEmpty();
        assertThat(groups(List.of(7, true, List.of("admins"), Map.of("role", "admins"), "sales")))
                .containsExactly("sales");
        assertThat(groups(7)).isEmpty();
    }

    @Test
    void scopes_are_separated_by_spaces_or_an_array_of_texts() throws Exception {
        JwtClaims claims = claims();
        claims.setClaim("scope", "calls:read openid");
        claims.setClaim("scp", List.of("calls:list", 7, Map.of("x", "calls:all")));
        assertThat(verify(TestIssuer.sign(KEY, claims, jws -> {}), published(KEY))
                        .orElseThrow()
                        .scopes())
                .containsExactlyInAnyOrder("calls:read", "openid", "calls:list");
    }

    private Set<String> groups(Object claim) throws IOException {
        JwtClaims claims = claims();
        claims.setClaim("groups", claim);
        return verify(TestIssuer.sign(KEY, claims, jws -> {}), published(KEY))
                .orElseThrow()
                .groups();
    }

    private String reason(JwtClaims claims) {
        try {
            verify(TestIssuer.sign(KEY, claims, jws -> {}), published(KEY));
            return "valid";
        } catch (Unauthenticated refusal) {
            return refusal.reason();
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    private Optional<Caller> verify(String token, List<JsonWebKey> keys) throws IOException {
        return verifier.verify(bearer(token), ISSUER, keys);
    }

    private static BearerToken bearer(String token) throws IOException {
        byte[] payload = java.util.Base64.getUrlDecoder().decode(token.split("\\.")[1]);
        return new BearerToken(token, (ObjectNode) new ObjectMapper().readTree(payload));
    }

    private static List<JsonWebKey> published(PublicJsonWebKey... keys) {
        return Arrays.stream(keys)
                .map(key -> {
                    try {
                        return JsonWebKey.Factory.newJwk(key.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
                    } catch (JoseException impossible) {
                        throw new IllegalStateException(impossible);
                    }
                })
                .toList();
    }

    private static JwtClaims without(String claim) {
        JwtClaims claims = claims();
        claims.unsetClaim(claim);
        return claims;
    }

    private static JwtClaims claims() {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer("https://idp.test");
        claims.setAudience("callwatch");
        claims.setSubject("crm-sync");
        claims.setIssuedAt(NumericDate.fromSeconds(NOW.getEpochSecond()));
        claims.setExpirationTime(NumericDate.fromSeconds(NOW.getEpochSecond() + 300));
        return claims;
    }
}
