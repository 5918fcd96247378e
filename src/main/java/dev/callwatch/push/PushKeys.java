package dev.callwatch.push;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/** The public keys that verify deliveries, as a JSON Web Key Set (RFC 7517). */
@Singleton
public class PushKeys {

    private final Set keys;

    @Inject
    PushKeys(PushOptions options) {
        this.keys = new Set(options.signingKeys().stream().map(Key::of).toList());
    }

    /**
     * A JSON Web Key Set.
     *
     * @param keys empty where deliveries are not signed with a key of this service
     */
    @RegisterForReflection
    public record Set(List<Key> keys) {}

    /**
     * An Ed25519 public key (RFC 8037).
     *
     * @param kid its thumbprint (RFC 7638)
     * @param x its 32 bytes in Base64url
     * @param whpk the same as Standard Webhooks writes it
     */
    @RegisterForReflection
    @JsonPropertyOrder({"kty", "crv", "use", "alg", "kid", "x", "whpk"})
    public record Key(String kty, String crv, String use, String alg, String kid, String x, String whpk) {

        private static Key of(SigningKey key) {
            return new Key("OKP", "Ed25519", "sig", "EdDSA", key.id(), key.x(), key.whpk());
        }
    }

    /** The keys; their private halves sign with {@code v1a}. */
    public Set set() {
        return keys;
    }
}
