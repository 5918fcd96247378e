import java.util.List;
import java.util.UUID;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.AccountsApi;
import org.openapitools.client.api.CallsApi;
import org.openapitools.client.model.BatchRequest;
import org.openapitools.client.model.BatchRow;
import org.openapitools.client.model.CallState;
import org.openapitools.client.model.CallStatus;
import org.openapitools.client.model.RetryAdvice;

/** What a consumer does with the client that is generated for Java. The argument is the address of the service. */
class Client {

    private static final UUID FAILED = UUID.fromString("94e5928c-7f7e-4645-ad72-61010f906449");
    private static final UUID UNKNOWN = UUID.fromString("24e5948c-4f4e-6646-cd77-91010f903889");

    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(arguments[0]);
        check("sandbox".equals(new AccountsApi(client).listAccounts().getAccounts().get(0).getKey()), "accounts");

        CallsApi calls = new CallsApi(client);
        CallStatus call = calls.lookUpCall("sandbox", FAILED, null, null, null);
        check(call.getState() == CallState.FAILED && call.getEnded() && !call.getStale(), "state");
        check(call.getResult().getRetry() == RetryAdvice.LATER && "no-answer".equals(call.getResult().getReason()), "result");
        check(call.getObserved().getLastActiveAt() == null && call.getObserved().getAt().getYear() > 2024, "times");
        check(call.getVonage().containsKey("links") && call.getFrom().getPresentedClid() == null, "parties");
        CallStatus faultless = calls.lookUpCall(
                "sandbox", UUID.fromString("00000200-0000-0000-0000-000000000001"), null, null, null);
        check(faultless.getResult() == null, "no result");

        List<BatchRow> rows = calls.lookUpCalls("sandbox", new BatchRequest().ids(List.of(FAILED, UNKNOWN))).getResults();
        check(rows.get(0).getStatus() == 200 && rows.get(0).getCall().getId().equals(FAILED), "row with a call");
        check(rows.get(1).getStatus() == 404 && rows.get(1).getProblem().getType().toString().endsWith("call-not-found"), "row with a problem");

        try {
            calls.lookUpCall("sandbox", UNKNOWN, null, null, null);
            throw new IllegalStateException("A call that is unknown was answered");
        } catch (ApiException expected) {
            check(expected.getCode() == 404 && expected.getResponseBody().contains("call-not-found"), "404");
        }
        // It takes every text for JSON, so it cannot read a stream.
        System.out.println("Java: look-up, batch and 404 work");
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("Not as described: " + what);
        }
    }
}
