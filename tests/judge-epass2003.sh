#!/usr/bin/env bash
# OpenSC judges the ePass2003 emulator: its driver personalises an empty token, makes
# keys, stores certificates, changes PINs and signs; OpenSSL checks what comes out.
#
# Needs pcscd, vpcd (libifdvpcd.so), opensc, opensc-pkcs11, openssl with its legacy
# provider, python3. Arguments: modes of secure messaging; without any, all four. Runs
# a pcscd of its own on a private socket; the system's one is not touched.
set -euo pipefail

example=epass2003_vpcd
reader="Feitian judge"
subject=start
. "$(dirname "$0")/support/judge.sh"
build_card

with_single_des
configure_opensc

start_pcscd

# A fresh token in the mode at hand.
token() { insert "$mode" "$@"; } # arguments of the emulator
export EPASS2003_LOG=1
init() { $limit pkcs15-init --profile pkcs15+onepin "$@"; }

messages
$limit openssl dgst -sha256 -binary -out "$dir/sha256" "$dir/message"
authority
rsa_key "$dir/import.key" 2048

# Signs with OpenSC, checks with OpenSSL; and the check must be able to fail.
signs() { # what id mechanism input
    local what=$1 id=$2 mechanism=$3 input=$4
    rm -f "$dir/signature"
    if p11 --login --pin "$pin" --sign --id "$id" --mechanism "$mechanism" --signature-format openssl \
        -i "$dir/$input" -o "$dir/signature" >"$dir/out" 2>&1 &&
        fits "$id" -sha256; then
        pass "$what"
    else
        fail "$what"
    fi
    fits_no_other "... and it fits no other message" "$id" -sha256
}

# A key on the card gets a certificate of our authority.
certifies() { # what id
    $limit openssl x509 -req -in "$dir/request" -signkey "$dir/authority.key" \
        -force_pubkey "$dir/$2.pem" -out "$dir/$2.crt" -days 30 >"$dir/out" 2>&1 || true
    ok "certificate of the $1 key stored" init --store-certificate "$dir/$2.crt" --auth-id 01 --pin "$pin" --id "$2"
    p15 --read-certificate "$2" >"$dir/$2.back" 2>"$dir/out" || true
    ok "... and read back whole" cmp "$dir/$2.crt" "$dir/$2.back"
}

personalise() {
    pin=123456
    says "recognised" "epass2003" $limit opensc-tool -n
    ok "empty token erased" init --erase-card
    ok "file system made" init --create-pkcs15 --so-pin 12345678 --so-puk 87654321 --pin $pin --puk 87654321 --label Judge
    says "label" "Judge" p15 --dump
    says "serial number" "[Ee][Dd]288[Aa]8039002601" p15 --dump
}

judge_keys() {
    ok "RSA-2048 made" init --generate-key rsa/2048 --auth-id 01 --pin $pin --id 45 --label rsa
    ok "P-256 made" init --generate-key ec/prime256v1 --auth-id 01 --pin $pin --id 46 --label ec
    local id
    for id in 45 46; do
        p15 --read-public-key $id >"$dir/$id.pem" 2>"$dir/out" || true
        ok "public key $id is one" $limit openssl pkey -pubin -in "$dir/$id.pem" -noout
    done
    certifies RSA 45
    certifies EC 46
    ok "RSA key imported" init --store-private-key "$dir/import.key" --auth-id 01 --pin $pin --id 47 --label imported
    $limit openssl pkey -in "$dir/import.key" -pubout -out "$dir/47.pem"
    signs "RSA signs" 45 SHA256-RSA-PKCS message
    signs "EC signs" 46 ECDSA sha256
    signs "the imported key signs" 47 SHA256-RSA-PKCS message
}

# The last answer to the counter query or a response: 0.23 asks, and tells nobody.
tries() { # left
    grep '^82 63C' "$dir/card.log" | tail -1 >"$dir/out" || true
    if grep -q "^82 63C$1$" "$dir/out"; then pass "... $1 tries left"; else fail "... $1 tries left"; fi
}

