package dev.callwatch.store;

import dev.callwatch.account.Account;
import dev.callwatch.account.Accounts;
import dev.callwatch.call.CallDocumentParser;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Snapshot;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.problem.ProblemType;
import dev.callwatch.time.WallClock;
import io.vertx.mutiny.redis.client.Response;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Encodes snapshots for Redis: Vonage's document and the observation times, field by field. Each replica derives the status
 * from the document itself, so that releases that read it differently can run side by side. Fields may be added; a replica
 * ignores the fields that it does not know.
 */
@Singleton
class SnapshotCodec {

    /** The oldest version of the encoding that a replica has to know to read what this one writes. */
    private static final int FORM = 1;

    private static final String FORM_FIELD = "v";
    private static final String TAG = "tag";
    private static final String REVISION = "rev";
    private static final String PREVIOUS = "prev";
    private static final String AT = "at";
    private static final String FIRST_AT = "first";
    private static final String LAST_ACTIVE_AT = "active";
    private static final String FIRST_ENDED_AT = "ended";
    private static final String DOCUMENT = "doc";
    private static final String TROUBLE = "trouble";
    private static final String TROUBLE_AT = "troubleAt";
    private static final String TROUBLE_DETAIL = "troubleDetail";
    private static final String TROUBLE_RETRY_AFTER = "troubleRetry";

    private static final String NONE = "";

    private final Accounts accounts;
    private final CallDocumentParser parser;
    private final WallClock clock;

    SnapshotCodec(Accounts accounts, CallDocumentParser parser, WallClock clock) {
        this.accounts = accounts;
        this.parser = parser;
        this.clock = clock;
    }

    /** Differs between any two snapshots of a call with different content; empty where nothing is known. */
    static String tag(Snapshot snapshot) {
        String status = snapshot.status()
                .map(known -> "%d@%d#%08x"
                        .formatted(known.revision(), known.observed().at().toEpochMilli(), hash(known)))
                .orElse(NONE);
        String lastError = snapshot.lastError()
                .map(recent -> "!" + recent.reason().type() + "@" + recent.at().toEpochMilli())
                .orElse(NONE);
        return status + lastError;
    }

    /** The statuses of entries of a history; none where one cannot be read: then only the snapshot says where the call stands. */
    List<CallStatus> statuses(CallKey key, Response entries) {
        try {
            List<CallStatus> statuses = new ArrayList<>();
            entries.forEach(entry -> statuses.add(status(key, RedisScripts.fields(entry.get(1)))));
            return statuses;
        } catch (UpstreamFailure.Malformed | IllegalArgumentException unreadable) {
            return List.of();
        }
    }

    /** The same in each process. */
    private static int hash(CallStatus status) {
        CallStatus.Observed observed = status.observed();
        return String.join(
                        " ",
                        millis(Optional.of(observed.firstAt())),
                        millis(observed.lastActiveAt()),
                        millis(observed.firstEndedAt()),
                        status.vonage())
                .hashCode();
    }

    /** All fields, those without a value empty. */
    Map<String, String> encode(Snapshot snapshot) {
        Map<String, String> fields = new LinkedHashMap<>();
        Optional<CallStatus> status = snapshot.status();
        Optional<CallStatus.Observed> observed = status.map(CallStatus::observed);
        Optional<UpstreamFailure> lastError = snapshot.lastError().map(Snapshot.LastError::reason);
        fields.put(FORM_FIELD, Integer.toString(FORM));
        fields.put(TAG, tag(snapshot));
        fields.put(
                REVISION, status.map(CallStatus::revision).map(String::valueOf).orElse(NONE));
        fields.put(
                PREVIOUS,
                status.filter(known -> known.previous().isPresent())
                        .map(known -> Long.toString(known.previous().getAsLong()))
                        .orElse(NONE));
        fields.put(AT, millis(observed.map(CallStatus.Observed::at)));
        fields.put(FIRST_AT, millis(observed.map(CallStatus.Observed::firstAt)));
        fields.put(LAST_ACTIVE_AT, millis(observed.flatMap(CallStatus.Observed::lastActiveAt)));
        fields.put(FIRST_ENDED_AT, millis(observed.flatMap(CallStatus.Observed::firstEndedAt)));
        fields.put(DOCUMENT, status.map(CallStatus::vonage).orElse(NONE));
        fields.put(TROUBLE, lastError.map(reason -> reason.type().name()).orElse(NONE));
        fields.put(TROUBLE_AT, millis(snapshot.lastError().map(Snapshot.LastError::at)));
        fields.put(TROUBLE_DETAIL, lastError.map(UpstreamFailure::getMessage).orElse(NONE));
        fields.put(
                TROUBLE_RETRY_AFTER,
                lastError
                        .flatMap(UpstreamFailure::retryAfter)
                        .map(Duration::toMillis)
                        .map(String::valueOf)
                        .orElse(NONE));
        return fields;
    }

