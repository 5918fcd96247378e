package dev.callwatch.call;

import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Timeouts;
import dev.callwatch.time.VirtualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.util.Map;
import java.util.function.Consumer;

/** The look-up as it is wired in production, on a scripted Vonage and a clock that is moved by hand. */
public final class CallsInVirtualTime {

    private CallsInVirtualTime() {}

    /** @param settings beside the defaults, with their full keys */
    public static LookupOptions options(Map<String, String> settings) {
        return new LookupOptions(
                new SmallRyeConfigBuilder()
                        .withMapping(LookupSettings.class)
                        .withSources(new PropertiesConfigSource(settings, "test", 100))
                        .build()
                        .getConfigMapping(LookupSettings.class),
                new ConfigErrors());
    }

    public static Calls of(CallReader vonage, LookupOptions options, VirtualTime time, Consumer<CallChanged> changes) {
        return of(vonage, options, new LocalCoordination(), time, time, changes);
    }

    public static Calls of(
            CallReader vonage,
            LookupOptions options,
            Coordination replicas,
            Clock time,
            Delay delay,
            Consumer<CallChanged> changes) {
        return new Calls(
                vonage,
                options,
                new CallCache(options, time),
                replicas,
                time,
                new Timeouts(time, delay),
                new LookupMetrics(new SimpleMeterRegistry()),
                changes);
    }

    /** What an observer of the container does. */
    public static void heard(Calls calls, RemoteRevision news) {
        calls.heard(news);
    }

    /** What an observer of the container does. */
    public static void back(Calls calls) {
        calls.back(new ReplicasReconnected());
    }
}
