"""Many subscriptions of one call, and then few of another. This process is the fake Vonage, the sinks and who subscribes, so that all
times are of one clock. The few come last: what the many led to has warmed the JVM up.

Usage: push.py UPSTREAM_PORT SINK_PORT SERVICE_PORT PID SUBSCRIPTIONS FEW CHANGES
Prints one line of key=value.
"""

import asyncio
import json
import sys
import time

from streams import Call, Upstream, cpu, live, rss

OF_MANY = "a0000001-0000-4000-8000-000000000001"
OF_FEW = "a0000002-0000-4000-8000-000000000002"
CONNECTIONS = 16
END_OF_HEAD = b"\r\n\r\n"


class Calls(Upstream):
    """Whatever call is asked for on a connection."""

    def __init__(self, calls):
        super().__init__(calls[OF_MANY])
        self.calls = calls

    def data_received(self, data):
        self.call = next((call for guid, call in self.calls.items() if guid.encode() in data), self.call)
        super().data_received(data)


class Deliveries:
    """What the sinks got."""

    def __init__(self):
        self.times = []
        self.awaited = 0
        self.all = asyncio.Event()

    def expect(self, count):
        self.times = []
        self.awaited = count
        self.all.clear()

    def got(self):
        self.times.append(time.monotonic())
        if len(self.times) >= self.awaited:
            self.all.set()


class Sink(asyncio.Protocol):
    """Agrees to be called, and accepts everything."""

    def __init__(self, deliveries):
        self.deliveries = deliveries
        self.data = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.data += data
        while END_OF_HEAD in self.data:
            head, rest = self.data.split(END_OF_HEAD, 1)
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            length = int(lengths[0].split(b":")[1]) if lengths else 0
            if len(rest) < length:
                return
            self.data = rest[length:]
            if head.startswith(b"OPTIONS"):
                self.transport.write(b"HTTP/1.1 200 OK\r\nWebHook-Allowed-Origin: *\r\nContent-Length: 0\r\n\r\n")
            else:
                self.deliveries.got()
                self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def subscribe(service, sink, guid, numbers):
    reader, writer = await asyncio.open_connection("127.0.0.1", service)
    for number in numbers:
        body = json.dumps(
            {
                "protocol": "HTTP",
                "sink": f"http://127.0.0.1:{sink}/{number}",
                "config": {"subscriptionDetail": {"calls": [guid]}},
            }
        )
        writer.write(
            (
                "POST /v1/accounts/b0/subscriptions HTTP/1.1\r\nHost: localhost\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            ).encode()
        )
        head = (await reader.readuntil(END_OF_HEAD)).decode()
        length = int([line for line in head.lower().split("\r\n") if line.startswith("content-length:")][0].split(":")[1])
        await reader.readexactly(length)
        if " 201 " not in head.split("\r\n")[0]:
            sys.exit(f"A subscription was refused: {head}")
    writer.close()


async def subscribe_all(service, sink, guid, begin, end):
    await asyncio.gather(*(subscribe(service, sink, guid, range(begin + n, end, CONNECTIONS)) for n in range(CONNECTIONS)))


async def change(call, deliveries, count):
    deliveries.expect(count)
    call.change()
    await asyncio.wait_for(deliveries.all.wait(), 120)
    return sorted(moment - call.answered for moment in deliveries.times)


async def main(upstream, sink, service, pid, count, few, changes):
    loop = asyncio.get_running_loop()
    calls, deliveries = {OF_MANY: Call(), OF_FEW: Call()}, Deliveries()
    servers = [
        await loop.create_server(lambda: Calls(calls), "127.0.0.1", upstream),
        await loop.create_server(lambda: Sink(deliveries), "127.0.0.1", sink, backlog=1024),
    ]

    await subscribe_all(service, sink, OF_MANY, 0, few)
    for _ in range(5):  # warm-up
        await change(calls[OF_MANY], deliveries, few)
    before = {"live": live(pid), "rss": rss(pid)}
    await subscribe_all(service, sink, OF_MANY, few, count)
    await asyncio.sleep(2)
    held = {"live": live(pid), "rss": rss(pid)}
    for _ in range(3):  # warm-up
        await change(calls[OF_MANY], deliveries, count)
    spent, last = cpu(pid), []
    for _ in range(changes):
        last.append((await change(calls[OF_MANY], deliveries, count))[-1])
    spent = cpu(pid) - spent

    await subscribe_all(service, sink, OF_FEW, count, count + few)
    for _ in range(5):  # a call that was just found is read more often
        await change(calls[OF_FEW], deliveries, few)
    delays = []
    for _ in range(2 * changes):
        delays += await change(calls[OF_FEW], deliveries, few)
    delays.sort()
    for server in servers:
        server.close()
    figures = {
        "few": few,
        "count": count,
        "delay_p50_ms": f"{1000 * delays[len(delays) // 2]:.0f}",
        "delay_p99_ms": f"{1000 * delays[int(len(delays) * 0.99)]:.0f}",
        "live_kib": f"{(held['live'] - before['live']) / (count - few) / 1024:.1f}",
        "rss_mib": f"{(held['rss'] - before['rss']) / 1024 / 1024:.0f}",
        "last_s": f"{sorted(last)[len(last) // 2]:.1f}({min(last):.1f}–{max(last):.1f})",
        "deliveries_per_cpu_s": f"{changes * count / spent:.0f}",
    }
    print(" ".join(f"{key}={value}" for key, value in figures.items()))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(main(numbers[0], numbers[1], numbers[2], str(numbers[3]), *numbers[4:]))
