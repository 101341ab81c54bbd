#!/usr/bin/env bash
# OpenSC judges the emulators of national identity cards for which 0.23 has a driver: it names
# them, lists, logs in, changes and unblocks, and what it signs OpenSSL checks.
#
# Needs what tests/support/judge.sh names. Arguments: products; without any, all.
set -euo pipefail

example=eid_vpcd
reader="eID judge"
subject=start
. "$(dirname "$0")/support/judge.sh"
build_card

configure_opensc
start_pcscd

pin=123456
messages
$limit openssl dgst -sha384 -binary -out "$dir/hash384" "$dir/message"

# The public key is that of the certificate, which is the emulator's own word; what OpenSC
# signs with fits it, and no other message.
signs() { # what slot id pin mechanism input hash-for-openssl
    local what=$1 slot=$2 id=$3 typed=$4 mechanism=$5 input=$6 hash=$7
    rm -f "$dir/signature"
    if p15 --read-certificate "$id" 2>"$dir/out" | openssl x509 -noout -pubkey >"$dir/$id.pem" 2>>"$dir/out" &&
        p11 --slot-index "$slot" --login --pin "$typed" --sign --id "$id" --mechanism "$mechanism" \
            --signature-format openssl -i "$dir/$input" -o "$dir/signature" >"$dir/out" 2>&1 &&
        fits "$id" "-$hash"; then
        pass "$what"
    else
        fail "$what"
    fi
    fits_no_other "... and it fits no other message" "$id" "-$hash"
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

changes_the_only_pin() {
    refuses "a wrong PIN" "CKR_PIN_INCORRECT" p11 --login --pin 999999 --list-objects
    ok "OpenSC changes the PIN" p15 --change-pin -a 01 --pin $pin --new-pin 7654321
    refuses "the old one is wrong" "CKR_PIN_INCORRECT" p11 --login --pin $pin --list-objects
    ok "the new one is right" p11 --login --pin 7654321 --list-objects
}

# OpenSC 0.23 refuses the key of the qualified signature: VERIFY must come after the choice of
# the key, and its driver has it before.
judge_beleid17() {
    insert beleid17
    says "OpenSC names the card" "Belpic" $limit opensc-tool -n
    counted "two certificates" '^X.509' 2 --list-certificates
    counted "two keys" '^Private' 2 --list-keys
    counted "one PIN" '^PIN \[' 1 --list-pins
    signs "the authentication key signs" 0 02 $pin SHA256-RSA-PKCS message sha256
    signs "... with SHA-512" 0 02 $pin SHA512-RSA-PKCS message sha512
    changes_the_only_pin
}

judge_cns() {
    insert "$subject"
    says "OpenSC names the card" "CNS card" $limit opensc-tool -n
    counted "two certificates" '^X.509' 2 --list-certificates
    counted "two keys" '^Private' 2 --list-keys
    signs "the authentication key signs" 0 01 $pin SHA256-RSA-PKCS message sha256
    signs "the signature key signs" 1 10 $pin SHA256-RSA-PKCS message sha256
    for _ in 1 2 3; do
        refuses "a wrong PIN" "CKR_PIN" p11 --slot-index 0 --login --pin 999999 --list-objects
    done
    refuses "it is blocked" "CKR_PIN_LOCKED" p11 --slot-index 0 --login --pin $pin --list-objects
    ok "the PUK unblocks it" p15 --unblock-pin -a 01 --puk 12345678 --new-pin 24680
    signs "... and its key signs with the new one" 0 01 24680 SHA256-RSA-PKCS message sha256
}
judge_cns11() { judge_cns; }
judge_cns10() { judge_cns; }

judge_jpki() {
    insert jpki
    says "OpenSC names the card" "jpki" $limit opensc-tool -n
    says "the certificates" "^X.509" p15 --list-certificates
    says "three tries of one PIN" "Tries left +: 3" p15 --list-pins
    says "... and five of the other" "Tries left +: 5" p15 --list-pins
    signs "the authentication key signs" 0 01 1234 SHA256-RSA-PKCS message sha256
    refuses "a wrong PIN" "CKR_PIN_INCORRECT" p11 --slot-index 0 --login --pin 9999 --list-objects
    says "two tries" "Tries left +: 2" p15 --list-pins
    ok "the signature PIN" p11 --slot-index 1 --login --pin ABC123 --list-objects
    sends "its certificate wants it" 6982 00A4040C0AD392F000260100000001 00A4020C020001 00B0000004
}

judge_pteid() {
    insert pteid
    says "OpenSC names the card" "GemSAFE V1" $limit opensc-tool -n
    counted "two certificates" '^X.509' 2 --list-certificates
    counted "three PINs" '^PIN \[' 3 --list-pins
    signs "the authentication key signs" 0 45 $pin SHA256-RSA-PKCS message sha256
    signs "the signature key signs" 1 46 $pin SHA256-RSA-PKCS message sha256
    refuses "a wrong PIN" "CKR_PIN_INCORRECT" p11 --slot-index 0 --login --pin 999999 --list-objects
    says "two tries" "Tries left +: 2" p15 --list-pins
    ok "OpenSC changes the PIN" p15 --change-pin -a 01 --pin $pin --new-pin 7654321
    refuses "the old one is wrong" "CKR_PIN_INCORRECT" p11 --slot-index 0 --login --pin $pin --list-objects
}

judge_cac() { # the three layouts of applets
    insert "$subject"
    says "OpenSC names the card" "Common Access Card" $limit opensc-tool -n
    counted "two certificates" '^X.509' 2 --list-certificates
    counted "two keys" '^Private' 2 --list-keys
    counted "one PIN" '^PIN \[' 1 --list-pins
    signs "one key signs" 0 0001 $pin SHA256-RSA-PKCS message sha256
    signs "the other one, with SHA-512" 0 0002 $pin SHA512-RSA-PKCS message sha512
    changes_the_only_pin
}
judge_caccontainer() { judge_cac; }
judge_cacalternate() { judge_cac; }
judge_cacbare() { judge_cac; }

least=0
[ $# -gt 0 ] || { least=121; set -- esteid8 beleid17 cns11 cns10 jpki pteid caccontainer cacalternate cacbare; }
for product in "$@"; do
    subject=$product
    "judge_$product"
done
summary $least
