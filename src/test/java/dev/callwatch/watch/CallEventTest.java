package dev.callwatch.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Account;
import dev.callwatch.account.AnAccount;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Calls;
import dev.callwatch.call.CallsInVirtualTime;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallEventTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // before | now | changes, the most important first
                "{'status':'Active'} | {'status':null} | call.completed",
                "{'status':'Active'} | {'status':null,'result':{'code':'Failure','reason':'NoAnswer'}} | call.failed",
                "{'status':null} | {'status':null,'result':{'code':'Failure'}} | call.failed",
                "{'status':'Active'} | {'status':null,'result':{'code':'Failure'},'dispositionCode':'Sale'}"
                        + " | call.failed call.disposition-set",
                "{'status':'Active','recordingStatus':'Started'} | {'status':null} | call.completed call.recording-changed",
                "{'status':null} | {'status':null,'dispositionCode':'Sale'} | call.disposition-set",
                "{'status':null,'dispositionCode':'Sale'} | {'status':null,'dispositionCode':'No'} | call.disposition-set",
                "{'status':null,'dispositionCode':'Sale'} | {'status':null} | call.changed",
                "{'status':'Ringing'} | {'status':'Active'} | call.active",
                "{'status':'Active'} | {'status':'Ringing'} | call.changed",
                "{'status':'Active'} | {'status':'Active','recordingStatus':'Paused'} | call.recording-changed",
                "{'status':'Active'} | {'status':'Active','to':{'agentId':'7'}} | call.changed",
                "{'status':'Active'} | {'status':'Active','recordingStatus':'Paused','to':{'agentId':'7'}}"
                        + " | call.recording-changed call.changed",
                "{'status':'Active'} | {'status':'Active','new':1} | call.changed",
                "{'status':null,'result':{'code':'Failure','reason':'Normal'}}"
                        + " | {'status':null,'result':{'code':'Failure','reason':'NoAnswer'}} | call.changed"
            })
    void an_event_names_all_that_changed(String before, String now, String changes) {
        VirtualTime time = new VirtualTime();
        ScriptedReader vonage = new ScriptedReader(time);
        Calls calls = CallsInVirtualTime.of(vonage, CallsInVirtualTime.options(Map.of()), time, change -> {});
        CallGuid guid = new CallGuid(UUID.randomUUID().toString());

        CallEvent event =
                CallEvent.between(status(calls, vonage, time, guid, before), status(calls, vonage, time, guid, now));

        assertThat(event.changes().stream().map(EventType::wireName)).containsExactly(changes.split(" "));
        assertThat(event.type()).isEqualTo(event.changes().get(0));
        assertThat(event.previous()).hasValue(time.instant().minusSeconds(2).toEpochMilli());
        assertThat(event.call().revision()).isEqualTo(time.instant().toEpochMilli());
    }

    private static CallStatus status(
            Calls calls, ScriptedReader vonage, VirtualTime time, CallGuid guid, String document) {
        vonage.answers(guid, document.replace('\'', '"'));
        Account account = AnAccount.usual();
        // A little more than a second later it counts as old.
        time.pass(Duration.ofSeconds(2));
        return calls.lookUp(account, guid, new CacheDirectives(Optional.of(Duration.ZERO), false), "")
                .await()
                .indefinitely()
                .status();
    }
}
