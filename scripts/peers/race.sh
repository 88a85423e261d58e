#!/usr/bin/env bash
# Times suti and its peers in turn, workload group by workload group and round by round, so that a machine that others use still gives
# honest ratios: what disturbs one of a round's runs most likely disturbs the others. Prints the table of table.py.
#
#   PEERS=DIR race.sh SUTI OUT [PATTERN ...]
#
# SUTI is the published program, OUT a folder for the JSON lines (kept and added to), PEERS the folder with peers_cpu.py, peers_ort.mjs and
# ort/node_modules. A PATTERN is a regular expression on workload names; without one every group below is run.
# THREADS (2), ROUNDS (5), SECONDS_EACH (0.3) and CAPABILITY (avx2; ATen's vector kernels) may be set; LOCK=FILE is held for a round at a
# time, where several people share the machine. Before a round it waits up to PATIENCE (20) seconds for other processes to fall silent.
set -euo pipefail
suti=$1 out=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
threads=${THREADS:-2} rounds=${ROUNDS:-5} seconds=${SECONDS_EACH:-0.3} capability=${CAPABILITY:-avx2} patience=${PATIENCE:-20}
groups=("$@")
[ $# -gt 0 ] || groups=('^gemmw?_(512|1024x1024|77)' '^gemmw?_(2048|4096x1280)' '^gemmw?_(4096x320|1024x64|4096x64)'
    '^conv3x3_b._(64x64x64|32x32x128).*s1$' '^conv3x3_b._(16x16x256|8x8x512).*s1$' '^conv3x3_b1_(64x64x320|32x32x640).*s1$'
    '^conv.*(s2|4-320_s1)$' '^conv1x1' '_fwdbwd$' '^attn.*k4096' '^attn.*k(1024|256)' '^attn.*k77' '^gn32' '^layernorm'
    '^softmax' '^(exp|silu|gelu|add|sum)_' '^tinyunet_fwd_b1$' '^tinyunet_fwd_b8$' '^tinyunet_train')
mkdir -p "$out"

# Processor time that was not idle so far, in hundredths of a second.
busy() { awk '/^cpu /{print $2 + $3 + $4 + $7 + $8}' /proc/stat; }

silence() {
    local before end=$((SECONDS + patience))
    while ((SECONDS < end)); do
        before=$(busy)
        sleep 0.5
        (($(busy) - before > 5)) || return 0
    done
}

round() {
    silence
    "$suti" bench "$1" --threads "$threads" --seconds "$seconds" --json >> "$out/suti.jsonl"
    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE "$PEERS/peers_cpu.py" --threads "$threads" --seconds "$seconds" \
        --capability "$capability" --only "$1" >> "$out/torch.jsonl"
    (cd "$PEERS/ort" && node ../peers_ort.mjs --threads "$threads" --seconds "$seconds" --only "$1") >> "$out/ort.jsonl"
}

for group in "${groups[@]}"; do
    for ((i = 0; i < rounds; i++)); do
        if [ -n "${LOCK:-}" ]; then
            exec 9> "$LOCK"
            flock 9
        fi
        round "$group"
        [ -z "${LOCK:-}" ] || exec 9>&-
    done
done
"$here/table.py" "$threads" "$out"/*.jsonl
