"""Asks the running service everything its description promises, as everybody it knows.

`contract.py BINARY` serves a demonstration and lets schemathesis ask every call of it with the token of
each role, within four minutes in all. An answer that the description does not promise, a fault, a body
of another shape, or a wrong method that is not 405 fails.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "queqiao-demo-2026"
SECONDS = 235
SECONDS_EACH = 40
# None asks without a token.
ROLES = [None, "a0001", "organizer", "host", "administrator"]
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
]
# What would end the run for whoever asks, or has no end itself.
LEFT_OUT = {
    ("delete", "/api/v1/me"): "leaves for good, and takes the token along",
    ("post", "/api/v1/auth/logout"): "ends the session of the token",
    ("post", "/api/v1/auth/password/change"): "ends every other session",
    ("post", "/api/v1/events/{event}/phase"): "moves the demonstration to its end",
    ("delete", "/api/v1/organizations/{organization}/staff/{grant}"): "takes the role away",
    ("get", "/api/v1/events/{event}/live"): "a stream has no end; tests/event/live.rs listens",
}


def call(address, path, token=None, body=None):
    request = urllib.request.Request(address + path, method="POST" if body is not None else "GET")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError:
        return {}


def serve(binary, folder):
    """Starts a demonstration; the process and its address."""
    settings = {
        "QUEQIAO__SERVER__BIND": "127.0.0.1:0",
        "QUEQIAO__SECURITY__AUTH_REQUESTS_PER_MINUTE": "1000000",
        "QUEQIAO__LOG__FILTER": "error",
    }
    process = subprocess.Popen(
        [binary, "demo"],
        cwd=folder,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if " is open at " in line:
            return process, line.rsplit(" ", 1)[1].strip()
    sys.exit("the demonstration did not open")


def sign_in(address, role):
    if role is None:
        return None
    body = {"email": f"{role}@demo.example", "password": PASSWORD}
    return call(address, "/api/v1/auth/login", body=body)["access_token"]


def known(address):
    """Names that lead somewhere, by the beginning of the path they stand in."""
    organizer = sign_in(address, "organizer")
    items = lambda path: call(address, f"/api/v1{path}", organizer).get("items", [])
    events = [item["slug"] for item in items("/events")]
    ids = {"{event}": events, "{organization}": [item["slug"] for item in items("/organizations")]}
    ids["{unit}"] = [item["id"] for item in items("/units")][:5]
    for name, path in [
        ("registrations/{id}", "/events/qixi/registrations?limit=20"),
        ("ledger/entries/{id}", "/events/qixi/ledger/entries?limit=20"),
        ("moderation/{id}", "/events/yinyuehui/moderation?limit=20"),
        ("posts/{id}", "/events/yinyuehui/posts?limit=20"),
        ("contributions/{id}", "/events/yinyuehui/posts?limit=20"),
        ("quizzes/{id}", "/events/yinyuehui/quizzes?limit=20"),
        ("notes/{id}", "/events/yuandan/circle/notes?limit=20"),
        ("devices/{device}", "/events/qixi-tonight/devices"),
    ]:
        ids[name] = [item["id"] for item in items(path) if "id" in item]
    ids["{n}"] = [1, 2, 3]
    ids["{badge}"] = ["m1", "w1"]
    ids["{size}"] = ["small", "large"]
    return ids


def prepared(description, ids):
    """The description with names that lead somewhere besides those that may not."""
    for path, calls in description["paths"].items():
        for method in calls:
            for parameter in calls[method].get("parameters", []):
                if parameter.get("in") != "path":
                    continue
                at = path.index("{%s}" % parameter["name"])
                there = path[: at + len(parameter["name"]) + 2]
                fitting = [values for name, values in ids.items() if there.endswith(name) and values]
                if fitting:
                    parameter["schema"] = {"anyOf": [{"enum": fitting[-1]}, parameter["schema"]]}
    return description


def of_nobody(description):
    """What somebody without a token is told: schemathesis would sign up and show one."""
    description = json.loads(json.dumps(description))
    description["components"].pop("securitySchemes", None)
    for calls in description["paths"].values():
        for call in calls.values():
            call.pop("security", None)
    return description


def ask(role, address, description, seconds, folder):
    token = sign_in(address, role)
    who = ["-H", f"Authorization: Bearer {token}"] if token else []
    schema = Path(folder) / "openapi.json"
    schema.write_text(json.dumps(description if token else of_nobody(description)))
    command = [Path(sys.executable).with_name("schemathesis"), "run", schema, "--url", address, *who]
    command += ["--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing", "--max-time", str(seconds)]
    # One worker: hypothesis stumbles over two.
    command += ["--max-examples", "6", "--workers", "1", "--continue-on-failure", "--warnings", "off"]
    for method, path in LEFT_OUT:
        command += ["--exclude-operation-id", description["paths"][path][method]["operationId"]]
    command += ["--request-timeout", "20", "--seed", "7"]
    print(f"== asking as {role or 'nobody'}", flush=True)
    return subprocess.run(command, cwd=folder, check=False).returncode == 0


def main():
    binary = str(Path(sys.argv[1]).resolve())
    roles = sys.argv[2:] and [None if role == "nobody" else role for role in sys.argv[2:]] or ROLES
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        process, address = serve(binary, folder)
        try:
            description = prepared(call(address, "/api/v1/openapi.json"), known(address))
            kept = []
            for role in roles:
                left = (begun + SECONDS - time.monotonic()) / (len(roles) - len(kept))
                kept.append(ask(role, address, description, max(5, min(SECONDS_EACH, int(left))), folder))
            lives = process.poll() is None and urllib.request.urlopen(address + "/healthz", timeout=10).status == 200
        finally:
            process.terminate()
            process.wait(timeout=30)
    print(f"== {len(kept)} roles in {time.monotonic() - begun:.0f} s")
    if not all(kept) or not lives:
        sys.exit("the service answers otherwise than it says")


main()
