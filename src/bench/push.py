"""Many subscriptions of one call. This process is the fake Vonage, the sinks and who subscribes, so that all times are of one clock.

Usage: push.py UPSTREAM_PORT SINK_PORT SERVICE_PORT PID SUBSCRIPTIONS FEW CHANGES
Prints one line of key=value.
"""

import asyncio
import json
import sys
import time

from streams import Call, Upstream, cpu, live, rss

GUID = "a0000001-0000-4000-8000-000000000001"
CONNECTIONS = 16
END_OF_HEAD = b"\r\n\r\n"


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


async def subscribe(service, sink, numbers):
    reader, writer = await asyncio.open_connection("127.0.0.1", service)
    for number in numbers:
        body = json.dumps(
            {
                "protocol": "HTTP",
                "sink": f"http://127.0.0.1:{sink}/{number}",
                "config": {"subscriptionDetail": {"calls": [GUID]}},
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


async def subscribe_all(service, sink, begin, end):
    await asyncio.gather(*(subscribe(service, sink, range(begin + n, end, CONNECTIONS)) for n in range(CONNECTIONS)))


async def change(call, deliveries, count):
    deliveries.expect(count)
    call.change()
    await asyncio.wait_for(deliveries.all.wait(), 120)
    return sorted(moment - call.answered for moment in deliveries.times)


async def main(upstream, sink, service, pid, count, few, changes):
    loop = asyncio.get_running_loop()
    call, deliveries = Call(), Deliveries()
    servers = [
        await loop.create_server(lambda: Upstream(call), "127.0.0.1", upstream),
        await loop.create_server(lambda: Sink(deliveries), "127.0.0.1", sink, backlog=1024),
    ]

    await subscribe_all(service, sink, 0, few)
    for _ in range(20):  # warm-up
        await change(call, deliveries, few)
    delays = []
    for _ in range(changes):
        delays += await change(call, deliveries, few)
    delays.sort()

    before = {"live": live(pid), "rss": rss(pid)}
    await subscribe_all(service, sink, few, count)
    await asyncio.sleep(2)
    held = {"live": live(pid), "rss": rss(pid)}
    for _ in range(3):  # warm-up
        await change(call, deliveries, count)
    spent, last = cpu(pid), []
    for _ in range(changes):
        last.append((await change(call, deliveries, count))[-1])
    spent = cpu(pid) - spent
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
