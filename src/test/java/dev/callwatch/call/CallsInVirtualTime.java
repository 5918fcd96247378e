package dev.callwatch.call;

import dev.callwatch.settings.ConfigErrors;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Timeouts;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.time.WallClock;
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
        return of(vonage, options, new LocalCoordination(), time, time, time, changes);
    }

    public static Calls of(
            CallReader vonage,
            LookupOptions options,
            Coordination coordination,
            VirtualTime time,
            Consumer<CallChanged> changes) {
        return of(vonage, options, coordination, time, time, time, changes);
    }

    public static Calls of(
            CallReader vonage,
            LookupOptions options,
            Coordination coordination,
            Clock clock,
            WallClock wallClock,
            Delay delay,
            Consumer<CallChanged> changes) {
        return replica(vonage, options, coordination, clock, wallClock, delay, changes)
                .calls();
    }

    /** A replica whose observers of the container a test can call. */
    public static Replica replica(
            CallReader vonage,
            LookupOptions options,
            Coordination coordination,
            Clock clock,
            WallClock wallClock,
            Delay delay,
            Consumer<CallChanged> changes) {
        return replica(vonage, options, new CallCache(options, clock), coordination, clock, wallClock, delay, changes);
    }

    /** The look-up of a replica, and what happens to it. */
    public static final class Replica {

        private final Calls calls;
        private final ReplicaSync sync;

        private Replica(Calls calls, ReplicaSync sync) {
            this.calls = calls;
            this.sync = sync;
        }

        public Calls calls() {
            return calls;
        }

        /** Another replica has published a revision. */
        public void changedElsewhere(RemoteRevision revision) {
            sync.changedElsewhere(revision);
        }

        /** The other replicas can be reached again. */
        public void reconnected() {
            sync.reconnected(new ReplicasReconnected());
        }
    }

    /**
     * What a process knows of calls.
     *
     * @param log the revisions that it learns of
     */
    public record Knowledge(Calls calls, CallDirectory directory, RevisionLog log) {}

    /** The look-up with all that is made of it, in a process of its own. */
    public static Knowledge knowledge(
            CallReader vonage,
            Coordination coordination,
            VirtualTime time,
            Consumer<CallChanged> changes,
            Consumer<LogAppended> appended) {
        LookupOptions options = options(Map.of());
        CallCache cache = new CallCache(options, time);
        LocalRevisionLog log = new LocalRevisionLog(cache, options.logMemory(), appended);
        CallUpdates updates = new CallUpdates(cache, time, time, new SimpleMeterRegistry(), change -> {});
        return new Knowledge(
                replica(vonage, options, cache, coordination, time, time, time, change -> {
                            log.append(change);
                            changes.accept(change);
                        })
                        .calls(),
                new CallDirectory(cache, updates, coordination, options, time, time),
                log);
    }

    private static Replica replica(
            CallReader vonage,
            LookupOptions options,
            CallCache cache,
            Coordination coordination,
            Clock clock,
            WallClock wallClock,
            Delay delay,
            Consumer<CallChanged> changes) {
        Timeouts timeouts = new Timeouts(clock, delay);
        CallUpdates updates = new CallUpdates(cache, clock, wallClock, new SimpleMeterRegistry(), changes);
        ReplicaSync sync = new ReplicaSync(coordination, cache, updates, delay);
        Calls calls = new Calls(
                options,
                cache,
                new CoalescedReader(vonage, coordination, cache, updates, options, clock, wallClock, timeouts),
                updates,
                sync,
                clock,
                wallClock,
                delay,
                timeouts,
                new LookupMetrics(new SimpleMeterRegistry()));
        return new Replica(calls, sync);
    }

    /** The log of a process that has read nothing. */
    public static LocalRevisionLog emptyLog(Clock clock) {
        LookupOptions options = options(Map.of());
        return new LocalRevisionLog(new CallCache(options, clock), options.logMemory(), appended -> {});
    }
}
