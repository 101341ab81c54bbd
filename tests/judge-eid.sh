#!/usr/bin/env bash
# OpenSC judges the emulators of national identity cards for which 0.23 has a driver: it names
# them, lists, logs in, changes and unblocks, and what it signs OpenSSL checks.
#
# Needs what tests/support/judge.sh names. Arguments: products; without any, all.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
example=eid_vpcd
reader="eID judge"
subject=start
. "$root/tests/support/judge.sh"
build_card

cat >"$dir/opensc.conf" <<EOC
app default {
    debug = ${JUDGE_DEBUG:-0};
    debug_file = ${JUDGE_DEBUG_FILE:-/dev/null};
    framework pkcs15 { use_file_caching = false; }
}
EOC
export OPENSC_CONF=$dir/opensc.conf
start_pcscd

pin=123456
head -c 1000 /dev/urandom >"$dir/message"
head -c 999 "$dir/message" >"$dir/other"
$limit openssl dgst -sha384 -binary -out "$dir/hash384" "$dir/message"

counted() { # what pattern number p15-arguments...
    local what=$1 pattern=$2 number=$3
    shift 3
    p15 "$@" >"$dir/out" 2>&1 || true
    if [ "$(grep -cE "$pattern" "$dir/out")" = "$number" ]; then pass "$what"; else fail "$what"; fi
}
# The public key is that of the certificate, which is the emulator's own word; what OpenSC
# signs with fits it, and no other message.
signs() { # what slot id pin mechanism input hash-for-openssl
    local what=$1 slot=$2 id=$3 typed=$4 mechanism=$5 input=$6 hash=$7
    rm -f "$dir/signature"
    if p15 --read-certificate "$id" 2>"$dir/out" | openssl x509 -noout -pubkey >"$dir/$id.pem" 2>>"$dir/out" &&
        p11 --slot-index "$slot" --login --pin "$typed" --sign --id "$id" --mechanism "$mechanism" \
            --signature-format openssl -i "$dir/$input" -o "$dir/signature" >"$dir/out" 2>&1 &&
        $limit openssl dgst "-$hash" -verify "$dir/$id.pem" -signature "$dir/signature" "$dir/message" >"$dir/out" 2>&1; then
        pass "$what"
    else
        fail "$what"
    fi
    refuses "... and it fits no other message" "[Vv]erification failure" \
        $limit openssl dgst "-$hash" -verify "$dir/$id.pem" -signature "$dir/signature" "$dir/other"
}

judge_esteid8() {
    insert esteid8
    says "OpenSC names the card" "EstEID 2018" $limit opensc-tool -n
    says "the document's number" "AS0000123" p15 --list-info
    counted "two certificates" '^X.509' 2 --list-certificates
    counted "two keys" '^Private' 2 --list-keys
    counted "three secrets" '^PIN \[' 3 --list-pins
    says "three tries of PIN1" "Tries left +: 3" p15 --list-pins
    signs "PIN1's key signs" 0 01 $pin ECDSA hash384 sha384
    signs "PIN2's key signs" 1 02 $pin ECDSA hash384 sha384
    refuses "a wrong PIN1" "CKR_PIN_INCORRECT" p11 --slot-index 0 --login --pin 999999 --list-objects
    says "two tries" "Tries left +: 2" p15 --list-pins
    ok "OpenSC changes PIN1" p15 --change-pin -a 01 --pin $pin --new-pin 7654321
    says "three tries again" "Tries left +: 3" p15 --list-pins
    refuses "the old one is wrong" "CKR_PIN_INCORRECT" p11 --slot-index 0 --login --pin $pin --list-objects
    ok "... and back" p15 --change-pin -a 01 --pin 7654321 --new-pin $pin
    for _ in 1 2 3; do
        refuses "a wrong PIN2" "CKR_PIN" p11 --slot-index 1 --login --pin 999999 --list-objects
    done
    sends "it is blocked" 6983 00A4040C1051534344204170706C69636174696F6E 002000850C313233343536FFFFFFFFFFFF
    ok "the PUK unblocks PIN2" p15 --unblock-pin -a 02 --puk 12345678 --new-pin 24680
    signs "... and its key signs with the new one" 1 02 24680 ECDSA hash384 sha384
    refuses "a wrong PUK" "." p15 --unblock-pin -a 02 --puk 99999999 --new-pin $pin
}

least=0
[ $# -gt 0 ] || { least=24; set -- esteid8; }
for product in "$@"; do
    subject=$product
    "judge_$product"
done
summary $least
