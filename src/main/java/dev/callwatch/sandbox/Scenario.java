package dev.callwatch.sandbox;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How the fake Vonage behaves for a call. The first block of the call's GUID chooses the scenario. Its answer is a pure function
 * of the time since the first request for the call, and of the number of requests.
 */
enum Scenario {
    /** A failed call. The last digit of the first block names the reason; with a second block of 0002 the party is the recipient. */
    FAILED("0000000[1-7]") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            String reason = REASONS.get(guid.charAt(7) - '1');
            String party = guid.startsWith("0002", 9) ? "Recipient" : "Originator";
            return Document.of(guid).failed(party, reason).answer();
        }
    },
    /** A whole call in 30 s: active, recording started, paused, started, ended, disposition set. */
    LIFE("00000100") {
        @Override
        Optional<Life> life() {
            return Optional.of(WHOLE_LIFE);
        }
    },
    /** The same in 13 s, for tests. */
    SHORT_LIFE("00000101") {
        @Override
        Optional<Life> life() {
            return Optional.of(BRIEF_LIFE);
        }
    },
    /** The same, of a call that begins by itself. Before that it is unknown. */
    SELF_STARTING("00000102") {
        @Override
        Optional<Life> life() {
            return Optional.of(BRIEF_LIFE);
        }

        @Override
        boolean beginsByItself() {
            return true;
        }
    },
    /** A call that has ended without a fault, with a presented CLID and a disposition. */
    PRESENTED_CLID("00000200") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Document.of(guid)
                    .presenting("08008888888")
                    .disposition("Sale")
                    .answer();
        }
    },
    /** A 401 for each token. */
    UNAUTHORISED("00000401") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Answer.unauthorised();
        }
    },
    /** A 403, as for a missing scope. */
    FORBIDDEN("00000403") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Answer.message(403, "Forbidden");
        }
    },
    /** An answer after 10 s. */
    SLOW("00000408") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Document.of(guid).status(ACTIVE).answer().after(Duration.ofSeconds(10));
        }
    },
    /** A 429, as above the fair-use limit. */
    BUSY("00000429") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Answer.message(429, "Too many requests").with("Retry-After", "2");
        }
    },
    /** A 500 of a gateway, each time. */
    DOWN("00000500") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Answer.html(500, "Internal Server Error");
        }
    },
    /** A connection that is closed without an answer. */
    CUT("00000502") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Answer.NONE;
        }
    },
    /** A 503 of a gateway twice, then an active call. */
    FLAKY("00000503") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return request <= 2
                    ? Answer.html(503, "Service Unavailable")
                    : Document.of(guid).status(ACTIVE).answer();
        }
    },
    /** A truncated JSON document. */
    MALFORMED("00000666") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Answer.raw("{\"id\":\"" + guid + "\",\"status\":\"Acti");
        }
    },
    /** A call with a status that Vonage does not document. */
    RINGING("00000777") {
        @Override
        Answer answer(String guid, Duration age, int request) {
            return Document.of(guid).status("Ringing").answer();
        }
    },
    /** The failed call of Vonage's reference documentation. */
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
    private static final Life WHOLE_LIFE = new Life(4, 10, 14, 20, 30);
    private static final Life BRIEF_LIFE = new Life(3, 6, 9, 12, 13);
    private static final List<String> REASONS =
            List.of("CallFailed", "CallRejected", "NoAnswer", "Normal", "NumberBusy", "NumberChanged", "Unknown");

    private final String firstBlock;

    Scenario(String firstBlock) {
        this.firstBlock = firstBlock;
    }

    /** The scenario of a call, or nothing where the fake Vonage does not know the call. */
    static Optional<Scenario> of(String guid) {
        return Arrays.stream(values())
                .filter(scenario -> guid.substring(0, 8).matches(scenario.firstBlock))
                .findFirst();
    }

    /**
     * The answer to a request; where a call changes, by its age.
     *
     * @param guid in lower case
     * @param age the time since the first request for the call
     * @param request the number of requests for the call, this one included
     */
    Answer answer(String guid, Duration age, int request) {
        return life().orElseThrow().at(age, guid);
    }

    /** When a call changes; nothing for one that does not. */
    Optional<Life> life() {
        return Optional.empty();
    }

    /** Whether a call begins without a request for it, and is unknown before. */
    boolean beginsByItself() {
        return false;
    }

    /**
     * When a call changes, in whole seconds since the first request.
     *
     * @param recorded the recording starts
     * @param paused the recording pauses
     * @param resumed the recording starts again
     * @param ended the call ends
     * @param disposed the disposition is set
     */
    record Life(int recorded, int paused, int resumed, int ended, int disposed) {

        private Answer at(Duration age, String guid) {
            long second = age.toSeconds();
            Document call = Document.of(guid);
            if (second >= disposed) {
                return call.disposition("Sale").answer();
            }
            if (second >= ended) {
                return call.answer();
            }
            call.status(ACTIVE);
            if (second >= recorded) {
                call.recording(second >= paused && second < resumed ? "Paused" : "Started");
            }
            return call.answer();
        }
    }
}
