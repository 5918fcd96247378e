package dev.callwatch.api;

import dev.callwatch.access.OidcProfile;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The issuers of {@link OidcProfile}, rules with the permission to subscribe, and the sinks of {@link PushSink}. */
public class PushProfile implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(new OidcProfile().getConfigOverrides());
        settings.put("callwatch.access.limits.subscriptions", "2");
        settings.put("callwatch.access.rules.crm.permissions", "read,numbers,push");
        settings.put("callwatch.access.rules.dialler.subject", "dialler-*");
        settings.put("callwatch.access.rules.dialler.accounts", "life");
        settings.put("callwatch.access.rules.dialler.permissions", "read,push");
        settings.put("callwatch.access.rules.pusher.subject", "pusher");
        settings.put("callwatch.access.rules.pusher.accounts", "life");
        settings.put("callwatch.access.rules.pusher.permissions", "push");
        return settings;
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(PushSink.class));
    }
}
