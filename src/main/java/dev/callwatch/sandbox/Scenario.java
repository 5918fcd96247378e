package dev.callwatch.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How the stand-in behaves for a call, chosen by the first block of its GUID. A script is a pure function of how long ago
 * the call was first asked for, and how often since.
 */
enum Scenario {
    /** Failed, with the reason that the last digit names; a second block of 0002 makes it the recipient's doing. */
    FAILED("0000000[1-7]") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            String reason = REASONS.get(guid.charAt(7) - '1');
            String party = guid.startsWith("0002", 9) ? "Recipient" : "Originator";
            return Document.of(guid).failed(party, reason).answer();
        }
    },
    /** A life in 30 seconds: active, recorded, paused, recorded, ended, disposition set. */
    LIFE("00000100") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            long second = age.toSeconds();
            Document call = Document.of(guid);
            if (second < 4) {
                return call.status(ACTIVE).answer();
            }
            if (second < 10) {
                return call.status(ACTIVE).recording("Started").answer();
            }
            if (second < 14) {
                return call.status(ACTIVE).recording("Paused").answer();
            }
            if (second < 20) {
                return call.status(ACTIVE).recording("Started").answer();
            }
            return second < 30 ? call.answer() : call.disposition("Sale").answer();
        }
    },
    /** Over without a fault, with a presented CLID and a disposition. */
    PRESENTED_CLID("00000200") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Document.of(guid)
                    .presenting("08008888888")
                    .disposition("Sale")
                    .answer();
        }
    },
    /** Forbidden, as with a missing scope. */
    FORBIDDEN("00000403") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Answer.message(403, "Forbidden");
        }
    },
    /** Answers after 10 seconds. */
    SLOW("00000408") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Document.of(guid).status(ACTIVE).answer().after(Duration.ofSeconds(10));
        }
    },
    /** Over the fair-use limit. */
    BUSY("00000429") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Answer.message(429, "Too many requests").with("Retry-After", "2");
        }
    },
    /** A gateway that fails for good. */
    DOWN("00000500") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Answer.html(500, "Internal Server Error");
        }
    },
    /** A gateway that fails twice, then works. */
    FLAKY("00000503") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return request <= 2
                    ? Answer.html(503, "Service Unavailable")
                    : Document.of(guid).status(ACTIVE).answer();
        }
    },
    /** JSON that breaks off. */
    MALFORMED("00000666") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Answer.raw("{\"id\":\"" + guid + "\",\"status\":\"Acti");
        }
    },
    /** A status that nobody documented. */
    RINGING("00000777") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Document.of(guid).status("Ringing").answer();
        }
    },
    /** The failed call out of Vonage's documentation. */
    DOCUMENTED("94e5928c") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return guid.equals("94e5928c-7f7e-4645-ad72-61010f906449")
                    ? Document.of(guid)
                            .failed("Originator", "NoAnswer")
                            .disposition("Wrong Number")
                            .answer()
                    : UNKNOWN_CALL;
        }
    };

    static final Answer UNKNOWN_CALL = Answer.message(404, "The requested resource was not found.");

    private static final String ACTIVE = "Active";
    private static final List<String> REASONS =
            List.of("CallFailed", "CallRejected", "NoAnswer", "Normal", "NumberBusy", "NumberChanged", "Unknown");

    private final String firstBlock;

    Scenario(String firstBlock) {
        this.firstBlock = firstBlock;
    }

    /** The script of a call, or nothing where the stand-in does not know it. */
    static Optional<Scenario> of(String guid) {
        for (Scenario script : values()) {
            if (guid.substring(0, 8).matches(script.firstBlock)) {
                return Optional.of(script);
            }
        }
        return Optional.empty();
    }

    /**
     * What it answers.
     *
     * @param guid in lower case
     * @param age since the call was first asked for
     * @param request how often it was asked for, this time included
     */
    abstract Answer answer(String guid, Duration age, int request);
}
