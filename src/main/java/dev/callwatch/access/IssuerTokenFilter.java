package dev.callwatch.access;

import io.quarkus.arc.Unremovable;
import io.quarkus.oidc.OidcConfigurationMetadata;
import io.quarkus.oidc.common.OidcEndpoint;
import io.quarkus.oidc.common.OidcRequestFilter;
import io.quarkus.oidc.runtime.OidcUtils;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Shows the process's own token where its issuer gives keys to nobody else, as a Kubernetes API server does. It goes to the
 * addresses in the settings only, and nowhere that a discovery document may point to.
 */
@ApplicationScoped
// Quarkus OIDC looks for it by its type, at run time.
@Unremovable
@OidcEndpoint({OidcEndpoint.Type.DISCOVERY, OidcEndpoint.Type.JWKS})
class IssuerTokenFilter implements OidcRequestFilter {

    private final AccessOptions options;

    IssuerTokenFilter(AccessOptions options) {
        this.options = options;
    }

    @Override
    public Uni<Void> filter(OidcRequestFilterContext context) {
        String tenant = context.contextProperties().getString(OidcUtils.TENANT_ID_ATTRIBUTE);
        Optional<Issuer> issuer = options.issuers().stream()
                .filter(candidate -> Tenants.id(candidate).equals(tenant))
                .findFirst();
        OidcConfigurationMetadata discovered =
                context.contextProperties().get(OidcConfigurationMetadata.class.getName());
        boolean ours =
                issuer.isPresent() && (discovered == null || owns(issuer.get(), discovered.getJsonWebKeySetUri()));
        Optional<Path> file = issuer.filter(known -> ours).flatMap(Issuer::tokenFile);
        return file.map(path ->
                        context.runBlocking(() -> context.request().putHeader("Authorization", "Bearer " + read(path))))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    private static boolean owns(Issuer issuer, String keys) {
        return keys != null && issuer.owns(URI.create(keys));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
