"""A demonstration, served for whoever asks it something from outside."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "queqiao-demo-2026"


def call(address, path, token=None, body=None):
    """What is answered; where it was refused, why."""
    request = urllib.request.Request(address + path, method="POST" if body is not None else "GET")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)


def sign_in(address, role):
    """A token of somebody; of nobody, none."""
    if role == "nobody":
        return None
    body = {"email": f"{role}@demo.example", "password": PASSWORD}
    answer = call(address, "/api/v1/auth/login", body=body)
    return answer["access_token"] if "access_token" in answer else sys.exit(f"{role} may not sign in: {answer}")


@contextmanager
def served(binary, folder, before=None, **settings):
    """Its process and its address, for as long as somebody looks at it."""
    environment = {
        "QUEQIAO__SERVER__BIND": "127.0.0.1:0",
        "QUEQIAO__SECURITY__AUTH_REQUESTS_PER_MINUTE": "1000000",
        "QUEQIAO__LOG__FILTER": "off",
    }
    process = subprocess.Popen(
        [Path(binary).resolve(), "demo"],
        cwd=folder,
        env=os.environ | environment | settings,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )
    try:
        opened = (line.rsplit(" ", 1)[1].strip() for line in process.stdout if " is open at " in line)
        address = next(opened, None)
        if address is None:
            sys.exit("the demonstration did not open")
        yield process, address
    finally:
        process.terminate()
        process.wait(timeout=30)