    /**
     * Reads a snapshot.
     *
     * @throws RedisUnavailable where it was written by a release that this one cannot follow, is no snapshot, or has a revision or
     *     a time that no replica would write
     */
    Snapshot snapshot(CallKey call, Map<String, String> fields) {
        try {
            requireKnownForm(fields);
            Snapshot seen = fields.containsKey(DOCUMENT) ? Snapshot.of(status(call, fields)) : Snapshot.NOTHING;
            Snapshot read = lastError(fields)
                    .map(recent -> seen.failed(recent.reason(), recent.at()))
                    .orElse(seen);
            return requireTag(fields, read);
        } catch (UpstreamFailure.Malformed | IllegalArgumentException unreadable) {
            throw RedisUnavailable.unreadable("what is kept of call " + call.guid());
        }
    }

    /** Reads a status; fails like {@link #snapshot}. */
    CallStatus status(CallKey call, Map<String, String> fields) {
        requireKnownForm(fields);
        return CallStatus.of(
                call,
                accounts.find(call.account()).flatMap(Account::country),
                parser.parse(required(fields, DOCUMENT)),
                Plausible.revision(Long.parseLong(required(fields, REVISION)), clock.now()),
                previous(fields),
                CallStatus.Observed.of(
                        instant(fields, AT).orElseThrow(IllegalArgumentException::new),
                        instant(fields, FIRST_AT).orElseThrow(IllegalArgumentException::new),
                        instant(fields, LAST_ACTIVE_AT),
                        instant(fields, FIRST_ENDED_AT)));
    }

    private OptionalLong previous(Map<String, String> fields) {
        String previous = fields.get(PREVIOUS);
        return previous == null
                ? OptionalLong.empty()
                : OptionalLong.of(Plausible.revision(Long.parseLong(previous), clock.now()));
    }

    private static void requireKnownForm(Map<String, String> fields) {
        if (Integer.parseInt(required(fields, FORM_FIELD)) > FORM) {
            throw new IllegalArgumentException("a newer encoding");
        }
    }

    /** A replica that computes another tag than Redis has would take the snapshot for changed each time. */
    private static Snapshot requireTag(Map<String, String> fields, Snapshot read) {
        if (!tag(read).equals(required(fields, TAG))) {
            throw new IllegalArgumentException("the tag differs: a newer release wrote it");
        }
        return read;
    }

    private Optional<Snapshot.LastError> lastError(Map<String, String> fields) {
        Optional<Duration> retryAfter = Optional.ofNullable(fields.get(TROUBLE_RETRY_AFTER))
                .map(Long::parseLong)
                .map(Plausible::retryAfter);
        return Optional.ofNullable(fields.get(TROUBLE))
                .map(type -> UpstreamFailure.ofOtherReplica(
                        problem(type), fields.getOrDefault(TROUBLE_DETAIL, NONE), retryAfter))
                .map(reason -> new Snapshot.LastError(
                        reason, instant(fields, TROUBLE_AT).orElseThrow(IllegalArgumentException::new)));
    }

    /** A newer release may know problems that this one does not. */
    static ProblemType problem(String name) {
        return Stream.of(ProblemType.values())
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElse(ProblemType.UPSTREAM_ERROR);
    }

    private static String required(Map<String, String> fields, String field) {
        return Optional.ofNullable(fields.get(field)).orElseThrow(IllegalArgumentException::new);
    }

    private static String millis(Optional<Instant> instant) {
        return instant.map(Instant::toEpochMilli).map(String::valueOf).orElse(NONE);
    }

    private Optional<Instant> instant(Map<String, String> fields, String field) {
        return Optional.ofNullable(fields.get(field))
                .map(Long::parseLong)
                .map(millis -> Plausible.time(millis, clock.now()));
    }
}
