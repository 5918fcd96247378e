// What a consumer does with the client that is generated for TypeScript. The argument is the address of the service.
import { AccountsApi, CallsApi, Configuration, EventsApi, ResponseError } from "./index";

const FAILED = "94e5928c-7f7e-4645-ad72-61010f906449";
const UNKNOWN = "24e5948c-4f4e-6646-cd77-91010f903889";
const accountKey = "sandbox";

function check(holds: boolean, what: string): void {
  if (!holds) {
    throw new Error(`Not as described: ${what}`);
  }
}

async function main(basePath: string): Promise<void> {
  const configuration = new Configuration({ basePath });
  const { accounts } = await new AccountsApi(configuration).listAccounts();
  check(accounts[0].key === "sandbox", "accounts");

  const calls = new CallsApi(configuration);
  const call = await calls.lookUpCall({ accountKey, callGuid: FAILED });
  check(call.state === "failed" && call.ended === true && !call.stale, "state");
  check(call.result?.retry === "later" && call.result.reason === "no-answer", "result");
  check(call.observed.lastActiveAt === null && call.observed.at.getFullYear() > 2024, "times");
  check("links" in call.vonage && call.from.presentedClid === null, "parties");
  const faultless = await calls.lookUpCall({ accountKey, callGuid: "00000200-0000-0000-0000-000000000001" });
  check(faultless.result === null, "no result");

  const { results } = await calls.lookUpCalls({ accountKey, batchRequest: { ids: [FAILED, UNKNOWN] } });
  check(results[0].status === 200 && results[0].call?.id === FAILED, "row with a call");
  check(results[1].status === 404 && results[1].problem!.type.endsWith("call-not-found"), "row with a problem");

  const refused = await calls.lookUpCall({ accountKey, callGuid: UNKNOWN }).catch((error: unknown) => error);
  check(refused instanceof ResponseError && refused.response.status === 404, "404");
  check((await (refused as ResponseError).response.json()).type.endsWith("call-not-found"), "its problem");

  const stream = await new EventsApi(configuration).followCall({ accountKey, callGuid: FAILED });
  check(stream?.includes("event:status") === true, "stream");
  console.log("TypeScript: look-up, batch, 404 and stream work");
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
