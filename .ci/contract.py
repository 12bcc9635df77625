"""Asks the running service everything its description promises, as everybody it knows.

`contract.py BINARY [ROLE …]` serves a demonstration and lets schemathesis ask every call of it with the
token of each role (`nobody` has none), within four minutes in all. An answer that the description does
not promise, a fault, a body of another shape, a header that is none, a wrong method that is not 405, or a
body taken that the description forbids fails; a call the time did not suffice for is told. Each failure comes
with a `curl`; QUEQIAO_SEED repeats the run that printed it, QUEQIAO_FUZZ_SECONDS gives it longer.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from demonstration import call, served, sign_in

SECONDS = int(os.environ.get("QUEQIAO_FUZZ_SECONDS", 235))
# Whoever can do more comes later: an organizer may end what the others would still ask.
ROLES = ["nobody", "a0002", "contact", "volunteer", "desk", "host", "organizer", "administrator"]
# Not `positive_data_acceptance`: a body of the right shape may still be refused for what it says, a link
# that is spent, a name that is taken. The others that are left out are for chains of calls.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
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
    ("get", "/api/v1/events/{event}/chat/{room}/live"): "a stream has no end; tests/event/chat listens",
}
# Those that come first, or that no list tells; and what is listed elsewhere.
NAMES = {
    "event": ["qixi-tonight", "yuandan", "qixi", "yinyuehui"],
    "n": [1],
    "table": [1, 2],
    "size": ["small", "large"],
}
ORGANIZATION = "yanyuan"
ELSEWHERE = {"/contributions": "/posts", "/v1/couples": "/v1/events/yuandan/couples"}


class Known:
    """Names that lead somewhere, as the lists of the house tell them to one of some people."""

    def __init__(self, address, paths, tokens):
        self.address, self.paths, self.tokens, self.lists = address, paths, tokens, {}

    def items(self, path):
        if path not in self.lists:
            asked = (call(self.address, path, token).get("items") for token in self.tokens)
            self.lists[path] = next(filter(None, asked), [])
        return self.lists[path]

    def names(self, pattern, path, name):
        """What may stand for a name below a path, which is a pattern filled in."""
        if name in NAMES:
            return NAMES[name]
        for here, there in ELSEWHERE.items():
            pattern, path = (one.removesuffix(here) + there if one.endswith(here) else one for one in (pattern, path))
        if "get" not in self.paths.get(pattern, {}):
            return []
        items = self.items(f"{path}?limit=3" if name != "unit" else f"{path}?organization={ORGANIZATION}")[:3]
        found = [item.get(name) or item.get("slug") or item.get("id") for item in items]
        return [one for one in found if one is not None]

    def ways(self, pattern):
        """The first ways to fill a pattern in: each a name for every pair of braces."""
        ways, so_far = [("", {})], ""
        for part in pattern.strip("/").split("/"):
            name = part.strip("{}")
            ways = [
                (f"{path}/{value}", names | {name: value})
                for path, names in ways
                for value in (self.names(so_far, path, name) if name != part else [part])
            ]
            so_far += f"/{part}"
        return [names for _, names in ways[:3]]


def prepared(description, address, tokens):
    """The description with names that lead somewhere besides those that may not."""
    description = json.loads(json.dumps(description))
    known = Known(address, description["paths"], tokens)
    for path, calls in description["paths"].items():
        ways = known.ways(path) if "{" in path else []
        for call in calls.values():
            for parameter in call.get("parameters", []):
                values = [way[parameter["name"]] for way in ways if parameter["in"] == "path"]
                if values:
                    parameter["schema"] = {"anyOf": [{"enum": list(dict.fromkeys(values))}, parameter["schema"]]}
    return description


def of_nobody(description):
    """What somebody without a token is told: schemathesis would sign up and show one."""
    description = json.loads(json.dumps(description))
    description["components"].pop("securitySchemes", None)
    for calls in description["paths"].values():
        for call in calls.values():
            call.pop("security", None)
    return description


def ask(role, address, helpers, seconds, seed):
    """Whether every call that was asked answered as it says; and how many the time did not suffice for."""
    token = sign_in(address, role)
    description = prepared(call(address, "/api/v1/openapi.json"), address, [token] + helpers)
    config = Path(__file__).with_name("schemathesis.toml")
    # A folder of its own: the tool asks again what it found wrong in the same folder before.
    with tempfile.TemporaryDirectory() as folder:
        schema, report = Path(folder) / "openapi.json", Path(folder) / "report.json"
        schema.write_text(json.dumps(description if token else of_nobody(description)))
        command = [Path(sys.executable).with_name("schemathesis"), "--config-file", config, "run", schema]
        command += ["--url", address, "--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing"]
        command += ["-H", f"Authorization: Bearer {token}"] if token else []
        for method, path in LEFT_OUT:
            command += ["--exclude-operation-id", description["paths"][path][method]["operationId"]]
        # One worker: hypothesis stumbles over two.
        command += ["--workers", "1", "--max-examples", "6", "--continue-on-failure", "--warnings", "off"]
        command += ["--max-time", str(seconds), "--request-timeout", "20", "--seed", str(seed)]
        command += ["--report", "json", "--report-json-path", report]
        print(f"== asking as {role} for {seconds} s", flush=True)
        kept = subprocess.run(command, cwd=folder, check=False).returncode == 0
        calls = json.loads(report.read_text())["operations"]
    print(f"== {calls['tested']} of {calls['selected']} calls asked as {role}", flush=True)
    return kept, calls["selected"] - calls["tested"]


def main():
    binary, *roles = sys.argv[1:]
    roles = roles or ROLES
    seed = int(os.environ.get("QUEQIAO_SEED", 7))
    kept, unasked = [], 0
    with tempfile.TemporaryDirectory() as folder, served(binary, folder) as (process, address):
        # Signed in before anybody asks: who was asked for may have to wait after so many wrong passwords.
        helpers = [sign_in(address, helper) for helper in ["organizer", "a0002"]]
        begun = time.monotonic()
        for role in roles:
            left = (begun + SECONDS - time.monotonic()) / (len(roles) - len(kept))
            clean, late = ask(role, address, helpers, max(5, int(left) - 2), seed)
            kept.append(clean)
            unasked += late
        lives = process.poll() is None and urllib.request.urlopen(address + "/healthz", timeout=10).status == 200
    print(f"== {len(kept)} roles in {time.monotonic() - begun:.0f} s, QUEQIAO_SEED={seed}")
    if unasked:
        print(f"== the time did not suffice for {unasked} calls: QUEQIAO_FUZZ_SECONDS gives it longer")
    if not all(kept) or not lives:
        sys.exit("the service answers otherwise than it says")


main()
