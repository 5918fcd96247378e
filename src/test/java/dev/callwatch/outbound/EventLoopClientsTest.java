package dev.callwatch.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.time.VirtualTime;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopClientsTest {

    private static final int LOOPS = 2;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
    private final Context one = context();
    private final Context other = anotherThan(one);
    private final VirtualTime time = new VirtualTime();
    private final List<Integer> connections = new ArrayList<>();
    private final List<Integer> senders = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void each_event_loop_sends_with_a_client_of_its_own() {
        EventLoopClients<Integer> clients = clients(50);
        send(one, clients);
        send(other, clients);
        send(one, clients);
        send(other, clients);
        assertThat(senders.get(0)).isNotEqualTo(senders.get(1));
        assertThat(senders.subList(2, 4)).isEqualTo(senders.subList(0, 2));
    }

    @Test
    void an_idle_connection_of_another_event_loop_is_used_before_a_new_one_is_opened() {
        EventLoopClients<Integer> clients = clients(50);
        send(one, clients, answered());
        send(other, clients, answered());
        assertThat(senders.get(1)).isEqualTo(senders.get(0));

        send(one, clients);
        send(other, clients, answered());
        assertThat(senders.get(3)).as("while that one is in use").isNotEqualTo(senders.get(0));
        send(other, clients);
        assertThat(senders.get(4)).isEqualTo(senders.get(3));
    }

    @Test
    void a_connection_that_was_idle_for_10_s_is_kept_no_longer() {
        EventLoopClients<Integer> clients = clients(50);
        send(one, clients, answered());
        time.pass(Duration.ofSeconds(10));
        send(other, clients);
        assertThat(senders.get(1)).isNotEqualTo(senders.get(0));
    }

    @Test
    void the_clients_share_the_connections_and_each_has_one_at_least() {
        clients(50);
        clients(51);
        clients(1);
        assertThat(connections).containsExactly(25, 25, 25, 25, 1, 1);
    }

    @Test
    void a_burst_on_one_event_loop_uses_the_connections_of_all() {
        EventLoopClients<Integer> clients = clients(6);
        List<UniAssertSubscriber<String>> open = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            open.add(send(one, clients));
        }
        int own = senders.get(0);
        assertThat(senders.subList(0, 3)).containsOnly(own);
        assertThat(senders.subList(3, 6)).doesNotContain(own);
    }

    @Test
    void a_request_that_has_ended_in_any_way_gives_its_connection_back() {
        EventLoopClients<Integer> clients = clients(2);
        send(one, clients, answered());
        send(one, clients, client -> Uni.createFrom().failure(new IllegalStateException("lost")));
        send(one, clients).cancel();
        send(one, clients);
        assertThat(senders).hasSize(4).containsOnly(senders.get(0));
    }

    private static Function<Integer, Uni<String>> answered() {
        return client -> Uni.createFrom().item("answer");
    }

    private EventLoopClients<Integer> clients(int most) {
        return new EventLoopClients<>(vertx, time, most, share -> {
            connections.add(share);
            return connections.size();
        });
    }

    private UniAssertSubscriber<String> send(Context context, EventLoopClients<Integer> clients) {
        return send(context, clients, client -> Uni.createFrom().nothing());
    }

    private UniAssertSubscriber<String> send(
            Context context, EventLoopClients<Integer> clients, Function<Integer, Uni<String>> request) {
        CompletableFuture<UniAssertSubscriber<String>> sent = new CompletableFuture<>();
        Uni<String> sending = clients.send(client -> {
            senders.add(client);
            return request.apply(client);
        });
        context.runOnContext(now -> sent.complete(sending.subscribe().withSubscriber(UniAssertSubscriber.create())));
        return sent.join();
    }

    private ContextInternal context() {
        return ((VertxInternal) vertx).createEventLoopContext();
    }

    private ContextInternal anotherThan(Context known) {
        ContextInternal context = context();
        while (context.nettyEventLoop() == ((ContextInternal) known).nettyEventLoop()) {
            context = context();
        }
        return context;
    }
}
