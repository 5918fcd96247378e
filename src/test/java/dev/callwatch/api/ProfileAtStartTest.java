package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.runtime.configuration.ConfigRecorder;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A profile that whoever starts the native executable chooses. */
@QuarkusTest
@ConnectWireMock
class ProfileAtStartTest {

    private final LogRecorder log = new LogRecorder();

    @AfterEach
    void stop() {
        log.stop();
    }

    @Test
    void quarkus_does_not_warn_that_it_is_not_that_of_the_package() {
        log.start();
        new ConfigRecorder().handleNativeProfileChange(List.of("prod"));
        assertThat(log.lines())
                .filteredOn(line -> line.contains("used to build the native image"))
                .singleElement()
                .asString()
                .startsWith("DEBUG");
    }
}