judge_pins() {
    says "PIN listed" "Reference +: 1" p15 --list-pins
    ok "PIN verified" p15 --verify-pin --auth-id 01 --pin $pin
    tries 6
    refuses "wrong PIN refused" "PIN code or key incorrect" p15 --verify-pin --auth-id 01 --pin 999999
    tries 5
    # 0.23 sends the new key alone, so the PIN is verified in the same dialogue.
    refuses "PIN not changed without the old one" "Security status" \
        p15 --change-pin --auth-id 01 --pin $pin --new-pin 7654321
    ok "PIN changed" p15 --verify-pin --change-pin --auth-id 01 --pin $pin --new-pin 7654321
    refuses "old PIN refused" "PIN code or key incorrect" p15 --verify-pin --auth-id 01 --pin $pin
    pin=7654321
    ok "new PIN verified" p15 --verify-pin --auth-id 01 --pin $pin
    tries 6
    ok "PIN changed through PKCS#11" p11 --login --pin $pin --change-pin --new-pin 24682468
    pin=24682468
    signs "RSA signs with the new PIN" 45 SHA256-RSA-PKCS message
    refuses "wrong PUK refused" "PUK code incorrect" \
        p15 --unblock-pin --auth-id 01 --puk 11111111 --new-pin 1357
    ok "PUK accepted" p15 --unblock-pin --auth-id 01 --puk 87654321 --new-pin 1357
    refuses "... and no PIN set: a fault of 0.23" "PIN code or key incorrect" \
        p15 --verify-pin --auth-id 01 --pin 1357
    ok "... the old one stands" p15 --verify-pin --auth-id 01 --pin $pin
    local try
    for try in 5 4 3 2 1 0; do
        p15 --verify-pin --auth-id 01 --pin 999999 >"$dir/out" 2>&1 || true
    done
    tries 0
    refuses "the right PIN is refused then" "blocked" p15 --verify-pin --auth-id 01 --pin $pin
}

judge_erasing() {
    ok "erased" init --erase-card
    refuses "nothing is left" "" p15 --dump
    ok "made anew" init --create-pkcs15 --so-pin 12345678 --so-puk 87654321 --pin 123456 --puk 87654321 --label Again
    says "label" "Again" p15 --dump
    token blank any-query-code
    ok "made with the profile in which nobody may write the master file" \
        $limit pkcs15-init --profile pkcs15 --create-pkcs15 \
        --so-pin 12345678 --so-puk 87654321 --label Default
}

# A token in the vendor's layout, as far as 0.23 goes: it has the channel, and knows
# nothing of the files.
judge_vendor() {
    token l2
    says "vendor's token recognised" "epass2003" $limit opensc-tool -n
    says "its directory has its name" "RSAFE-ESPK" \
        $limit opensc-tool -s 00A40000023F0000 -s 00A4000002200300
    says "its index names files" "cmapfile" $limit opensc-tool \
        -s 00A40000023F0000 -s 00A4000002200300 -s 00A40000026F0100 -s 00B00000D8
    says "... and objects" "prvk0001" $limit opensc-tool \
        -s 00A40000023F0000 -s 00A4000002200300 -s 00A40000026F0100 -s 00B00108D8
    local step sends=()
    for step in 0 1 2 3 4 5 6; do sends+=(-s "00B00${step}0000"); done
    $limit opensc-tool -s 00A40000023F0000 -s 00A4000002200300 -s 00A400000224C000 "${sends[@]}" >"$dir/out" 2>&1 || true
    # The certificate is the SEQUENCE with a long length, behind the attributes.
    python3 - "$dir/out" "$dir/vendor.der" <<'EOC'
import re, sys
data, reading = b"", False
for line in open(sys.argv[1]):
    reading = reading or line.startswith("Sending: 00 B0")
    if reading and re.match(r"([0-9A-F]{2} )+", line) and not line.startswith("Sending"):
        data += bytes.fromhex(line[:48])
at = data.index(b"\x30\x82")
open(sys.argv[2], "wb").write(data[at:at + 4 + int.from_bytes(data[at + 2:at + 4], "big")])
EOC
    says "its certificate is one" "CN ?= ?Ada Lovelace" $limit openssl x509 -inform DER -in "$dir/vendor.der" -noout -subject
    says "... for signing" "Digital Signature, Non Repudiation" \
        $limit openssl x509 -inform DER -in "$dir/vendor.der" -noout -ext keyUsage
    says "its PIN counter" "SW1=0x63, SW2=0xCA" $limit opensc-tool \
        -s 00A40000023F0000 -s 00A4000002200300 -s 0084000008 -s 00820181
    refuses "0.23 finds no PKCS#15" "Unsupported card|not found" p15 --dump
    refuses "and cannot erase it" "Security status" init --erase-card
}

least=0
[ $# -gt 0 ] || { least=204; set -- aes des fips plain; }
for mode in "$@"; do
    subject=$mode
    if [ "$mode" = fips ]; then
        token blank
        refuses "0.23 codes the retry query wrongly and fails, as on real tokens" "Card command failed" \
            init --create-pkcs15 --so-pin 12345678 --so-puk 87654321 --pin 123456 --puk 87654321 --label Judge
        token blank any-query-code
    elif [ "$mode" = des ]; then
        token blank one-byte-length
    else
        token blank
    fi
    personalise
    judge_keys
    judge_pins
    judge_erasing
    [ "$mode" = fips ] || judge_vendor
done

summary $least
