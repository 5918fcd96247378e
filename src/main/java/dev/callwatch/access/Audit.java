package dev.callwatch.access;

import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Accounts;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import dev.callwatch.time.Delay;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * The audit log, category {@value #CATEGORY}: a line for each decision that denied something and, where the settings ask for
 * it, for each call that was read. What repeats within a second is one line with a count. The fields of a line are in its MDC as
 * well, which JSON logs show. Each denial is counted in a metric, too.
 */
@Singleton
public class Audit {

    static final String CATEGORY = "dev.callwatch.audit";

    private static final Logger LOG = Logger.getLogger(CATEGORY);
    private static final int LONGEST = 200;
    private static final Duration BETWEEN_COUNTS = Duration.ofSeconds(1);

    /** Whatever else an identifier holds could break out of its line or field. */
    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9._:/@|*+-]");

    /** As likely to be equal for different texts as a key of 96 bits is to be guessed. */
    private static final int BYTES_OF_HASH = 12;

    /** Of a request whose caller is unknown these are what anybody wants, and its lines would never repeat. */
    private static final Set<String> UNPROVED = Set.of("account", "call");

    /** Whoever has no token could write anything into the log as an account. */
    private static final String UNKNOWN_ACCOUNT = "unknown";

    private final Accounts accounts;
    private final boolean reads;
    private final Delay delay;
    private final MeterRegistry registry;
    private final AuditLines lines = new AuditLines(Audit::log);
    private volatile Cancellable counting = () -> {};

    Audit(Accounts accounts, AccessOptions options, Delay delay, MeterRegistry registry) {
        this.accounts = accounts;
        this.reads = options.auditReads();
        this.delay = delay;
        this.registry = registry;
        Stream.of(
                        ProblemType.UNAUTHENTICATED,
                        ProblemType.FORBIDDEN,
                        ProblemType.RATE_LIMITED,
                        ProblemType.ISSUER_UNAVAILABLE)
                .forEach(this::refusals);
    }

    void begin(@Observes StartupEvent start, Vertx vertx) {
        // The MDC of a line is in the context that writes it, and here in one that no request shares.
        Context own = VertxContext.createNewDuplicatedContext(((ContextInternal) vertx.getOrCreateContext()).unwrap());
        own.runOnContext(begun -> counting = delay.of(BETWEEN_COUNTS)
                .invoke(lines::flush)
                .replaceWith(true)
                .repeat()
                .indefinitely()
                .subscribe()
                .with(counted -> {}));
    }

    void end(@Observes ShutdownEvent end) {
        counting.cancel();
        lines.flush();
    }

    /**
     * A request that does not prove who makes it was refused. What its token claims is not proved, so it is not logged.
     *
     * @param account the account in the request's path; one that this process does not hold is logged as {@value #UNKNOWN_ACCOUNT}
     * @param call the GUID of the call in the request's path
     */
    public void unknownCaller(Optional<AccountKey> account, Optional<String> call, ProblemException refusal) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("outcome", refusal.type().code());
        if (refusal instanceof Unauthenticated unauthenticated) {
            fields.put("reason", unauthenticated.reason());
        }
        if (refusal instanceof IssuerUnavailable unavailable) {
            fields.put("issuer", unavailable.issuer());
        }
        account.ifPresent(key -> fields.put("account", accounts.find(key).isPresent() ? key.value() : UNKNOWN_ACCOUNT));
        call.ifPresent(guid -> fields.put("call", guid));
        deny(refusal, fields, UNPROVED);
    }

    /** A caller was denied an account, at once or when its token had expired. */
    public void denied(Caller caller, AccountKey account, ProblemException refusal) {
        Map<String, String> fields = who(caller);
        fields.put("account", account.value());
        fields.put("outcome", refusal.type().code());
        if (refusal instanceof Unauthenticated unauthenticated) {
            fields.put("reason", unauthenticated.reason());
        }
        deny(refusal, fields, Set.of());
    }

    /** A caller was denied something that is not about one account. */
    void denied(Caller caller, String reason, ProblemException refusal) {
        Map<String, String> fields = who(caller);
        fields.put("outcome", refusal.type().code());
        fields.put("reason", reason);
        deny(refusal, fields, Set.of());
    }

    /**
     * A caller read a call, or tried to.
     *
     * @param call the call's GUID
     * @param outcome {@code read}, {@code followed}, {@code listed}, or the name of a problem
     */
    public void read(Caller caller, Grant grant, String call, String outcome) {
        if (!reads) {
            return;
        }
        Map<String, String> fields = who(caller);
        fields.put("account", grant.account().key().value());
        fields.put("call", call);
        fields.put("numbers", Boolean.toString(grant.numbers()));
        fields.put("outcome", outcome);
        write("read", fields, Set.of());
    }

    private void deny(ProblemException refusal, Map<String, String> fields, Set<String> unproved) {
        refusals(refusal.type()).increment();
        write("denied", fields, unproved);
    }

    private Counter refusals(ProblemType type) {
        return Counter.builder("callwatch.refusals")
                .description("Requests that access control refused, by the name of the problem")
                .tag("outcome", type.code())
                .register(registry);
    }

    private static Map<String, String> who(Caller caller) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("issuer", caller.issuerName());
        fields.put("subject", caller.subject());
        return fields;
    }

    private void write(String decision, Map<String, String> fields, Set<String> varying) {
        fields.replaceAll((name, value) -> safe(value));
        lines.write(new AuditLines.Line(decision, fields), varying);
    }

    private static void log(AuditLines.Line line) {
        String text = line.fields().entrySet().stream()
                .map(field -> field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining(" ", line.decision() + " ", ""));
        line.fields().forEach((name, value) -> MDC.put("audit." + name, value));
        try {
            LOG.info(text);
        } finally {
            line.fields().keySet().forEach(name -> MDC.remove("audit." + name));
        }
    }

    /**
     * A text that fits into a line: at most 200 characters, each unsafe one replaced by {@code ?}. One that is not what it was
     * ends with {@code ~} and a hash of what it was, so that different texts stay different; neither {@code ?} nor {@code ~} is
     * in any other.
     */
    static String safe(String text) {
        Matcher unsafe = UNSAFE.matcher(text);
        if (!unsafe.find() && text.length() <= LONGEST) {
            return text;
        }
        String safe = unsafe.replaceAll("?");
        return safe.substring(0, Math.min(LONGEST, safe.length())) + "~" + hash(text);
    }

    private static String hash(String text) {
        // Char by char: an encoder would make half characters equal.
        ByteBuffer content = ByteBuffer.allocate(text.length() * Character.BYTES);
        content.asCharBuffer().put(text);
        return HexFormat.of().formatHex(Sha256.of(content.array()), 0, BYTES_OF_HASH);
    }
}
