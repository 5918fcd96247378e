package dev.callwatch.access;

import dev.callwatch.account.AccountKey;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * The audit log, category {@value #CATEGORY}: a line for each decision that denied something and, where the settings ask for
 * it, for each call that was read. Its fields are in the line's MDC as well, which JSON logs show. What was denied is counted too.
 */
@Singleton
public class Audit {

    static final String CATEGORY = "dev.callwatch.audit";

    private static final Logger LOG = Logger.getLogger(CATEGORY);
    private static final int LONGEST = 200;

    /** Whatever else an identifier holds could break out of its line or field. */
    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9._:/@|*+~-]");

    private final boolean reads;
    private final MeterRegistry registry;

    Audit(AccessOptions options, MeterRegistry registry) {
        this.reads = options.auditReads();
        this.registry = registry;
        Stream.of(
                        ProblemType.UNAUTHENTICATED,
                        ProblemType.FORBIDDEN,
                        ProblemType.RATE_LIMITED,
                        ProblemType.ISSUER_UNAVAILABLE)
                .forEach(this::refusals);
    }

    /**
     * A request that does not prove who makes it was refused. What its token claims is not proved, so it is not logged.
     *
     * @param account the account in the request's path
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
        account.ifPresent(key -> fields.put("account", key.value()));
        call.ifPresent(guid -> fields.put("call", guid));
        deny(refusal, fields);
    }

    /** A caller was denied an account, at once or when its token had expired. */
    public void denied(Caller caller, AccountKey account, ProblemException refusal) {
        Map<String, String> fields = who(caller);
        fields.put("account", account.value());
        fields.put("outcome", refusal.type().code());
        if (refusal instanceof Unauthenticated unauthenticated) {
            fields.put("reason", unauthenticated.reason());
        }
        deny(refusal, fields);
    }

    /** A caller was denied something that is not about one account. */
    void denied(Caller caller, String reason, ProblemException refusal) {
        Map<String, String> fields = who(caller);
        fields.put("outcome", refusal.type().code());
        fields.put("reason", reason);
        deny(refusal, fields);
    }

    /**
     * A caller read a call, or tried to.
     *
     * @param call the call's GUID
     * @param outcome {@code read}, {@code followed}, or the name of a problem
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
        write("read", fields);
    }

    private void deny(ProblemException refusal, Map<String, String> fields) {
        refusals(refusal.type()).increment();
        write("denied", fields);
    }

    private Counter refusals(ProblemType type) {
        return Counter.builder("callwatch.refusals")
                .description("Requests that were refused because of who makes them, by the name of the problem")
                .tag("outcome", type.code())
                .register(registry);
    }

    private static Map<String, String> who(Caller caller) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("issuer", caller.issuerName());
        fields.put("subject", caller.subject());
        return fields;
    }

    private static void write(String decision, Map<String, String> fields) {
        Map<String, String> safe = new LinkedHashMap<>();
        fields.forEach((name, value) -> safe.put(name, safe(value)));
        String line = safe.entrySet().stream()
                .map(field -> field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining(" ", decision + " ", ""));
        safe.forEach((name, value) -> MDC.put("audit." + name, value));
        try {
            LOG.info(line);
        } finally {
            safe.keySet().forEach(name -> MDC.remove("audit." + name));
        }
    }

    static String safe(String text) {
        String safe = UNSAFE.matcher(text).replaceAll("?");
        return safe.length() > LONGEST ? safe.substring(0, LONGEST) + "~" : safe;
    }
}
