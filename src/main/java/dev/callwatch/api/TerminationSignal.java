package dev.callwatch.api;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;
import sun.misc.Signal;

/**
 * Ends the process in order, with exit status 0, when it is asked to end by SIGTERM. By itself a JVM ends with 143 then, and so does
 * a native executable, which Kubernetes shows as an error.
 */
@ApplicationScoped
public class TerminationSignal {

    private static final Logger LOG = Logger.getLogger(TerminationSignal.class);
    private static final String TERM = "TERM";

    // There is no other way to handle a signal; module jdk.unsupported exports it, and native images have it too.
    /** From now on; a process that is asked to end before it has started still ends with 143. */
    void handle(@Observes StartupEvent start) {
        // Tests and the development mode run in a process of others.
        if (LaunchMode.current() != LaunchMode.NORMAL) {
            return;
        }
        try {
            Signal.handle(new Signal(TERM), signal -> Quarkus.asyncExit(0));
        } catch (IllegalArgumentException reserved) {
            LOG.infof("SIGTERM is not handled (%s): it ends this process with status 143", reserved.getMessage());
        }
    }
}
