#!/usr/bin/env bash
# Whether the service answers as its description says: the description itself is judged, then every call is
# asked with the token of each role (see contract.py). Needs the debug binary; makes a venv in target/contract.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=target/contract
wanted="schemathesis==4.32.5 openapi-spec-validator==0.9.0"
if [ "$(cat "$venv/wanted" 2>/dev/null)" != "$wanted" ]; then
    python3 -m venv "$venv"
    # shellcheck disable=SC2086
    "$venv/bin/pip" install --quiet --disable-pip-version-check $wanted
    echo "$wanted" >"$venv/wanted"
fi
"$venv/bin/openapi-spec-validator" docs/openapi.json
"$venv/bin/python" -B .ci/contract.py target/debug/queqiao "$@"
