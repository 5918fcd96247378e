package dev.callwatch.access;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;

import com.github.tomakehurst.wiremock.client.WireMock;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Scanner;
import java.util.function.Consumer;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/** An issuer of tokens at a path of WireMock, with keys made for the test. */
public final class TestIssuer {

    private static final int HEXADECIMAL = 16;
    private static final List<RsaJsonWebKey> MADE = make(new Scanner(
            Objects.requireNonNull(TestIssuer.class.getResourceAsStream("/primes")), StandardCharsets.US_ASCII));
    private static final Map<String, Integer> FIRST_OF_ID = new HashMap<>();
    private static final Map<String, Integer> ASKED_FOR = new HashMap<>();

    private final WireMock wireMock;
    private final String url;
    private final String path;

    /** @param url its URL, somewhere under WireMock */
    public TestIssuer(WireMock wireMock, String url) {
        this.wireMock = wireMock;
        this.url = url;
        this.path = url.replaceFirst("https?://[^/]+", "");
    }

    /** @param url the URL of an issuer whose documents the test serves itself */
    public TestIssuer(String url) {
        this(new WireMock(1), url);
    }

    /** A key that differs from those that were asked for shortly before, and from those of the same identifier: a few serve all tests. */
    public static synchronized RsaJsonWebKey key(String id) {
        int first = FIRST_OF_ID.computeIfAbsent(id, unseen -> FIRST_OF_ID.size());
        int asked = ASKED_FOR.merge(id, 1, Integer::sum) - 1;
        RsaJsonWebKey made = MADE.get((first + asked) % MADE.size());
        RsaJsonWebKey key = new RsaJsonWebKey(made.getRsaPublicKey());
        key.setPrivateKey(made.getRsaPrivateKey());
        key.setKeyId(id);
        return key;
    }

    /** Of primes that are known, because to find those of one key takes a second of a processor, in each JVM. */
    private static List<RsaJsonWebKey> make(Scanner primes) {
        List<RsaJsonWebKey> keys = new ArrayList<>();
        try (primes) {
            while (primes.hasNext()) {
                keys.add(make(primes.nextBigInteger(HEXADECIMAL), primes.nextBigInteger(HEXADECIMAL)));
            }
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
        return keys;
    }

    private static RsaJsonWebKey make(BigInteger p, BigInteger q) throws GeneralSecurityException {
        BigInteger e = RSAKeyGenParameterSpec.F4;
        BigInteger ofP = p.subtract(BigInteger.ONE);
        BigInteger ofQ = q.subtract(BigInteger.ONE);
        BigInteger n = p.multiply(q);
        BigInteger d = e.modInverse(ofP.multiply(ofQ));
        KeyFactory keys = KeyFactory.getInstance("RSA");
        RsaJsonWebKey key = new RsaJsonWebKey((RSAPublicKey) keys.generatePublic(new RSAPublicKeySpec(n, e)));
        key.setPrivateKey(
                keys.generatePrivate(new RSAPrivateCrtKeySpec(n, e, d, p, q, d.mod(ofP), d.mod(ofQ), q.modInverse(p))));
        return key;
    }

    public String url() {
        return url;
    }

    public String jwksPath() {
        return path + "/jwks";
    }

    /** Serves its discovery document and these keys. */
    public TestIssuer publishes(RsaJsonWebKey... keys) {
        publishesKeysAt(url + "/jwks");
        JsonWebKeySet set = new JsonWebKeySet(Arrays.asList(keys));
        wireMock.register(get(urlEqualTo(jwksPath()))
                .willReturn(okJson(set.toJson(OutputControlLevel.PUBLIC_ONLY)).withFixedDelay(100)));
        return this;
    }

    /** Serves a discovery document that says where the keys are. */
    public TestIssuer publishesKeysAt(String address) {
        wireMock.register(get(urlEqualTo(path + "/.well-known/openid-configuration"))
                .willReturn(okJson("{\"issuer\":\"" + url + "\",\"jwks_uri\":\"" + address + "\"}")));
        return this;
    }

    /** Answers 503 to everything. */
    public void fails() {
        wireMock.register(get(urlEqualTo(path + "/.well-known/openid-configuration"))
                .willReturn(aResponse().withStatus(503)));
        wireMock.register(get(urlEqualTo(jwksPath())).willReturn(aResponse().withStatus(503)));
    }

    /** Claims as they should be, of a token that lives for five minutes. */
    public JwtClaims claims(String subject) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(url);
        claims.setAudience("callwatch");
        claims.setSubject(subject);
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(5);
        return claims;
    }

    public String token(RsaJsonWebKey key, String subject) {
        return sign(key, claims(subject), jws -> {});
    }

    public String token(RsaJsonWebKey key, String subject, Consumer<JwtClaims> change) {
        JwtClaims claims = claims(subject);
        change.accept(claims);
        return sign(key, claims, jws -> {});
    }

    /** @param change changes to the header */
    public static String sign(RsaJsonWebKey key, JwtClaims claims, Consumer<JsonWebSignature> change) {
        return sign(key.getPrivateKey(), key.getKeyId(), claims, jws -> {
            jws.setAlgorithmHeaderValue("RS256");
            change.accept(jws);
        });
    }

    public static String sign(Key key, String kid, JwtClaims claims, Consumer<JsonWebSignature> change) {
        try {
            JsonWebSignature jws = new JsonWebSignature();
            jws.setPayload(claims.toJson());
            jws.setKey(key);
            jws.setKeyIdHeaderValue(kid);
            jws.setDoKeyValidation(false);
            change.accept(jws);
            return jws.getCompactSerialization();
        } catch (JoseException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
