#!/usr/bin/env bash
# Tools of others judge the PIV emulator: OpenSC, yubico-piv-tool, OpenSSL.
#
# Needs pcscd, vpcd (libifdvpcd.so), opensc, opensc-pkcs11, yubico-piv-tool, openssl,
# python3. Arguments: personalities; without any, all five. Runs a pcscd of its own on a
# private socket; the system's one is not touched.
set -euo pipefail

example=piv_vpcd
reader="Yubikey judge"
subject=
. "$(dirname "$0")/support/judge.sh"
build_card
start_pcscd

# A fresh card of the personality at hand.
card() { insert "$personality" "$@"; } # SLOT=KEY ...
ykpiv() { $limit yubico-piv-tool -r Yubikey "$@"; }
select_aid=00A404000BA000000308000010000100

# Signs with one tool, checks with another. PKCS#11 ids: 01 is 9A, 02 is 9C, 03 is 9D.
signs() { # what id mechanism input openssl-arguments...
    local what=$1 id=$2 mechanism=$3 input=$4
    shift 4
    rm -f "$dir/signature" "$dir/cert.der" "$dir/key.pem"
    if p11 --read-object --type cert --id "$id" -o "$dir/cert.der" >"$dir/out" 2>&1 &&
        $limit openssl x509 -inform DER -in "$dir/cert.der" -pubkey -noout -out "$dir/key.pem" >"$dir/out" 2>&1 &&
        p11 --login --pin 123456 --sign --id "$id" --mechanism "$mechanism" --signature-format openssl \
            -i "$dir/$input" -o "$dir/signature" >"$dir/out" 2>&1 &&
        fits key "$@"; then
        pass "$what"
    else
        fail "$what"
    fi
}
# The check itself must be able to fail: the signature at hand over another message.
rejects_other_message() {
    fits_no_other "that signature does not fit another message" key -sha256
}

messages
$limit openssl dgst -sha256 -binary -out "$dir/sha256" "$dir/message"
$limit openssl dgst -sha384 -binary -out "$dir/sha384" "$dir/message"

judge_reading() { # name that OpenSC gives the card
    says "OpenSC binds its PIV driver" "$1" $limit opensc-tool -n
    sends "SELECT with the full AID" 9000 "$select_aid"
    sends "an absent object" 6A82 00CB3FFF055C035FC10D00
    p15 --list-certificates >"$dir/out" 2>&1 || true
    if [ "$(grep -c '^X.509' "$dir/out")" = 4 ]; then pass "four certificates"; else fail "four certificates"; fi
    p15 --list-keys >"$dir/out" 2>&1 || true
    if [ "$(grep -c '^Private .* Key' "$dir/out")" = 4 ]; then pass "four keys"; else fail "four keys"; fi
    p15 --read-certificate 03 >"$dir/03.pem" 2>"$dir/out" || true
    says "the gzip-compressed certificate is whole" "CN ?= ?Slot 9D" $limit openssl x509 -in "$dir/03.pem" -noout -subject
    says "it is self-issued and its signature is right" "OK$" $limit openssl verify -CAfile "$dir/03.pem" -partial_chain "$dir/03.pem"
    says "keyUsage" "Digital Signature, Non Repudiation" $limit openssl x509 -in "$dir/03.pem" -noout -ext keyUsage
}

judge_signing() {
    signs "RSA-2048 in 9A, PKCS#1 v1.5" 01 SHA256-RSA-PKCS message -sha256
    rejects_other_message
    signs "RSA-2048 in 9A, PSS" 01 SHA256-RSA-PKCS-PSS message -sha256 -sigopt rsa_padding_mode:pss
    signs "P-256 in 9C" 02 ECDSA sha256 -sha256
    signs "P-256 in 9C once more, with its own PIN entry" 02 ECDSA sha256 -sha256
}

judge_opensc_pins() { # tries of the PIN, tries of the PUK
    $limit opensc-tool --reset >/dev/null 2>&1 || true
    sends "all tries" "63C$1" 00200080
    says "OpenSC is told of the lost try" "tries left: $(($1 - 1))" p15 --change-pin -a 01 --pin 111111 --new-pin 222222
    sends "one try lost" "63C$(($1 - 1))" 00200080
    ok "OpenSC changes the PIN" p15 --change-pin -a 01 --pin 123456 --new-pin 222222
    refuses "the old PIN is refused" "CKR_PIN_INCORRECT" p11 --login --pin 123456 --sign --id 01 -m SHA256-RSA-PKCS \
        -i "$dir/message" -o "$dir/signature"
    says "OpenSC is told of the lost PUK try" "tries left: $(($2 - 1))" \
        p15 --unblock-pin -a 01 --puk 87654321 --new-pin 333333
    ok "OpenSC unblocks" p15 --unblock-pin -a 01 --puk 12345678 --new-pin 123456
    sends "log-out" 9000 0020FF80
    sends "all tries again" "63C$1" 00200080
}

