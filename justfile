# The verbs of this house.

default:
    @just --list

# Run the service on this machine
serve:
    cargo run -- serve

# A whole mixer, truthfully
rehearse *arguments:
    cargo run --release -- rehearse {{arguments}}

# What CI runs
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo test --workspace

# Ask the running service everything its description promises, as everybody it knows; or as some: `just fuzz host`.
# `QUEQIAO_FUZZ_SECONDS=1800 QUEQIAO_SEED=$RANDOM just fuzz` for a long night
fuzz *roles:
    cargo build --workspace
    .ci/contract.sh {{roles}}

# So many faults into a served house, half of them on each database: nothing that was acknowledged may be
# lost or doubled. A seed that a run has told repeats it, as far as threads let it
faults number='10000' seed='':
    QUEQIAO_FAULTS={{number}} QUEQIAO_SEED={{seed}} cargo test --workspace --test faults -- --nocapture

# One house on three hosts, with HAProxy, PostgreSQL with a standby and Redis, each of them lost once; and so many
# accidents more: `just hosts 50`
hosts accidents='':
    QUEQIAO_HOSTS={{accidents}} cargo test --workspace --test hosts -- --nocapture

# Write the documents that are made from the code anew; read the difference before you commit it
bless:
    QUEQIAO_BLESS=1 cargo test --test event documents

# The pure algorithms, timed
bench:
    cargo bench -p queqiao-screening -p queqiao-dates -p queqiao-ballots

# The served release in turns with the bare database, on SQLite and PostgreSQL: the tables of docs/performance.md.
# `just load --short` in two minutes, `just load --rows check-in,ballot --database postgres` some of it
load *arguments:
    cargo build --release -p queqiao -p queqiao-load
    target/release/queqiao-load {{arguments}}

# How soon a hall of 1,000 hears, what each listener costs, and whether 10,000 who come and go leave anything
# behind; `--database-url` of an empty PostgreSQL: written in one process, heard in another
live *arguments:
    cargo run --release --example live_load -- {{arguments}}

# How soon a chat of 1,000 hears a line that was read once for all of them; `--database-url` of an empty PostgreSQL
chat *arguments:
    cargo run --release --example chat_load -- {{arguments}}

# What the served release takes: `soak` for ten minutes, hostile `uploads`, or a `crowd` of more connections than descriptors
pressure *what:
    cargo build --release
    python3 -B .ci/pressure.py target/release/queqiao {{what}}
