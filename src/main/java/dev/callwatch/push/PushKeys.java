package dev.callwatch.push;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

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
    @Schema(
            name = "PushKeys",
            description = "The public keys that verify deliveries, as a JSON Web Key Set (RFC 7517).")
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
    @Schema(name = "PushKey", description = "An Ed25519 public key (RFC 8037).")
    public record Key(
            @Schema(examples = "OKP", required = true) String kty,
            @Schema(examples = "Ed25519", required = true) String crv,
            @Schema(examples = "sig", required = true) String use,
            @Schema(examples = "EdDSA", required = true) String alg,
            @Schema(required = true) String kid,
            @Schema(required = true) String x,

            @Schema(description = "The key as Standard Webhooks writes it.", required = true)
            String whpk) {

        private static Key of(SigningKey key) {
            return new Key("OKP", "Ed25519", "sig", "EdDSA", key.id(), key.x(), key.whpk());
        }
    }

    /** The keys; their private halves sign with {@code v1a}. */
    public Set set() {
        return keys;
    }
}