judge_yubico_pins() { # tries of the PIN; tries of the PUK told by the last wrong one
    ok "yubico-piv-tool verifies the PIN" ykpiv -a verify-pin -P 123456
    ok "... changes the PIN" ykpiv -a change-pin -P 123456 -N 444444
    refuses "... is refused the old one" "$(($1 - 1)) tries left" ykpiv -a verify-pin -P 123456
    ok "... unblocks" ykpiv -a unblock-pin -P 12345678 -N 555555
    ok "... changes the PUK" ykpiv -a change-puk -P 12345678 -N 66666666
    refuses "... is refused the old PUK" "$(($2 - 1)) tries left" ykpiv -a change-puk -P 12345678 -N 77777777
    local slot algorithm
    for slot in 9a:RSA2048 9c:ECCP256; do
        algorithm=${slot#*:}
        ok "... reads ${slot%:*}" ykpiv -a read-certificate -s "${slot%:*}" -o "$dir/cert.pem"
        says "... signs with ${slot%:*} and checks" "Successful .* verification" \
            ykpiv -a verify-pin -P 555555 -a test-signature -s "${slot%:*}" -A "$algorithm" -i "$dir/cert.pem"
    done
    # PIN-always is a property of the card: without the PIN nothing is signed.
    $limit opensc-tool -s 0020FF80 >/dev/null 2>&1 || true
    refuses "... without PIN 9C does not sign" "[Ff]ailed" ykpiv -a test-signature -s 9c -A ECCP256 -i "$dir/cert.pem"
    says "... status" "CN=Slot 9C" ykpiv -a status
    local try
    for try in $(seq 2 "$1"); do
        refuses "... wrong PIN, $(($1 - try + 1)) left" "$(($1 - try + 1)) tries left" ykpiv -a verify-pin -P 999999
    done
    refuses "... the last wrong PIN blocks" "Pin code blocked" ykpiv -a verify-pin -P 999999
    refuses "... the right PIN is refused then" "Pin code blocked" ykpiv -a verify-pin -P 555555
}

least=0
[ $# -gt 0 ] || { least=215; set -- nist yubikey5 pivapplet openfips201 canokey; }
for personality in "$@"; do
    subject=$personality
    layout="9a=rsa2048 9c=p256 9d=p384 9e=rsa2048 gzip=9d"
    case $personality in
        nist) pin=3 puk=3 blocked=6983 name="Personal Identity Verification" ;;
        # 0.23 names the YubiKey in words of its own.
        yubikey5) pin=3 puk=3 blocked=6983 name="Yubikey|Personal Identity" ;;
        pivapplet) pin=5 puk=3 blocked=6983 name="Personal Identity Verification" ;;
        openfips201) pin=6 puk=10 blocked=6983 name="Personal Identity Verification" ;;
        canokey) pin=3 puk=3 blocked=63C0 name="Personal Identity Verification" ;;
        *) echo "no such personality: $personality" >&2; exit 2 ;;
    esac
    # shellcheck disable=SC2086
    card $layout
    judge_reading "$name"
    judge_signing
    if [ "$personality" = openfips201 ]; then
        # Its 9D establishes keys; a driver may not offer it for signing.
        refuses "P-384 in 9D is refused ECDSA" "CKR_" p11 --login --pin 123456 --sign --id 03 -m ECDSA \
            -i "$dir/sha384" -o "$dir/signature"
    else
        signs "P-384 in 9D" 03 ECDSA sha384 -sha384
    fi
    judge_opensc_pins $pin $puk
    judge_yubico_pins $pin $puk
    sends "status of the blocked PIN" $blocked 00200080
    card 9a=p384 9c=rsa3072 9e=p256
    signs "P-384 in 9A" 01 ECDSA sha384 -sha384
done

personality=yubikey5 subject=yubikey5
card 9a=rsa2048
says "yubico-piv-tool reads the version" "5\.7\.1" ykpiv -a version
says "... and the serial number" "5700001" ykpiv -a status
refuses "... resets only a blocked card" "[Ff]ailed" ykpiv -a reset
for try in 1 2 3; do
    ykpiv -a verify-pin -P 999999 >/dev/null 2>&1 || true
    ykpiv -a unblock-pin -P 99999999 -N 123456 >/dev/null 2>&1 || true
done
ok "... resets it when PIN and PUK are blocked" ykpiv -a reset
ok "... and the factory PIN is back" ykpiv -a verify-pin -P 123456

summary $least
