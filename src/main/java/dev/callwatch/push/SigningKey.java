package dev.callwatch.push;

import dev.callwatch.access.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An Ed25519 key pair that signs deliveries to everybody (Standard Webhooks, asymmetric signatures; RFC 8032). */
final class SigningKey {

    private static final String ALGORITHM = "Ed25519";

    /** Of a public key; its encoding (RFC 8410) ends with it. */
    private static final int RAW_BYTES = 32;

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]{1,4096})-----END PRIVATE KEY-----");

    private final PrivateKey privateKey;
    private final byte[] publicKey;

    private SigningKey(PrivateKey privateKey, byte[] publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /**
     * Reads the private keys of a PEM file (PKCS #8).
     *
     * @return those that it holds in their order; none where there is none, or where one is not an Ed25519 key
     */
    static List<SigningKey> parse(String pem) {
        List<SigningKey> keys = new ArrayList<>();
        Matcher blocks = PEM.matcher(pem);
        while (blocks.find()) {
            Optional<SigningKey> key = key(blocks.group(1));
            if (key.isEmpty()) {
                return List.of();
            }
            keys.add(key.get());
        }
        return keys;
    }

    private static Optional<SigningKey> key(String base64) {
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(base64);
            PrivateKey privateKey = KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            byte[] seed = ((EdECPrivateKey) privateKey).getBytes().orElseThrow();
            PublicKey publicKey = publicKey(seed);
            byte[] spki = publicKey.getEncoded();
            SigningKey key = new SigningKey(privateKey, Arrays.copyOfRange(spki, spki.length - RAW_BYTES, spki.length));
            return verifies(publicKey, key) ? Optional.of(key) : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException | ClassCastException noKey) {
            return Optional.empty();
        }
    }

    /** The platform derives a public key only when it makes a pair, and makes it of the seed that it draws. */
    private static PublicKey publicKey(byte[] seed) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
        generator.initialize(NamedParameterSpec.ED25519, new FixedRandom(seed));
        return generator.generateKeyPair().getPublic();
    }

    private static boolean verifies(PublicKey publicKey, SigningKey key) throws GeneralSecurityException {
        byte[] probe = ALGORITHM.getBytes(StandardCharsets.UTF_8);
        Signature signature = Signature.getInstance(ALGORITHM);
        signature.initVerify(publicKey);
        signature.update(probe);
        return signature.verify(key.sign(probe));
    }

    /** Signs. */
    byte[] sign(byte[] content) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(privateKey);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The 32 bytes of the public key in Base64url, as in a JSON Web Key (RFC 8037, section 2). */
    String x() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(publicKey);
    }

    /** The 32 bytes of the public key as Standard Webhooks writes them. */
    String whpk() {
        return "whpk_" + Base64.getEncoder().encodeToString(publicKey);
    }

    /** The thumbprint of the public key (RFC 7638). */
    String id() {
        String canonical = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + x() + "\"}";
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Sha256.of(canonical));
    }

    /** Yields the same bytes each time. */
    private static final class FixedRandom extends SecureRandom {

        private final byte[] bytes;

        private FixedRandom(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, target.length);
        }
    }
}
