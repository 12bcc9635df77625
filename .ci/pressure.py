"""What the service takes of memory and of a processor, asked from outside.

`pressure.py BINARY soak [MINUTES [SIGN-INS]]` signs people up and in and reads what people read; `uploads` sends
tables and pictures that mean ill; `crowd` keeps more connections than there are descriptors, sends what nobody
asked for, and asks for a scan meanwhile. Give it a release binary. Figures of time are this machine's: what
is beside them is the same, asked while it was quiet.
"""

import http.client
import io
import json
import multiprocessing
import random
import re
import resource
import socket
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from demonstration import PASSWORD, call, served, sign_in

MB = 1 << 20
TICKS = 100
EVENING = "/api/v1/events/qixi-tonight"


class Watched:
    """The process as the machine sees it."""

    def __init__(self, process, address):
        self.pid, self.at = process.pid, urlsplit(address)
        self.address = address

    def memory(self, which="VmRSS"):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith(which))

    def seconds(self):
        """Of a core, since the start."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def connected(self):
        return http.client.HTTPConnection(self.at.hostname, self.at.port, timeout=300)

    def raw(self):
        return socket.create_connection((self.at.hostname, self.at.port), timeout=60)

    def ask(self, method, path, body=None, token=None, kind="application/json", line=None):
        """Status and body, over a line that is kept or one of its own."""
        headers = {"Content-Type": kind} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        line = line or self.connected()
        line.request(method, path, json.dumps(body).encode() if isinstance(body, dict) else body, headers)
        answer = line.getresponse()
        return answer.status, answer.read()

    def tell(self, when):
        print(f"{when:<44}{self.memory():>8.0f} MB now{self.memory('VmHWM'):>8.0f} MB at most,"
              f"{self.memory('RssAnon'):>6.0f} MB of it its own", flush=True)


def spread(times):
    times = sorted(times)
    at = lambda part: 1000 * times[min(len(times) - 1, int(part * len(times)))]
    return f"{at(0.5):.0f} / {at(0.99):.0f} / {1000 * times[-1]:.0f} ms (half, 99 of 100, all of {len(times)})"


def sign_up(house, administrator, count):
    """So many people at once: a form, a letter, a password."""
    addresses = [f"new-{random.getrandbits(64):x}@example.cn" for _ in range(count)]
    form = {"nickname": "云上", "gender": "female", "consents": ["grown_up", "may_keep", "may_show", "may_check"]}
    register = lambda address: house.ask("POST", "/api/v1/auth/register", form | {"email": address})[0]
    with ThreadPoolExecutor(count) as people:
        print("  forms:", *sorted({*people.map(register, addresses)}))
        # Letters are written after the answer.
        letters, end = set(), time.monotonic() + 60
        while len(letters) < count and time.monotonic() < end:
            cursor = ""
            while cursor is not None:
                page = call(house.address, f"/api/v1/admin/outbox?limit=100{cursor}", administrator)
                letters |= {letter["id"] for letter in page["items"] if letter["recipient"] in addresses}
                cursor = page["next"] and f"&cursor={page['next']}"
        opened = lambda letter: call(
            house.address, f"/api/v1/admin/outbox/{letter}/open", administrator, {"password": PASSWORD}
        )
        tokens = [re.search(r"token=([\w-]+)", opened(letter)["plain"])[1] for letter in letters]
        verify = lambda token: house.ask(
            "POST", "/api/v1/auth/verify", {"token": token, "password": "three unrelated words 7"}
        )[0]
        print("  passwords:", len(tokens), *sorted({*people.map(verify, tokens)}))


def soak(house, minutes=10, sign_ins=9200):
    house.tell("opened")
    administrator = sign_in(house.address, "administrator")
    sign_up(house, administrator, 116)
    house.tell("116 signed up at once")
    begun = time.monotonic()
    address = lambda number: f"a{number % 800 + 1:04}@demo.example"
    log_in = lambda number, line=None: json.loads(
        house.ask("POST", "/api/v1/auth/login", {"email": address(number), "password": PASSWORD}, line=line)[1]
    )["access_token"]
    with ThreadPoolExecutor(32) as people:
        done = list(people.map(log_in, range(int(sign_ins))))
    house.tell(f"{len(done)} signed in, {len(done) / (time.monotonic() - begun):.0f} a second")
    end, counts = time.monotonic() + 60 * minutes, [0] * 64
    reads = ["/", "/events/qixi", "/api/v1/me", "/api/v1/events", "/api/v1/events/qixi", "/me"]
    reads += [f"{EVENING}/{what}" for what in ("people?limit=20", "dates/me", "posts?limit=20", "badges/me")]

    def lives(number):
        line, turn = house.connected(), 0
        while time.monotonic() < end:
            token = log_in(number * 13 + turn, line)
            for _ in range(40):
                house.ask("GET", random.choice(reads), token=token, line=line)
                counts[number] += 1
            turn += 1

    clients = [threading.Thread(target=lives, args=(number,)) for number in range(len(counts))]
    for client in clients:
        client.start()
    minute = 0
    while time.monotonic() < end:
        time.sleep(min(60, max(0, end - time.monotonic())))
        minute += 1
        house.tell(f"minute {minute}, {sum(counts)} reads by {len(clients)} clients")
    for client in clients:
        client.join()
    time.sleep(30)
    house.tell("half a minute of quiet")


def workbook(sheet, parts=()):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as book:
        rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        book.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>')
        for name, text in parts:
            book.writestr(name, text)
    return kept.getvalue()


def tables():
    text = lambda at, words: f'<c r="{at}" t="inlineStr"><is><t>{words}</t></is></c>'
    heading = f'<row r="1">{text("A1", "名称")}</row>'
    row = lambda inner: workbook(f'{heading}<row r="2">{inner}</row>')
    attributes = " ".join(f'a{at}=""' for at in range(40_000))
    yield "40,000 attributes in one tag", row(f'<c r="A2" {attributes}><f>1</f></c>')
    noisy = lambda count: "".join(
        f'<row r="{at}">{text(f"A{at}", random.getrandbits(1200))}</row>' for at in range(2, count)
    )
    yield "noise in 19,000 rows", workbook(heading + noisy(19_000))
    yield "300,000 shared texts", workbook(
        heading, [("xl/sharedStrings.xml", f"<sst>{'<si><t>x</t></si>' * 300_000}</sst>")]
    )
    cells = "".join(f'<c r="A{{0}}" t="s"><v>{at}</v></c>' for at in range(60))
    rows = "".join(f'<row r="{at}">{cells.format(at)}</row>' for at in range(2, 15_000))
    yield "60 cells in 15,000 rows", workbook(heading + rows)
    yield "formulas without a value", workbook(
        heading + "".join(f'<row r="{at}"><c r="A{at}"><f>1</f></c></row>' for at in range(2, 400_000))
    )
    yield "deep nesting", row(f'<c r="A2"><f>{"<x>" * 2_000_000}{"</x>" * 2_000_000}</f></c>')


def png(width, height, pixel_row):
    chunk = lambda kind, body: len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)
    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    body = zlib.compress(b"".join(b"\0" + pixel_row() for _ in range(height)), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pictures():
    flat = lambda width: (lambda: bytes(3 * width))
    yield "25 million pixels of nothing", png(5000, 5000, flat(5000))
    yield "4 million pixels of nothing", png(2040, 2040, flat(2040))
    noise = lambda width, part: (lambda: random.randbytes(3 * width // part) + bytes(3 * width - 3 * width // part))
    yield "25 million pixels, one in 40 of noise", png(5000, 5000, noise(5000, 40))
    yield "25 million pixels, one in 7 of noise", png(5000, 5000, noise(5000, 7))
    yield "4 million pixels of noise", png(2000, 2000, noise(2000, 1))


def pieces(name, filename, kind, body):
    edge = "---------------------------7421"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
    return f"multipart/form-data; boundary={edge}", head.encode() + body + f"\r\n--{edge}--\r\n".encode()


class Probe:
    """Asks the same again and again, on a line of its own each time, until told to stop: from a process of its own,
    for whoever sends a great deal beside it would keep it waiting."""

    FORK = multiprocessing.get_context("fork")

    def __init__(self, ask):
        self.ask, self.done = ask, self.FORK.Event()

    def run(self, told):
        random.seed()
        times, answers = [], set()
        while not self.done.is_set():
            begun = time.monotonic()
            try:
                answers.add(self.ask())
            except OSError as fault:
                answers.add(type(fault).__name__)
            times.append(time.monotonic() - begun)
            time.sleep(0.02)
        told.send((times, answers))

    def __enter__(self):
        self.hears, told = self.FORK.Pipe(False)
        self.process = self.FORK.Process(target=self.run, args=(told,))
        self.process.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.times, self.answers = self.hears.recv()
        self.process.join()

    def told(self):
        return f"{spread(self.times)}, {' '.join(map(str, sorted(self.answers, key=str)))}"


def uploads(house):
    organizer, guest = sign_in(house.address, "organizer"), sign_in(house.address, "a0002")
    health = lambda: house.ask("GET", "/healthz")[0]
    with Probe(health) as quiet:
        time.sleep(3)
    print("/healthz while it is quiet:", quiet.told())
    of_tables = [("file", "t.xlsx", "application/octet-stream", what, body) for what, body in tables()]
    of_pictures = [("photo", "p.png", "image/png", what, body) for what, body in pictures()]
    for name, filename, kind, what, body in of_tables + of_pictures:
        token, path = (organizer, "/api/v1/events/jinqiu/registrations/import")
        if name == "photo":
            token, path = (guest, "/api/v1/events/yinyuehui/portraits")
        kind, body = pieces(name, filename, kind, body)
        before, times = house.seconds(), 3
        with Probe(health) as probe:
            answers = [house.ask("POST", path, body, token, kind) for _ in range(times)]
        cost = (house.seconds() - before) / times
        code = json.loads(answers[-1][1]).get("code", "")
        size = len(body) / MB
        print(f"{what:<40}{answers[-1][0]} {code:<22}{size:>7.2f} MB{cost:>7.2f} s of a core, {cost / size:>7.2f} a MB")
        print(f"{'':<40}/healthz meanwhile: {probe.told()}")
    house.tell("after all of it")


def crowd(house):
    desk = sign_in(house.address, "desk")
    badges = call(house.address, f"{EVENING}/badges?limit=20", sign_in(house.address, "organizer"))["items"]

    def scan():
        body = {"badge": random.choice(badges)["badge"], "nonce": f"{random.getrandbits(128):032x}", "device": "d"}
        return house.ask("POST", f"{EVENING}/check-ins", body | {"kind": random.choice(["entry", "exit"])}, desk)[0]

    def measured(what, act):
        with Probe(lambda: house.ask("GET", "/healthz")[0]) as health, Probe(scan) as scans:
            kept = act()
        print(f"{what}\n  /healthz: {health.told()}\n  a scan:   {scans.told()}")
        house.tell("")
        return kept

    measured("quiet", lambda: time.sleep(5))
    head = f"POST /api/v1/auth/login HTTP/1.1\r\nHost: q\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{{"

    def slowly():
        lines = []
        for _ in range(1100):
            lines.append(house.raw())
            lines[-1].sendall(head.encode())
        for _ in range(4):
            time.sleep(3)
            for line in lines:
                try:
                    line.send(b" ")
                except OSError:
                    pass
        return lines

    for line in measured("1,100 slow connections, 1,024 descriptors", slowly):
        line.close()

    def large(_):
        line = house.raw()
        try:
            line.sendall(
                f"POST {EVENING}/announcements HTTP/1.1\r\nHost: q\r\nIdempotency-Key: k{random.getrandbits(64)}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {5 * MB}\r\n\r\n".encode()
            )
            line.sendall(b" " * (5 * MB))
            line.recv(4096)
        except OSError:
            pass
        line.close()

    def bodies():
        with ThreadPoolExecutor(60) as people:
            list(people.map(large, range(300)))

    measured("300 bodies of 5 MB of nobody", bodies)

    def methods():
        for _ in range(300):
            line = house.raw()
            try:
                line.sendall(b"M" * 60_000 + b" / HTTP/1.1\r\nHost: q\r\n\r\n")
                line.recv(4096)
            except OSError:
                pass
            line.close()

    measured("300 methods of 60 KB", methods)
    figures = len(house.ask("GET", "/metrics")[1])
    print(f"/metrics: {figures} bytes")


def main():
    binary, what, *rest = sys.argv[1:]
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    with tempfile.TemporaryDirectory() as folder:
        with served(binary, folder, few if what == "crowd" else None) as (process, address):
            resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
            {"soak": soak, "uploads": uploads, "crowd": crowd}[what](Watched(process, address), *map(float, rest))


main()
