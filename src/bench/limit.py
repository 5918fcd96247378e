"""Calls, streams and batches together, and how much memory a process needs for them.

Usage: limit.py PORT PID ACCOUNTS CALLS STREAMS ROWS
Looks up CALLS different ended calls, 16 at a time; opens STREAMS streams of active calls, 1,000 a second and ten of each call; and
while they are open looks up ROWS more ended calls in batches of 100, four at a time, for two minutes at most. Prints one line of
key=value. The process may be killed meanwhile: then "survived" is "no", and the other figures are those of the time until then.
"""

import asyncio
import json
import sys

STREAMS_PER_CALL = 10
STREAMS_A_SECOND = 1000
BATCH = 100
BATCHES_AT_ONCE = 4
WALKERS = 16
SAMPLE_SECONDS = 0.05
LONGEST_SECONDS = 120
# So long streams stay open after the batches: each call is polled some times.
FOLLOW_SECONDS = 10


class Memory:
    """The highest anonymous and whole resident memory of a process, in KiB."""

    def __init__(self, pid):
        self.pid = pid
        self.anonymous = 0
        self.resident = 0

    def sample(self):
        try:
            with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
                lines = dict(line.split(":", 1) for line in status)
            self.anonymous = max(self.anonymous, int(lines["RssAnon"].split()[0]))
            self.resident = max(self.resident, int(lines["VmHWM"].split()[0]))
        except (OSError, KeyError):
            pass  # It is gone, or a zombie.

    def alive(self):
        try:
            with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
                return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    async def watch(self):
        while True:
            self.sample()
            await asyncio.sleep(SAMPLE_SECONDS)


class Load:
    def __init__(self, port, accounts):
        self.port = port
        self.accounts = accounts
        self.failed = 0
        self.calls = 0
        self.rows = 0
        self.events = 0
        self.streams = []

    def path(self, letter, n):
        return f"/v1/accounts/b{n % self.accounts}/calls/{letter}{n:07x}-0000-4000-8000-000000000001"

    async def answer(self, reader):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if "content-length:" in head:
            body = await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
        else:
            body = b""
            while size := int((await reader.readline()).split(b";")[0], 16):
                body += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        return head.startswith("http/1.1 200 "), body

    async def look_up(self, count):
        numbers = iter(range(1, count + 1))

        async def walk():
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                for n in numbers:
                    writer.write(f"GET {self.path('e', n)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                    answered, _ = await self.answer(reader)
                    self.calls += answered
                    self.failed += not answered
                writer.close()
            except (OSError, EOFError, ValueError):
                self.failed += 1

        await asyncio.gather(*(walk() for _ in range(WALKERS)))

    async def look_up_in_batches(self, first, count):
        """Repeats a batch until each of its rows is answered: a busy machine may take longer than the deadline of a look-up."""
        loop = asyncio.get_running_loop()
        starts = iter(range(first, first + count, BATCH))
        end = loop.time() + LONGEST_SECONDS

        async def walk(account):
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                for start in starts:
                    ids = [f"e{n:07x}-0000-4000-8000-000000000001" for n in range(start, start + BATCH)]
                    body = json.dumps({"ids": ids})
                    found = 0
                    while found < BATCH and loop.time() < end:
                        writer.write(
                            f"POST /v1/accounts/b{account}/calls/lookup HTTP/1.1\r\nHost: localhost\r\n"
                            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
                        )
                        answered, rows = await self.answer(reader)
                        found = rows.count(b'"status":200,"call"') if answered else 0
                    self.rows += found
                    self.failed += BATCH - found
                writer.close()
            except (OSError, EOFError, ValueError):
                self.failed += 1

        await asyncio.gather(*(walk(account) for account in range(BATCHES_AT_ONCE)))

    async def follow(self, count):
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for n in range(count):
            await asyncio.sleep(max(0, begun + n / STREAMS_A_SECOND - loop.time()))
            self.streams.append(loop.create_task(self.stream(n // STREAMS_PER_CALL)))

    async def stream(self, n):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(
                f"GET {self.path('a', n)}/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode()
            )
            seen = False
            while data := await reader.read(65536):
                self.events += not seen and b"event:status" in data
                seen = seen or b"event:status" in data
            self.failed += 1
        except (OSError, EOFError, ValueError):
            self.failed += 1


async def main(port, pid, accounts, calls, streams, rows):
    memory, load = Memory(pid), Load(port, accounts)
    watch = asyncio.get_running_loop().create_task(memory.watch())
    await load.look_up(calls)
    after_calls = memory.anonymous
    await asyncio.gather(load.follow(streams), load.look_up_in_batches(calls + 1, rows))
    await asyncio.sleep(FOLLOW_SECONDS)
    memory.sample()
    survived = memory.alive()
    failed = load.failed
    watch.cancel()
    for stream in load.streams:
        stream.cancel()
    figures = {
        "survived": "yes" if survived else "no",
        "calls": load.calls,
        "rows": load.rows,
        "streams": load.events,
        "failed": failed,
        "calls_mib": f"{after_calls / 1024:.0f}",
        "anonymous_mib": f"{memory.anonymous / 1024:.0f}",
        "resident_mib": f"{memory.resident / 1024:.0f}",
    }
    print(" ".join(f"{key}={value}" for key, value in figures.items()))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(main(*numbers))
