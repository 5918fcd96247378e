package dev.callwatch.api;

import dev.callwatch.access.Audit;
import dev.callwatch.access.Unauthenticated;
import dev.callwatch.account.NotifiedAccount;
import dev.callwatch.account.NotifiedAccounts;
import dev.callwatch.call.CallHint;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.problem.Violation;
import dev.callwatch.vonage.NotificationDocuments;
import dev.callwatch.vonage.NotificationRefused;
import dev.callwatch.vonage.NotificationVerifier;
import dev.callwatch.vonage.SigningKeys;
import dev.callwatch.watch.CallHints;
import dev.callwatch.watch.NotificationMetrics;
import dev.callwatch.watch.NotificationMetrics.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestHeader;

/** Receives Vonage's notifications (web hooks). Their signature takes the place of a bearer token. */
@Path("/v1/notifications")
public class NotificationResource {

    static final String SIGNATURE = "Vonage-Signature";

    private static final String CLOUD_EVENT = "application/cloudevents+json";
    private static final String UNKNOWN = "unknown";

    private final NotifiedAccounts accounts;
    private final SigningKeys keys;
    private final NotificationVerifier verifier;
    private final CallHints hints;
    private final Audit audit;
    private final NotificationMetrics metrics;

    NotificationResource(
            NotifiedAccounts accounts,
            SigningKeys keys,
            NotificationVerifier verifier,
            CallHints hints,
            Audit audit,
            NotificationMetrics metrics) {
        this.accounts = accounts;
        this.keys = keys;
        this.verifier = verifier;
        this.hints = hints;
        this.audit = audit;
        this.metrics = metrics;
    }

    /** Takes a notification; what it leads to happens after the answer. */
    @POST
    @Path("/{accountName}")
    @Consumes(CLOUD_EVENT)
    public Uni<Void> receive(
            @PathParam("accountName") String accountName, @RestHeader(SIGNATURE) List<String> signature, byte[] body) {
        Optional<NotifiedAccount> account = accounts.find(accountName);
        return Uni.createFrom()
                .deferred(() -> keys.of(account.orElseThrow(() -> new NotificationRefused("no-such-account"))))
                .invoke(key -> verifier.verify(signature, body, key))
                .onFailure(NotificationRefused.class)
                .transform(refusal -> refused(account, refusal))
                .invoke(verified -> received(account.orElseThrow(), body))
                .replaceWithVoid();
    }

    private Unauthenticated refused(Optional<NotifiedAccount> account, NotificationRefused refusal) {
        Unauthenticated answer = Unauthenticated.invalidSignature(refusal.reason());
        audit.unknownCaller(account.map(known -> known.account().key()), Optional.empty(), answer);
        count(account, Outcome.REFUSED);
        return answer;
    }

    private void received(NotifiedAccount account, byte[] body) {
        Optional<CallHint> hint = NotificationDocuments.read(account.account().key(), body);
        if (hint.isEmpty()) {
            count(Optional.of(account), Outcome.MALFORMED);
            throw new InvalidRequest(List.of(new Violation("body", "must be a CloudEvent 1.0 in structured form")));
        }
        boolean first = hints.received(account.account(), hint.get(), account.follow());
        count(Optional.of(account), first ? Outcome.ACCEPTED : Outcome.REPEATED);
    }

    private void count(Optional<NotifiedAccount> account, Outcome outcome) {
        String label = account.map(known -> known.account().key().value()).orElse(UNKNOWN);
        metrics.received(label, outcome).increment();
    }
}
