"""What a consumer does with the client that is generated for Python. The argument is the address of the service."""

import sys

from openapi_client import (
    AccountsApi,
    ApiClient,
    BatchRequest,
    CallsApi,
    CallState,
    Configuration,
    EventsApi,
    RetryAdvice,
    StreamLine,
)
from openapi_client.exceptions import NotFoundException

FAILED = "94e5928c-7f7e-4645-ad72-61010f906449"
UNKNOWN = "24e5948c-4f4e-6646-cd77-91010f903889"

with ApiClient(Configuration(host=sys.argv[1])) as client:
    assert AccountsApi(client).list_accounts().accounts[0].key == "sandbox"

    calls = CallsApi(client)
    call = calls.look_up_call("sandbox", FAILED)
    assert call.state == CallState.FAILED and call.ended is True and call.stale is False
    assert call.result.retry == RetryAdvice.LATER and call.result.reason == "no-answer"
    assert call.observed.last_active_at is None and call.observed.at.year > 2024
    assert "links" in call.vonage and call.var_from.presented_clid is None
    assert calls.look_up_call("sandbox", "00000200-0000-0000-0000-000000000001").result is None

    rows = calls.look_up_calls("sandbox", BatchRequest(ids=[FAILED, UNKNOWN])).results
    assert rows[0].status == 200 and rows[0].call.id == FAILED
    assert rows[1].status == 404 and rows[1].problem.type.endswith("call-not-found")

    try:
        calls.look_up_call("sandbox", UNKNOWN)
        raise SystemExit("A call that is unknown was answered")
    except NotFoundException as expected:
        assert "call-not-found" in expected.body

    lines = EventsApi(client).follow_call_without_preload_content("sandbox", FAILED).data.decode().splitlines()
    assert [StreamLine.from_json(line).actual_instance.event for line in lines if line] == ["status", "end"]
print("Python: look-up, batch, 404 and stream work")
