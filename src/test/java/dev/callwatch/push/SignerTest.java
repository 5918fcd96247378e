package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The symmetric signatures are verified by the library of Standard Webhooks, the asymmetric ones by the platform. */
class SignerTest {

    private static final String OLD = "whsec_" + Base64.getEncoder().encodeToString(new byte[24]);
    private static final String NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String ID = "94e5928c-7f7e-4645-ad72-61010f906449:1764025459123";
    private static final String BODY = "{\"größe\":1}";

    /** The seed and the public key of the first test in RFC 8032, section 7.1. */
    private static final byte[] SEED =
            HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");

    private static final byte[] PUBLIC =
            HexFormat.of().parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

    private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");
    private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

    @Test
    void both_secrets_sign_while_one_rotates() throws Exception {
        Signer signer = new Signer(List.of());
        long now = Instant.now().getEpochSecond();
        String signatures = signer.signatures(secrets(OLD, NEW), ID, now, bytes(BODY));
        assertThat(signatures.split(" ")).hasSize(2).allMatch(signature -> signature.startsWith("v1,"));
        new Webhook(OLD).verify(BODY, headers(now, signatures));
        new Webhook(NEW).verify(BODY, headers(now, signatures));
        assertThatThrownBy(() -> new Webhook(NEW).verify(BODY + " ", headers(now, signatures)))
                .isInstanceOf(WebhookVerificationException.class);
    }

    @Test
    void a_key_signs_so_that_its_public_half_verifies() throws Exception {
        SigningKey key = key();
        String signatures = new Signer(List.of(key)).signatures(List.of(), ID, 1, bytes(BODY));
        assertThat(signatures).startsWith("v1a,").doesNotContain(" ");
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(
                KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(joined(SPKI, PUBLIC))));
        verifier.update(bytes(ID + ".1." + BODY));
        assertThat(verifier.verify(Base64.getDecoder().decode(signatures.substring("v1a,".length()))))
                .isTrue();
    }

    @Test
    void what_a_key_signed_last_is_signed_again_for_nothing_else() throws Exception {
        Signer signer = new Signer(List.of(key()));
        byte[] body = bytes(BODY);
        String signatures = signer.signatures(List.of(), ID, 1, body);
        assertThat(signer.signatures(List.of(), ID, 1, body)).isEqualTo(signatures);
        assertThat(signer.signatures(secrets(NEW), ID, 1, body))
                .startsWith("v1,")
                .endsWith(" " + signatures);
        assertThat(signer.signatures(List.of(), ID, 2, body)).isNotEqualTo(signatures);
        assertThat(signer.signatures(List.of(), ID + "0", 2, body)).isNotEqualTo(signatures);
        assertThat(signer.signatures(List.of(), ID, 1, bytes("{}"))).isNotEqualTo(signatures);
        assertThat(signer.signatures(List.of(), ID, 1, body)).isEqualTo(signatures);
    }

    @Test
    void a_public_key_is_derived_from_the_private_one() {
        assertThat(Base64.getUrlDecoder().decode(key().x())).isEqualTo(PUBLIC);
        assertThat(key().whpk()).isEqualTo("whpk_" + Base64.getEncoder().encodeToString(PUBLIC));
        // RFC 8037, appendix A.3, has the thumbprint of this key.
        assertThat(key().id()).isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    @Test
    void without_secret_and_key_there_is_no_signature() {
        assertThat(new Signer(List.of()).signatures(List.of(), ID, 1, bytes(BODY)))
                .isEmpty();
    }

    @Test
    void other_keys_are_none() {
        assertThat(SigningKey.parse("")).isEmpty();
        assertThat(SigningKey.parse(pem("AAAA"))).isEmpty();
        assertThat(SigningKey.parse(pem(Base64.getEncoder().encodeToString(joined(PKCS8, SEED))) + pem("AAAA")))
                .isEmpty();
    }

    @Test
    void a_secret_has_24_to_64_bytes_and_never_shows() {
        assertThat(SigningSecret.parse(NEW)).isPresent();
        assertThat(SigningSecret.parse(NEW).orElseThrow().toString()).doesNotContain("MfKQ");
        assertThat(SigningSecret.parse(NEW.substring("whsec_".length()))).isEmpty();
        assertThat(SigningSecret.parse("whsec_AAAA")).isEmpty();
        assertThat(SigningSecret.parse("whsec_***")).isEmpty();
        assertThat(SinkSecrets.parse(List.of(OLD, NEW)))
                .hasValueSatisfying(two -> assertThat(two).hasSize(2));
        assertThat(SinkSecrets.parse(List.of(OLD, "", NEW, OLD))).isEmpty();
        assertThat(SinkSecrets.parse(List.of(OLD, "whsec_AAAA"))).isEmpty();
        assertThat(SinkSecrets.parse(List.of(""))).isEmpty();
    }

    private static SigningKey key() {
        return SigningKey.parse(pem(Base64.getEncoder().encodeToString(joined(PKCS8, SEED))))
                .get(0);
    }

    private static String pem(String base64) {
        return "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n";
    }

    private static List<SigningSecret> secrets(String... texts) {
        return SinkSecrets.parse(List.of(texts)).orElseThrow();
    }

    private static HttpHeaders headers(long timestamp, String signatures) {
        return HttpHeaders.of(
                Map.of(
                        "webhook-id", List.of(ID),
                        "webhook-timestamp", List.of(Long.toString(timestamp)),
                        "webhook-signature", List.of(signatures)),
                (name, value) -> true);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
