# Cardium's commands; `just` lists them.

[private]
default:
    @just --list --unsorted

# Serve on 127.0.0.1:8080 with an SQLite file in ./data
run *ARGS:
    cargo run --release --bin cardium -- {{ARGS}}

# All tests, on SQLite and on a PostgreSQL of their own
test *ARGS:
    tests/run {{ARGS}}

# Which of the answers that /v1 promises the tests see, an operation a line
coverage:
    tests/run --coverage

# What every change has to pass
ci:
    .ci/run

# A guided tour of every feature against a throw-away database
demo:
    cargo run --release --bin cardium -- demo

# Check the books, the outbox and the audit chains of a database
verify *ARGS:
    cargo run --release --bin cardium -- verify {{ARGS}}

# Throughput and latency on both databases
bench *ARGS:
    tests/run --env cargo run --release -p cardium-bench -- {{ARGS}}

# Clippy with warnings as errors
lint:
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Format everything
fmt:
    cargo fmt --all

# The longer proofs: 20,000 cases for every property, 10,000 stories of a card's messages, 200 kills
# of the server and a storm of 10,000 events on each database, ten minutes of requests made up from
# the OpenAPI document
nightly:
    PROPTEST_CASES=20000 CARDIUM_MODEL_CASES=10000 CARDIUM_CRASH_ROUNDS=200 \
        CARDIUM_STORM_EVENTS=10000 CARDIUM_SCHEMATHESIS_SECONDS=600 tests/run

# EVENTS webhooks to receivers that fail, from servers that are killed, on each database
storm EVENTS="10000":
    CARDIUM_STORM_EVENTS={{EVENTS}} tests/run -E 'test(nothing_is_lost_and_nothing_is_forged)'

# 10,000 random stories of a card's messages against a model of the rules, on each database.
# FIRST is the first seed: another one plays others
model CASES="10000" FIRST="1":
    CARDIUM_MODEL_CASES={{CASES}} CARDIUM_MODEL_SEED={{FIRST}} \
        tests/run -E 'test(cards_are_what_the_rules_make_of_their_messages)'

# Requests made up from the OpenAPI document, for SECONDS on each database
schemathesis SECONDS="600":
    CARDIUM_SCHEMATHESIS_SECONDS={{SECONDS}} tests/run -E 'test(schemathesis_finds_nothing)'

# Fuzz the ISO 8583 codec for SECONDS a target. Needs `cargo install cargo-fuzz` and a C++ compiler
fuzz SECONDS="60":
    #!/usr/bin/env bash
    set -euo pipefail
    # cargo-fuzz asks the compiler for options that a stable one has, but takes only if told so.
    export RUSTC_BOOTSTRAP=1
    for target in decode frame; do
        mkdir -p "fuzz/corpus/$target"
        cargo fuzz run -s none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" \
            -- -max_len=9000 -max_total_time={{SECONDS}}
    done
