package dev.callwatch.vonage;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import io.smallrye.mutiny.Uni;
import java.net.URI;

/** A REST client for the calls of a region. Safe for concurrent use. */
final class CallsClient {

    private final CallsEndpoint endpoint;
    private final String base;

    /** @param region the URL of the region */
    CallsClient(CallsEndpoint endpoint, URI region) {
        this.endpoint = endpoint;
        String url = region.toString();
        this.base = (url.endsWith("/") ? url.substring(0, url.length() - 1) : url) + "/v0/";
    }

    /** As {@link CallsEndpoint#call}. The key of an account and a GUID stand in a path as they are. */
    Uni<byte[]> call(AccountKey account, CallGuid guid, String authorization, String accept) {
        return endpoint.call(base + account.value() + "/calls/" + guid.value(), authorization, accept);
    }
}
