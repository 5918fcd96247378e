"""Clients and an upstream for what wrk and nginx cannot do. Needs only the standard library.

probe.py upstream PORT                     a fake Vonage that is slow or fails, and counts requests
probe.py first PORT PATH                   repeats a request until the answer is 200; prints the time then (epoch seconds)
probe.py sweep PORT FIRST COUNT ACCOUNTS   looks up COUNT different ended calls, 16 at a time
probe.py storm PORT PATH COUNT SOURCE      opens COUNT connections from address SOURCE, then asks on all at once; prints
                                           the seconds from the first question to the last answer, and the statuses
probe.py scripts PORT                      prints how many scripts the Redis at PORT has run so far
"""

import asyncio
import collections
import socket
import sys
import time

CALL = (
    '{"id":"%s","from":{"telephoneNumber":"02072068888","agentId":"10"},"to":{"telephoneNumber":"02072068888"},'
    '"status":null,"recordingStatus":null,"dispositionCode":"Sale"}'
)
TOKEN = '{"access_token":"bench","expires_in":36000,"token_type":"Bearer"}'
# By the first block of the GUID: status, seconds until the answer.
BEHAVIOURS = {
    "00002000": (200, 2),
    "00002403": (403, 2),
    "00000403": (403, 0),
    "00000408": (200, 20),
    "00000503": (503, 0),
}


class Upstream(asyncio.Protocol):
    counts = collections.Counter()

    def connection_made(self, transport):
        self.transport = transport
        self.buffer = b""

    def data_received(self, data):
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, rest = self.buffer.split(b"\r\n\r\n", 1)
            lines = head.decode().split("\r\n")
            length = next((int(l.split(":")[1]) for l in lines if l.lower().startswith("content-length:")), 0)
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            self.answer(lines[0].split(" ")[1])

    def answer(self, path):
        last = path.rsplit("/", 1)[1]
        if path.startswith("/Auth/"):
            self.send(200, TOKEN)
        elif path.startswith("/count/"):
            self.send(200, str(self.counts[last]))
        else:
            self.counts[last] += 1
            status, seconds = BEHAVIOURS.get(last[:8], (200, 0))
            if seconds:
                asyncio.get_running_loop().call_later(seconds, self.send, status, CALL % last)
            else:
                self.send(status, CALL % last)

    def send(self, status, body):
        head = f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write((head + body).encode())


async def upstream(port):
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", int(port), backlog=4096)
    await server.serve_forever()


def request(path):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


async def first(port, path):
    while True:
        try:
            with socket.create_connection(("127.0.0.1", int(port)), 10) as connection:
                connection.sendall(request(path))
                if connection.recv(65536).startswith(b"HTTP/1.1 200 "):
                    print(f"{time.time():.3f}")
                    return
        except OSError:
            pass
        time.sleep(0.005)


async def sweep(port, begin, count, accounts):
    numbers = iter(range(int(begin), int(begin) + int(count)))
    refused = 0

    async def walk():
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
        for n in numbers:
            path = f"/v1/accounts/b{n % int(accounts)}/calls/e{n:07x}-0000-4000-8000-000000000001"
            writer.write(request(path))
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
            refused += not head.startswith("http/1.1 200 ")
        writer.close()

    await asyncio.gather(*(walk() for _ in range(16)))
    if refused:
        sys.exit(f"{refused} look-ups were not answered with 200")


class Request(asyncio.Protocol):
    def __init__(self, statuses, settled):
        self.statuses = statuses
        self.settled = settled
        self.open = True

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if self.open:
            self.settle(data[9:12].decode())

    def connection_lost(self, failure):
        if self.open:
            self.settle("cut off")

    def settle(self, outcome):
        self.open = False
        self.statuses[outcome] += 1
        self.settled()


async def storm(port, path, count, source):
    loop = asyncio.get_running_loop()
    count = int(count)
    statuses = collections.Counter()
    done = asyncio.Event()

    def settled():
        if sum(statuses.values()) == count:
            done.set()

    connections = []
    while len(connections) < count:
        batch = [
            loop.create_connection(lambda: Request(statuses, settled), "127.0.0.1", int(port), local_addr=(source, 0))
            for _ in range(min(250, count - len(connections)))
        ]
        connections += [protocol for _, protocol in await asyncio.gather(*batch)]
    await asyncio.sleep(1)
    began = time.monotonic()
    for connection in connections:
        connection.transport.write(request(path))
    try:
        await asyncio.wait_for(done.wait(), 60)
    except asyncio.TimeoutError:
        statuses["no answer"] = count - sum(statuses.values())
    took = time.monotonic() - began
    print(f"{took:.1f}", ", ".join(f"{n} × {status}" for status, n in statuses.most_common()))


async def scripts(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
    writer.write(b"INFO commandstats\r\n")
    length = int((await reader.readline())[1:])
    stats = (await reader.readexactly(length)).decode().splitlines()
    writer.close()
    print(sum(int(s.split("calls=")[1].split(",")[0]) for s in stats if s.startswith(("cmdstat_eval:", "cmdstat_evalsha:"))))


if __name__ == "__main__":
    commands = {"upstream": upstream, "first": first, "sweep": sweep, "storm": storm, "scripts": scripts}
    command = commands[sys.argv[1]]
    asyncio.run(command(*sys.argv[2:]))
