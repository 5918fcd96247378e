package dev.callwatch.access;

import io.quarkus.oidc.OidcRequestContext;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.OidcTenantConfigBuilder;
import io.quarkus.oidc.TenantConfigResolver;
import io.quarkus.tls.BaseTlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The issuers as Quarkus OIDC knows them: one tenant each, made when its first token comes, so that no issuer has to be up
 * when this process starts.
 */
@Singleton
class Tenants implements TenantConfigResolver {

    private static final String PREFIX = "callwatch-issuer-";
    private static final String REQUESTED = Tenants.class.getName();
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

    /** An unknown key makes us ask for keys anew, but whoever forges tokens must not make us a load for the issuer. */
    private static final Duration BETWEEN_REFRESHES = Duration.ofSeconds(5);

    private final Map<Issuer, OidcTenantConfig> tenants = new HashMap<>();

    Tenants(AccessOptions options, TlsConfigurationRegistry tls) {
        options.issuers().forEach(issuer -> tenants.put(issuer, tenant(issuer, tls)));
    }

    /** Says whose token a request brings. */
    static void request(RoutingContext request, Issuer issuer) {
        request.put(REQUESTED, issuer);
    }

    static String id(Issuer issuer) {
        return PREFIX + issuer.name();
    }

    @Override
    public Uni<OidcTenantConfig> resolve(RoutingContext request, OidcRequestContext<OidcTenantConfig> context) {
        Issuer issuer = request.get(REQUESTED);
        return issuer == null ? Uni.createFrom().nullItem() : Uni.createFrom().item(tenants.get(issuer));
    }

    private static OidcTenantConfig tenant(Issuer issuer, TlsConfigurationRegistry tls) {
        OidcTenantConfigBuilder tenant = OidcTenantConfig.authServerUrl(issuer.url())
                .tenantId(id(issuer))
                .connectionTimeout(CONNECT_TIMEOUT)
                .connectionRetryCount(0)
                .followRedirects(false)
                .token()
                .issuer(issuer.url())
                .audience(issuer.audience())
                .subjectRequired()
                .forcedJwkRefreshInterval(BETWEEN_REFRESHES)
                // Keys prove tokens; to ask the issuer about each would make it a part of every look-up.
                .allowJwtIntrospection(false)
                .allowOpaqueTokenIntrospection(false)
                .end();
        issuer.jwksUrl().ifPresent(url -> tenant.discoveryEnabled(false).jwksPath(url.toString()));
        issuer.ca().ifPresent(file -> {
            tls.register(id(issuer), new Authorities(file));
            tenant.tlsConfigurationName(id(issuer));
        });
        return tenant.build();
    }

    /** Trusts only the authorities in a PEM file. */
    private static final class Authorities extends BaseTlsConfiguration {

        private final Path file;

        private Authorities(Path file) {
            this.file = file;
        }

        @Override
        public TrustOptions getTrustStoreOptions() {
            return new PemTrustOptions().addCertPath(file.toString());
        }

        @Override
        public String getName() {
            return file.toString();
        }
    }
}
