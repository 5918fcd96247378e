package dev.callwatch;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** A {@link FaultyServer} for fields of the tests, and where it is for the settings: as {@code test.faulty}. */
public class FaultyHost implements QuarkusTestResourceLifecycleManager {

    private FaultyServer server;

    @Override
    public Map<String, String> start() {
        server = new FaultyServer();
        return Map.of("test.faulty", server.url());
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(server, new TestInjector.MatchesType(FaultyServer.class));
    }

    @Override
    public void stop() {
        try {
            server.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
