package dev.callwatch.api;

import dev.callwatch.access.AccessControl;
import dev.callwatch.access.AccessOptions;
import dev.callwatch.account.Accounts;
import dev.callwatch.account.NotifiedAccounts;
import dev.callwatch.call.LookupOptions;
import dev.callwatch.push.PushOptions;
import dev.callwatch.push.Subscriptions;
import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.settings.UnknownSettings;
import dev.callwatch.store.StoreOptions;
import dev.callwatch.vonage.VonageCalls;
import dev.callwatch.vonage.VonageOptions;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import org.jboss.logging.Logger;

/** Checks all settings at start, before the server listens, and refuses to start if any is wrong. */
@ApplicationScoped
public class StartupCheck {

    private static final Logger LOG = Logger.getLogger(StartupCheck.class);

    /** Each parameter reads its settings when it is created, and adds their errors to {@code errors}. */
    void check(
            @Observes @Priority(1) StartupEvent start,
            ConfigErrors errors,
            UnknownSettings unknown,
            Accounts accounts,
            NotifiedAccounts notifiedAccounts,
            VonageOptions vonageOptions,
            LookupOptions lookupOptions,
            AccessOptions accessOptions,
            StoreOptions storeOptions,
            PushOptions pushOptions,
            Instance<Subscriptions> subscriptions,
            Cors cors,
            ConsoleOptions consoleOptions,
            Instance<AccessControl> access,
            Instance<VonageCalls> vonage,
            ManagementPort management)
            throws QuarkusBindException {
        unknown.addTo(errors);
        errors.throwIfAny();
        management.requireFree();
        access.get();
        subscriptions.get();
        int regions = vonage.get().circuits().size();
        LOG.infof(
                "Callwatch holds %d account(s) in %d region(s)", accounts.all().size(), regions);
    }
}
