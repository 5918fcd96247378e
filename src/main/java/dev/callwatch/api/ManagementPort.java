package dev.callwatch.api;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.QuarkusBindException;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The port of health, metrics and info. */
@Singleton
class ManagementPort {

    private final String host;
    private final int port;

    ManagementPort(
            @ConfigProperty(name = "quarkus.management.host") String host,
            @ConfigProperty(name = "quarkus.management.port") int port) {
        this.host = host;
        this.port = port;
    }

    /**
     * Refuses the start while another process listens on the port. Quarkus would say so in a stack trace.
     *
     * @throws QuarkusBindException for which Quarkus logs the same message as for the port of the API
     */
    void requireFree() throws QuarkusBindException {
        // Tests choose a free port.
        if (port == 0 || LaunchMode.current() != LaunchMode.NORMAL) {
            return;
        }
        try {
            new ServerSocket(port, 1, InetAddress.getByName(host)).close();
        } catch (BindException taken) {
            throw new QuarkusBindException(host, port, taken);
        } catch (IOException other) {
            // Quarkus reports it when it binds the port itself.
        }
    }
}
