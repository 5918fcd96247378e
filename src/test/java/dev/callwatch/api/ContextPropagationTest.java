package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.infrastructure.CallbackDecorator;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

@QuarkusTest
@ConnectWireMock
class ContextPropagationTest {

    /** The settings take the decorator out of a library by its names, which another version may have changed. */
    @Test
    void mutiny_asks_nobody_whether_to_wrap_an_operator() {
        assertThat(ServiceLoader.load(CallbackDecorator.class)).isEmpty();
    }
}
