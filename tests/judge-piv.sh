#!/usr/bin/env bash
# Tools of others judge the PIV emulator: OpenSC, yubico-piv-tool, OpenSSL.
#
# Needs pcscd, vpcd (libifdvpcd.so), opensc, opensc-pkcs11, yubico-piv-tool, openssl,
# python3. Arguments: personalities; without any, all five. Runs a pcscd of its own on a
# private socket; the system's one is not touched.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
driver=${VPCD_DRIVER:-/usr/lib/pcsc/drivers/serial/libifdvpcd.so}
module=${OPENSC_MODULE:-$(find /usr/lib -name opensc-pkcs11.so -print -quit)}
limit="timeout 60"
port=$((36000 + $$ % 20000))
dir=$(mktemp -d)
passed=0
failed=0
pcscd_pid=
card_pid=

stop() { # pid
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}
cleanup() {
    stop "$card_pid"
    stop "$pcscd_pid"
    rm -rf "$dir"
}
trap cleanup EXIT

pass() { passed=$((passed + 1)); echo "pass: $personality: $1"; }
fail() {
    failed=$((failed + 1))
    echo "FAIL: $personality: $1"
    [ ! -f "$dir/out" ] || sed 's/^/      /' "$dir/out"
}
# Runs a command; passes if it succeeds.
ok() {
    local what=$1; shift
    if "$@" >"$dir/out" 2>&1; then pass "$what"; else fail "$what"; fi
}
# Runs a command; passes if its output has the pattern, whatever its status.
says() {
    local what=$1 pattern=$2; shift 2
    "$@" >"$dir/out" 2>&1 || true
    if grep -qE -- "$pattern" "$dir/out"; then pass "$what"; else fail "$what"; fi
}
# Runs a command; passes if it fails, and says the pattern.
refuses() {
    local what=$1 pattern=$2; shift 2
    if "$@" >"$dir/out" 2>&1; then fail "$what (accepted)"; return; fi
    if grep -qE -- "$pattern" "$dir/out"; then pass "$what"; else fail "$what"; fi
}

(cd "$root" && cargo build --quiet -p securesign-vendors --all-features --example piv_vpcd)
# A copy: a build that goes on beside must not change the card under judgement.
emulator=$dir/piv_vpcd
cp "$target/debug/examples/piv_vpcd" "$emulator"

cp "$driver" "$dir/libifdvpcd.so"
mkdir "$dir/conf"
cat >"$dir/conf/reader" <<EOF
FRIENDLYNAME "Yubikey judge"
DEVICENAME   /dev/null:0x$(printf %X "$port")
LIBPATH      $dir/libifdvpcd.so
CHANNELID    0x$(printf %X "$port")
EOF
export PCSCLITE_CSOCK_NAME=$dir/pcscd
cat >"$dir/activate.py" <<'EOF'
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
if listener.fileno() != 3:
    os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execvp("pcscd", ["pcscd", "--foreground", "-c", sys.argv[2]])
EOF
PATH=$PATH:/usr/sbin python3 "$dir/activate.py" "$PCSCLITE_CSOCK_NAME" "$dir/conf" >"$dir/pcscd.log" 2>&1 &
pcscd_pid=$!

# A fresh card: new counters, the same keys (they come from a fixed seed).
insert() { # SLOT=KEY ...
    stop "$card_pid"
    card_pid=
    sleep 0.6
    "$emulator" "$port" "$personality" "$@" >"$dir/card.log" 2>&1 &
    card_pid=$!
    local try
    for try in $(seq 100); do
        if $limit opensc-tool -a >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    echo "no card in the reader" >&2
    cat "$dir/card.log" "$dir/pcscd.log" >&2
    exit 1
}

p11() { $limit pkcs11-tool --module "$module" "$@"; }
p15() { $limit pkcs15-tool "$@"; }
ykpiv() { $limit yubico-piv-tool -r Yubikey "$@"; }
# The status word to one APDU.
sends() { # what apdu status-word
    says "$1: $3" "SW1=0x${3:0:2}, SW2=0x${3:2:2}" $limit opensc-tool -s "$2"
}
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
        $limit openssl dgst "$@" -verify "$dir/key.pem" -signature "$dir/signature" "$dir/message" >"$dir/out" 2>&1; then
        pass "$what"
    else
        fail "$what"
    fi
}
# The check itself must be able to fail: the signature at hand over another message.
rejects_other_message() {
    head -c 999 "$dir/message" >"$dir/other"
    refuses "that signature does not fit another message" "[Vv]erification failure" \
        $limit openssl dgst -sha256 -verify "$dir/key.pem" -signature "$dir/signature" "$dir/other"
}

head -c 1000 /dev/urandom >"$dir/message"
$limit openssl dgst -sha256 -binary -out "$dir/sha256" "$dir/message"
$limit openssl dgst -sha384 -binary -out "$dir/sha384" "$dir/message"

judge_reading() { # name that OpenSC gives the card
    says "OpenSC binds its PIV driver" "$1" $limit opensc-tool -n
    sends "SELECT with the full AID" "$select_aid" 9000
    sends "an absent object" 00CB3FFF055C035FC10D00 6A82
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
    sends "all tries" 00200080 "63C$1"
    says "OpenSC is told of the lost try" "tries left: $(($1 - 1))" p15 --change-pin -a 01 --pin 111111 --new-pin 222222
    sends "one try lost" 00200080 "63C$(($1 - 1))"
    ok "OpenSC changes the PIN" p15 --change-pin -a 01 --pin 123456 --new-pin 222222
    refuses "the old PIN is refused" "CKR_PIN_INCORRECT" p11 --login --pin 123456 --sign --id 01 -m SHA256-RSA-PKCS \
        -i "$dir/message" -o "$dir/signature"
    says "OpenSC is told of the lost PUK try" "tries left: $(($2 - 1))" \
        p15 --unblock-pin -a 01 --puk 87654321 --new-pin 333333
    ok "OpenSC unblocks" p15 --unblock-pin -a 01 --puk 12345678 --new-pin 123456
    sends "log-out" 0020FF80 9000
    sends "all tries again" 00200080 "63C$1"
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

[ $# -gt 0 ] || set -- nist yubikey5 pivapplet openfips201 canokey
for personality in "$@"; do
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
    insert $layout
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
    sends "status of the blocked PIN" 00200080 $blocked
    insert 9a=p384 9c=rsa3072 9e=p256
    signs "P-384 in 9A" 01 ECDSA sha384 -sha384
done

personality=yubikey5
insert 9a=rsa2048
says "yubico-piv-tool reads the version" "5\.7\.1" ykpiv -a version
says "... and the serial number" "5700001" ykpiv -a status
refuses "... resets only a blocked card" "[Ff]ailed" ykpiv -a reset
for try in 1 2 3; do
    ykpiv -a verify-pin -P 999999 >/dev/null 2>&1 || true
    ykpiv -a unblock-pin -P 99999999 -N 123456 >/dev/null 2>&1 || true
done
ok "... resets it when PIN and PUK are blocked" ykpiv -a reset
ok "... and the factory PIN is back" ykpiv -a verify-pin -P 123456

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
