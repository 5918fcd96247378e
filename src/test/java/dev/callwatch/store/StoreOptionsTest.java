package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.settings.ConfigErrors;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreOptionsTest {

    private final ConfigErrors errors = new ConfigErrors();

    @Test
    void the_state_is_in_memory_by_default() {
        assertThat(read(Map.of(), false).isShared()).isFalse();
        errors.throwIfAny();
    }

    @Test
    void redis_is_shared_under_a_namespace() {
        StoreOptions options =
                read(Map.of("callwatch.store", "Redis", "callwatch.store.namespace", "team-a.callwatch"), true);
        errors.throwIfAny();
        assertThat(options.isShared()).isTrue();
        assertThat(options.namespace()).isEqualTo("team-a.callwatch");
    }

    @Test
    void redis_without_hosts_is_refused() {
        read(Map.of("callwatch.store", "redis"), false);
        assertRefused("quarkus.redis.hosts is missing: callwatch.store=redis needs it");
    }

    @Test
    void another_store_is_refused() {
        read(Map.of("callwatch.store", "etcd"), true);
        assertRefused("callwatch.store must be memory or redis, but is etcd");
    }

    @ParameterizedTest
    @ValueSource(longs = {100, 3_000})
    void a_deadline_that_is_not_longer_than_a_lease_is_refused_with_redis(long millis) {
        read(Map.of("callwatch.store", "redis"), Duration.ofMillis(millis), true);
        assertRefused("callwatch.lookup.deadline must be longer than 3s with callwatch.store=redis");
    }

    @Test
    void a_deadline_that_is_longer_than_a_lease_is_taken_and_any_without_redis() {
        read(Map.of("callwatch.store", "redis"), Duration.ofMillis(3_001), true);
        read(Map.of(), Duration.ofMillis(100), false);
        errors.throwIfAny();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "{a}", "a b", "\u00e4"})
    void a_namespace_with_other_characters_is_refused(String namespace) {
        read(Map.of("callwatch.store.namespace", namespace), true);
        assertRefused("callwatch.store.namespace must be 1 to 64 letters");
    }

    private StoreOptions read(Map<String, String> settings, boolean hosts) {
        return read(settings, Duration.ofSeconds(5), hosts);
    }

    private StoreOptions read(Map<String, String> settings, Duration deadline, boolean hosts) {
        StoreSettings mapping = new SmallRyeConfigBuilder()
                .withMapping(StoreSettings.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build()
                .getConfigMapping(StoreSettings.class);
        return new StoreOptions(mapping, deadline, hosts, errors);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(errors::throwIfAny)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(message);
    }
}
