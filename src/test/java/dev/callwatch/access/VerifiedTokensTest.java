package dev.callwatch.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.time.VirtualTime;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AttributeMap;
import io.netty.util.DefaultAttributeMap;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jose4j.jwk.JsonWebKey;
import org.junit.jupiter.api.Test;

class VerifiedTokensTest {

    private static final String TOKEN = "Bearer a.b.c";
    private static final Issuer ISSUER =
            new Issuer("corp", "https://idp.test", "callwatch", Optional.empty(), List.of(), Optional.empty());

    private final VirtualTime time = new VirtualTime();
    private Uni<List<JsonWebKey>> published = Uni.createFrom().item(List.of());
    private final IssuerKeys keys = new IssuerKeys(ISSUER, () -> published, time);
    private final VerifiedTokens tokens = new VerifiedTokens(time, time);
    private final AttributeMap connection = new DefaultAttributeMap();

    @Test
    void a_token_is_known_for_a_minute() {
        remember(TOKEN, caller(Duration.ofHours(1)));
        time.pass(Duration.ofSeconds(59));
        assertThat(find(TOKEN)).map(Caller::subject).contains("crm-sync");
        time.pass(Duration.ofSeconds(1));
        assertThat(find(TOKEN)).isEmpty();
    }

    @Test
    void another_token_is_not_known() {
        remember(TOKEN, caller(Duration.ofHours(1)));
        assertThat(find("Bearer a.b.d")).isEmpty();
        assertThat(find("bearer a.b.c")).isEmpty();
        assertThat(find("")).isEmpty();
    }

    @Test
    void a_token_is_not_known_once_it_expires() {
        remember(TOKEN, caller(Duration.ofSeconds(10)));
        time.pass(Duration.ofMillis(9_999));
        assertThat(find(TOKEN)).isPresent();
        time.pass(Duration.ofMillis(1));
        assertThat(find(TOKEN)).isEmpty();
    }

    @Test
    void no_token_is_known_once_the_keys_were_read_again() {
        remember(TOKEN, caller(Duration.ofHours(1)));
        IssuerKeys.Known before = current();
        keys.newerThan(before).await().indefinitely();
        assertThat(current()).isNotSameAs(before);
        assertThat(find(TOKEN)).isEmpty();
    }

    @Test
    void keys_are_read_again_also_while_all_tokens_are_known() {
        IssuerKeys.Known first = current();
        for (int minutes = 0; minutes < 10; minutes++) {
            remember(TOKEN, caller(Duration.ofHours(1)));
            time.pass(Duration.ofSeconds(59));
            assertThat(find(TOKEN)).as("after %d minutes", minutes).isPresent();
            assertThat(current()).isSameAs(first);
        }
        remember(TOKEN, caller(Duration.ofHours(1)));
        time.pass(Duration.ofSeconds(20));
        assertThat(find(TOKEN)).isPresent();
        assertThat(find(TOKEN)).isEmpty();
    }

    @Test
    void without_the_issuer_tokens_stay_known() {
        remember(TOKEN, caller(Duration.ofHours(1)));
        published = Uni.createFrom().failure(new KeysUnreadable("it is unreachable"));
        time.pass(Duration.ofMinutes(10));
        remember(TOKEN, caller(Duration.ofHours(1)));
        assertThat(find(TOKEN)).isPresent();
        assertThat(find(TOKEN)).isPresent();
    }

    @Test
    void the_memory_for_tokens_is_bounded() {
        for (int i = 0; i < 5_000; i++) {
            remember("Bearer " + i + "x".repeat(10_000), caller(Duration.ofHours(1)));
        }
        long known = java.util.stream.IntStream.range(0, 5_000)
                .filter(i -> find("Bearer " + i + "x".repeat(10_000)).isPresent())
                .count();
        assertThat(known).isBetween(1L, 1_600L);
    }

    @Test
    void a_token_is_verified_once_a_minute_however_often_it_comes_over_a_connection() {
        remember(TOKEN, caller(Duration.ofHours(1)));
        assertThat(find(TOKEN)).isPresent();
        time.pass(Duration.ofSeconds(60));
        assertThat(find(TOKEN)).isEmpty();
        remember(TOKEN, caller(Duration.ofHours(1)));
        assertThat(find(TOKEN)).isPresent();
        time.pass(Duration.ofSeconds(59));
        assertThat(find(TOKEN)).isPresent();
    }

    @Test
    void each_token_of_a_connection_is_its_own_caller() {
        remember(TOKEN, caller(Duration.ofHours(1)));
        remember("Bearer a.b.d", caller("wallboard", Duration.ofHours(1)));
        for (int i = 0; i < 3; i++) {
            assertThat(find(TOKEN)).map(Caller::subject).contains("crm-sync");
            assertThat(find("Bearer a.b.d")).map(Caller::subject).contains("wallboard");
            assertThat(find("Bearer a.b.e")).isEmpty();
        }
    }

    @Test
    void a_token_is_known_over_every_connection() {
        remember(TOKEN, caller(Duration.ofHours(1)));
        assertThat(tokens.find(new DefaultAttributeMap(), TOKEN)).isPresent();
        assertThat(tokens.find(new DefaultAttributeMap(), TOKEN)).isPresent();
    }

    @Test
    void the_memory_of_all_connections_together_is_bounded_and_is_free_again_once_they_are_closed() {
        List<EmbeddedChannel> connections =
                Stream.generate(EmbeddedChannel::new).limit(2_000).toList();
        for (int i = 0; i < connections.size(); i++) {
            String token = "Bearer " + i + "x".repeat(10_000);
            remember(token, caller(Duration.ofHours(1)));
            assertThat(tokens.find(connections.get(i), token)).isPresent();
            assertThat(tokens.find(connections.get(i), token)).isPresent();
        }
        assertThat(tokens.remembered()).isBetween(8L << 19, 8L << 20);

        connections.forEach(EmbeddedChannel::close);
        assertThat(tokens.remembered()).isZero();

        remember(TOKEN, caller(Duration.ofHours(1)));
        assertThat(tokens.find(connections.get(0), TOKEN)).isPresent();
        assertThat(tokens.remembered()).isZero();
    }

    @Test
    void a_connection_remembers_one_token() {
        remember(TOKEN, caller(Duration.ofHours(1)));
        remember("Bearer a.b.cd", caller(Duration.ofHours(1)));
        find(TOKEN);
        find("Bearer a.b.cd");
        assertThat(tokens.remembered()).isEqualTo("Bearer a.b.cd".length());
        find("Bearer unknown");
        assertThat(tokens.remembered()).isZero();
    }

    private Optional<Caller> find(String authorization) {
        return tokens.find(connection, authorization);
    }

    private void remember(String token, Caller caller) {
        tokens.remember(token, caller, keys, current());
    }

    private IssuerKeys.Known current() {
        return keys.current().await().indefinitely();
    }

    private Caller caller(Duration lifetime) {
        return caller("crm-sync", lifetime);
    }

    private Caller caller(String subject, Duration lifetime) {
        return new Caller(
                "corp",
                ISSUER.url(),
                subject,
                Set.of(),
                Set.of(),
                Optional.of(time.now().plus(lifetime)));
    }
}
