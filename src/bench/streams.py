"""Many subscribers of one call. This process is the fake Vonage and all subscribers, so that all times are of one clock.

Usage: streams.py UPSTREAM_PORT SERVICE_PORT MANAGEMENT_PORT PID SUBSCRIBERS CHANGES IDLE_SECONDS
Prints one line of key=value.
"""

import asyncio
import math
import os
import socket
import subprocess
import sys
import time

GUID = "a0000001-0000-4000-8000-000000000001"
REQUEST = (
    f"GET /v1/accounts/b0/calls/{GUID}/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
).encode()
STARTED, PAUSED = "Started", "Paused"


class Call:
    """The call at the fake Vonage, and the number of requests for it."""

    def __init__(self):
        self.recording = STARTED
        self.requests = 0
        self.changed = 0.0
        self.answered = 0.0

    def change(self):
        self.recording = PAUSED if self.recording == STARTED else STARTED
        self.changed = time.monotonic()
        self.answered = 0.0

    def document(self):
        self.requests += 1
        if not self.answered:
            self.answered = time.monotonic()
        return (
            '{"from":{"telephoneNumber":"02072068888","agentId":"10"},"to":{"telephoneNumber":"02072068888"},'
            f'"status":"Active","recordingStatus":"{self.recording}"}}'
        )


class Upstream(asyncio.Protocol):
    def __init__(self, call):
        self.call = call

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if data.startswith(b"POST"):
            body = '{"access_token":"bench","expires_in":36000,"token_type":"Bearer"}'
        else:
            body = self.call.document()
        self.transport.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )


class Reader(asyncio.Protocol):
    def __init__(self, readers):
        self.readers = readers

    def connection_made(self, transport):
        self.transport = transport
        transport.write(REQUEST)

    def data_received(self, data):
        events = data.count(b"event:status")
        if events:
            self.readers.got(events)

    def connection_lost(self, error):
        self.readers.lost += 1


class Readers:
    def __init__(self):
        self.events = 0
        self.times = []
        self.awaited = 0
        self.all = asyncio.Event()
        self.lost = 0

    def expect(self, count):
        self.times = []
        self.awaited = count
        self.all.clear()

    def got(self, events):
        self.events += events
        self.times.append(time.monotonic())
        if len(self.times) >= self.awaited:
            self.all.set()


def live(pid):
    """Bytes of live objects of a JVM; not a number for a native executable."""
    if not os.path.basename(os.readlink(f"/proc/{pid}/exe")).startswith("java"):
        return math.nan
    subprocess.run(["jcmd", pid, "GC.run"], check=True, stdout=subprocess.DEVNULL)
    histogram = subprocess.run(["jcmd", pid, "GC.class_histogram"], check=True, capture_output=True, text=True).stdout
    return int([line for line in histogram.splitlines() if line.startswith("Total")][0].split()[2])


def rss(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int([line for line in status if line.startswith("VmRSS")][0].split()[1]) * 1024


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def cpu(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def streams_open(management):
    reader, writer = await asyncio.open_connection("127.0.0.1", management)
    writer.write(b"GET /q/metrics HTTP/1.0\r\n\r\n")
    text = (await reader.read()).decode()
    writer.close()
    return float([line for line in text.splitlines() if line.startswith("callwatch_streams ")][0].split()[1])


async def connect(loop, service, readers, count):
    transports = []
    for begin in range(0, count, 200):
        made = await asyncio.gather(
            *(
                loop.create_connection(lambda: Reader(readers), "127.0.0.1", service)
                for _ in range(begin, min(begin + 200, count))
            )
        )
        transports += [transport for transport, _ in made]
    return transports


async def drop(transports, management):
    """Resets all connections, and waits until the service has noticed."""
    for transport in transports:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        transport.abort()
    began = time.monotonic()
    while await streams_open(management) > 0:
        if time.monotonic() - began > 60:
            sys.exit("The service did not notice that its subscribers are gone.")
        await asyncio.sleep(0.1)
    return time.monotonic() - began


async def main(upstream, service, management, pid, count, changes, idle):
    loop = asyncio.get_running_loop()
    call = Call()
    server = await loop.create_server(lambda: Upstream(call), "127.0.0.1", upstream)

    readers = Readers()
    # Warm-up: classes are loaded and pools are filled before the first measurement.
    readers.expect(count)
    transports = await connect(loop, service, readers, count)
    await asyncio.wait_for(readers.all.wait(), 120)
    for _ in range(3):
        readers.expect(count)
        call.change()
        await asyncio.wait_for(readers.all.wait(), 60)
    await drop(transports, management)
    await asyncio.sleep(2)
    before = {"live": live(pid), "rss": rss(pid), "fds": descriptors(pid)}

    readers.expect(count)
    transports = await connect(loop, service, readers, count)
    await asyncio.wait_for(readers.all.wait(), 120)
    requests = call.requests
    idled = cpu(pid)
    await asyncio.sleep(idle)
    quiet = call.requests - requests
    idled = (cpu(pid) - idled) / idle
    held = {"live": live(pid), "rss": rss(pid)}

    last, late, spent, events = [], [], cpu(pid), readers.events
    for _ in range(changes):
        readers.expect(count)
        call.change()
        await asyncio.wait_for(readers.all.wait(), 60)
        last.append(max(readers.times) - call.changed)
        times = sorted(moment - call.answered for moment in readers.times)
        late.append((times[len(times) // 2], times[int(len(times) * 0.99)], times[-1]))
    spent, events = cpu(pid) - spent, readers.events - events

    noticed = await drop(transports, management)
    await asyncio.sleep(2)
    after = {"live": live(pid), "rss": rss(pid), "fds": descriptors(pid)}
    server.close()
    late.sort(key=lambda row: row[1])
    median = late[len(late) // 2]
    figures = {
        "readers": count,
        "lost_before": readers.lost - 2 * count,
        "idle_requests": quiet,
        "idle_seconds": idle,
        "idle_cpu_percent": f"{100 * idled:.1f}",
        "live_kib_per_stream": f"{(held['live'] - before['live']) / count / 1024:.1f}",
        "rss_kib_per_stream": f"{(held['rss'] - before['rss']) / count / 1024:.1f}",
        "change_to_last_s": f"{sorted(last)[len(last) // 2]:.2f}({min(last):.2f}–{max(last):.2f})",
        "answer_to_reader_p50_ms": f"{1000 * median[0]:.0f}",
        "answer_to_reader_p99_ms": f"{1000 * median[1]:.0f}",
        "answer_to_last_ms": f"{1000 * median[2]:.0f}",
        "events_per_cpu_s": f"{events / spent:.0f}",
        "noticed_s": f"{noticed:.1f}",
        "live_after_percent": f"{100 * (after['live'] / before['live'] - 1):+.1f}",
        "rss_after_percent": f"{100 * (after['rss'] / before['rss'] - 1):+.1f}",
        "descriptors_before": before["fds"],
        "descriptors_after": after["fds"],
    }
    print(" ".join(f"{key}={value}" for key, value in figures.items()))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(main(numbers[0], numbers[1], numbers[2], str(numbers[3]), *numbers[4:]))
