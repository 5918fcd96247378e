package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Account;
import dev.callwatch.account.AnAccount;
import dev.callwatch.budget.BudgetsInVirtualTime;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallReading;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.outbound.EventLoopClients;
import dev.callwatch.time.Timeouts;
import dev.callwatch.time.VirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AccountClientTest {

    private static final CallGuid GUID =
            CallGuid.parse("94e5928c-7f7e-4645-ad72-61010f906449").orElseThrow();
    private static final byte[] ACTIVE = "{\"status\":\"Active\"}".getBytes(StandardCharsets.UTF_8);

    private static final Vertx VERTX = Vertx.vertx();

    private final VirtualTime time = new VirtualTime();
    private final List<UniEmitter<? super byte[]>> requests = new ArrayList<>();
    private final Account account = AnAccount.usual();
    private final AccountClient client = client();

    @AfterAll
    static void close() {
        VERTX.close();
    }

    @Test
    void a_call_is_read() {
        UniAssertSubscriber<CallReading> reading = read();
        requests.get(0).complete(ACTIVE);
        assertThat(reading.getItem().detail().get().status()).contains("Active");
    }

    @Test
    void a_call_is_asked_for_when_the_request_is_sent() {
        Instant sent = time.instant();
        UniAssertSubscriber<CallReading> reading = read();
        time.pass(Duration.ofSeconds(1));
        requests.get(0).complete(ACTIVE);
        assertThat(reading.getItem().askedAt()).isEqualTo(sent);
    }

    @Test
    void a_large_document_is_read_on_a_thread_of_its_own() {
        String large = "{\"status\":\"Active\",\"more\":\"" + "x".repeat(1 << 17) + "\"}";
        UniAssertSubscriber<CallReading> reading = read();
        requests.get(0).complete(large.getBytes(StandardCharsets.UTF_8));
        assertThat(reading.awaitItem().getItem().document()).isEqualTo(large);
    }

    @Test
    void a_429_that_comes_after_the_deadline_of_its_look_up_pauses_the_account() {
        UniAssertSubscriber<CallReading> late = read();
        time.pass(Duration.ofSeconds(2));
        late.assertFailedWith(UpstreamFailure.DeadlinePassed.class);
        requests.get(0).fail(new UpstreamFailure.Throttled(Optional.of(Duration.ofSeconds(30))));

        Throwable failure =
                read().assertFailedWith(UpstreamFailure.Throttled.class).getFailure();
        assertThat(((UpstreamFailure) failure).retryAfter()).contains(Duration.ofSeconds(30));
        assertThat(requests).hasSize(1);
    }

    @Test
    void an_outage_that_shows_after_the_deadline_opens_the_circuit() {
        List<UniAssertSubscriber<CallReading>> readings = new ArrayList<>();
        for (int reading = 0; reading < 20; reading++) {
            readings.add(read());
        }
        time.pass(Duration.ofSeconds(2));
        assertThat(readings).allSatisfy(reading -> reading.assertFailedWith(UpstreamFailure.DeadlinePassed.class));
        time.pass(Duration.ofSeconds(2));
        read().assertFailedWith(UpstreamFailure.CircuitOpen.class);
        assertThat(requests).hasSize(20);
    }

    private UniAssertSubscriber<CallReading> read() {
        Instant deadline = time.instant().plusSeconds(2);
        return client.read(GUID, new AccountClient.ReadContext(deadline, "crm", Optional.empty()))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
    }

    private AccountClient client() {
        CallsClient calls = new CallsClient(
                (url, authorization, accept) -> Uni.createFrom().emitter(requests::add),
                account.region().url());
        RegionClient region = new RegionClient(
                account.region(),
                new EventLoopClients<>(VERTX, time, 1, connections -> calls),
                noTokenEndpoint(),
                new RegionCircuitBreaker(account.region(), time, new Timeouts(time, time), Duration.ofSeconds(4)),
                new RetryBudget(time));
        AccountTokens tokens = new AccountTokens(
                () -> Uni.createFrom().item(Token.issued("t", time.instant(), Duration.ofHours(1))), time);
        return new AccountClient(
                account,
                region,
                tokens,
                BudgetsInVirtualTime.of(time).of(account),
                new Retries(time, time, new BackOff(() -> 0.5)),
                new UpstreamMetrics(new SimpleMeterRegistry()),
                "application/json;version=3",
                new DocumentReader(VERTX),
                time);
    }

    /** Not a class, which Quarkus would take for a resource of ours. */
    private static TokenEndpoint noTokenEndpoint() {
        return (TokenEndpoint) Proxy.newProxyInstance(
                TokenEndpoint.class.getClassLoader(),
                new Class<?>[] {TokenEndpoint.class},
                (proxy, method, arguments) -> {
                    throw new AssertionError("tokens come from AccountTokens");
                });
    }
}
