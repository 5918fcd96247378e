package dev.callwatch.watch;

import dev.callwatch.account.Account;
import dev.callwatch.account.Accounts;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** What is counted of the web hooks of Vonage. The series of known accounts exist from the start. */
@Singleton
public class NotificationMetrics {

    /** How a notification was answered. */
    public enum Outcome {
        /** It is new. */
        ACCEPTED("accepted"),
        /** It came before. */
        REPEATED("repeated"),
        /** Its signature does not hold, or there is no such account. */
        REFUSED("refused"),
        /** It is no CloudEvent. */
        MALFORMED("malformed");

        private final String label;

        Outcome(String label) {
            this.label = label;
        }
    }

    private static final String ACCOUNT = "account";

    private final MeterRegistry registry;

    /** Counts in a registry. */
    public NotificationMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void begin(@Observes StartupEvent start, Accounts accounts) {
        for (Account account : accounts.all()) {
            String key = account.key().value();
            for (Outcome outcome : Outcome.values()) {
                received(key, outcome).increment(0);
            }
            readings(account).increment(0);
            pollsSaved(account).increment(0);
            followed(account).increment(0);
        }
    }

    /** Notifications that arrived for an account, by how they were answered. */
    public Counter received(String account, Outcome outcome) {
        return Counter.builder("callwatch.notifications")
                .description("Notifications of Vonage, by account and how they were answered")
                .tag(ACCOUNT, account)
                .tag("outcome", outcome.label)
                .register(registry);
    }

    Counter readings(Account account) {
        return counter("callwatch.notifications.readings", "Readings of calls that notifications led to", account);
    }

    Counter pollsSaved(Account account) {
        return counter(
                "callwatch.notifications.polls.saved", "Polls that were not made because notifications come", account);
    }

    Counter followed(Account account) {
        return counter(
                "callwatch.notifications.followed",
                "Calls that are followed because a notification named them, and nobody asked for them",
                account);
    }

    private Counter counter(String name, String description, Account account) {
        return Counter.builder(name)
                .description(description)
                .tag(ACCOUNT, account.key().value())
                .register(registry);
    }
}
