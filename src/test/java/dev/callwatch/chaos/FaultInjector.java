package dev.callwatch.chaos;

import dev.callwatch.Replica;
import dev.callwatch.UpstreamEndpoint.Behaviour;
import dev.callwatch.chaos.FaultKind.Part;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/** Brings faults about, and ends them. */
final class FaultInjector {

    /** Of a slow network, each way: more than a replica waits for Redis, less than a request to the upstream may take. */
    private static final Duration SLOW = Duration.ofMillis(120);

    private final Deployment deployment;
    private final Recovery recovery;
    private final Pause pause;
    private final FaultLog log;
    private final UpstreamPath path;
    private final Map<Part, List<Semaphore>> whole = new EnumMap<>(Part.class);

    FaultInjector(Deployment deployment, UpstreamPath path, Recovery recovery, Pause pause, FaultLog log) {
        this.deployment = deployment;
        this.path = path;
        this.recovery = recovery;
        this.pause = pause;
        this.log = log;
        for (Part part : Part.values()) {
            int count = part.isOfOneReplica() ? deployment.replicas().size() : 1;
            whole.put(
                    part,
                    IntStream.range(0, count).mapToObj(each -> new Semaphore(1)).toList());
        }
    }

    /**
     * Waits until a fault may begin: its part is whole, the replica may go down, and the way to the upstream may be disturbed.
     */
    void await(Fault fault) throws InterruptedException {
        whole(fault).acquire();
        if (fault.kind().part() == Part.REPLICA) {
            deployment.availability().awaitMayGoDown(fault.replica().orElseThrow());
            deployment.availability().down(fault.replica().orElseThrow());
        }
        if (fault.kind().part().isOnTheWayToTheUpstream()) {
            path.disturb();
        }
    }

    /**
     * Begins it, waits its time and ends it. After the last one on the way to the upstream it waits until calls can be read
     * again.
     */
    void inject(Fault fault) throws IOException, InterruptedException {
        log.begun(fault);
        Optional<UpstreamPath.Whole> whole = Optional.empty();
        try {
            begin(fault);
            pause.of(fault.length());
            end(fault);
        } finally {
            log.over(fault);
            whole(fault).release();
            if (fault.kind().part().isOnTheWayToTheUpstream()) {
                whole = path.healed();
            }
        }
        if (whole.isPresent()) {
            try {
                recovery.await(fault, path, whole.get());
            } finally {
                path.recovered();
            }
        }
    }

    private void begin(Fault fault) throws IOException, InterruptedException {
        int replica = fault.replica().orElse(-1);
        switch (fault.kind()) {
            case REPLICA_KILLED -> replica(replica).kill();
            case REPLICA_TERMINATED -> replica(replica).terminate();
            case REPLICA_FROZEN -> replica(replica).freeze();
            case REDIS_KILLED -> deployment.redis().kill();
            case REDIS_FROZEN -> deployment.redis().freeze();
            case REDIS_LINK_CUT -> deployment.redisLink(replica).cut();
            case REDIS_LINK_SILENT -> deployment.redisLink(replica).silence();
            case REDIS_LINK_SLOW -> deployment.redisLink(replica).delay(SLOW);
            case SINK_FAILING -> deployment.sinks().fail();
            case SINK_HANGING -> deployment.sinks().hang();
            case SINK_RESTARTED -> deployment.sinks().stop();
            case CALLS_FROZEN -> calls(Behaviour.FROZEN);
            case CALLS_FAILING -> calls(Behaviour.FAILING);
            case CALLS_DRIPPING -> calls(Behaviour.DRIPPING);
            case CALLS_HALF_OPEN -> calls(Behaviour.HALF_OPEN);
            case TOKENS_FROZEN -> tokens(Behaviour.FROZEN);
            case TOKENS_DRIPPING -> tokens(Behaviour.DRIPPING);
            case TOKENS_HALF_OPEN -> tokens(Behaviour.HALF_OPEN);
            case TOKENS_NONSENSE -> tokens(Behaviour.NONSENSE);
            case UPSTREAM_LINK_CUT -> deployment.upstreamLink(replica).cut();
            case UPSTREAM_LINK_SLOW -> deployment.upstreamLink(replica).delay(SLOW);
        }
    }

    private void end(Fault fault) throws IOException, InterruptedException {
        int replica = fault.replica().orElse(-1);
        switch (fault.kind()) {
            case REPLICA_KILLED, REPLICA_TERMINATED -> {
                replica(replica).start();
                replica(replica).awaitReady();
                deployment.availability().up(replica);
            }
            case REPLICA_FROZEN -> {
                replica(replica).thaw();
                deployment.availability().up(replica);
            }
            case REDIS_KILLED -> deployment.redis().start();
            case REDIS_FROZEN -> deployment.redis().thaw();
            case REDIS_LINK_CUT, REDIS_LINK_SILENT, REDIS_LINK_SLOW ->
                deployment.redisLink(replica).mend();
            case SINK_FAILING, SINK_HANGING -> deployment.sinks().mend();
            case SINK_RESTARTED -> deployment.sinks().restart();
            case CALLS_FROZEN, CALLS_FAILING, CALLS_DRIPPING, CALLS_HALF_OPEN -> calls(Behaviour.WELL);
            case TOKENS_FROZEN, TOKENS_DRIPPING, TOKENS_HALF_OPEN, TOKENS_NONSENSE -> tokens(Behaviour.WELL);
            case UPSTREAM_LINK_CUT, UPSTREAM_LINK_SLOW ->
                deployment.upstreamLink(replica).mend();
        }
    }

    private Replica replica(int index) {
        return deployment.replicas().get(index);
    }

    private void calls(Behaviour behaviour) {
        deployment.upstream().calls().behave(behaviour);
    }

    private void tokens(Behaviour behaviour) {
        deployment.upstream().tokens().behave(behaviour);
    }

    private Semaphore whole(Fault fault) {
        return whole.get(fault.kind().part()).get(fault.replica().orElse(0));
    }
}
