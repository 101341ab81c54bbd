#!/usr/bin/env bash
# Tools of others judge the OpenPGP card emulator: GnuPG's scdaemon, OpenSC, OpenSSL.
#
# Needs what tests/support/judge.sh names, and scdaemon. Arguments: products; without
# any, all that these tools can use.
set -euo pipefail

example=openpgp_vpcd
reader="OpenPGP judge"
subject=
. "$(dirname "$0")/support/judge.sh"

# Speaks Assuan to scdaemon: PINs it may ask for, in order, then commands.
cat >"$dir/scd.py" <<'EOF'
import subprocess, sys
home, pins, commands = sys.argv[1], sys.argv[2].split(",") if sys.argv[2] else [], sys.argv[3:]
scd = subprocess.Popen(["/usr/lib/gnupg/scdaemon", "--homedir", home, "--server"],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
def say(line):
    scd.stdin.write(line.encode() + b"\n"); scd.stdin.flush()
def hear(into=None):
    while True:
        line = scd.stdout.readline()
        if not line:
            sys.exit("scdaemon is gone")
        if line.startswith(b"D "):
            if into is not None: into.append(line[2:-1])
        elif line.startswith(b"INQUIRE NEEDPIN"):
            if pins: say("D " + pins.pop(0) + "%00"); say("END")
            else: say("CAN")
        elif line.startswith(b"INQUIRE"):
            say("D " + open(home + "/inquired").read().strip()) ; say("END")
        else:
            print(line.decode(errors="replace").strip())
            if line.startswith((b"OK", b"ERR")): return line.startswith(b"OK")
hear()
good = True
for command in commands:
    data = []
    say(command)
    good = hear(data) and good
    raw = b"".join(data).replace(b"%0A", b"\n").replace(b"%0D", b"\r").replace(b"%25", b"%")
    open(home + "/data", "wb").write(raw)
say("BYE")
sys.exit(0 if good else 1)
EOF
mkdir -m 700 "$dir/gnupg"
printf 'disable-ccid\n' >"$dir/gnupg/scdaemon.conf"
scd() { $limit python3 "$dir/scd.py" "$dir/gnupg" "$@"; }

select_aid=00A4040006D2760001240100
messages
for hash in sha256 sha384 sha512; do
    $limit openssl dgst -$hash -binary -out "$dir/$hash" "$dir/message"
done
declare -A info=(
    [sha256]=3031300d060960864801650304020105000420
    [sha384]=3041300d060960864801650304020205000430
)
hex() { od -An -v -tx1 "$1" | tr -d ' \n'; }

# The public key of a certificate. scdaemon reads AUT's, OpenSC the others.
certificate() { # number
    rm -f "$dir/key.pem"
    if [ "$1" = 3 ]; then
        scd "" "SERIALNO openpgp" "READCERT OPENPGP.3" >"$dir/out" 2>&1 || true
        $limit openssl x509 -inform DER -in "$dir/gnupg/data" -pubkey -noout -out "$dir/key.pem" >>"$dir/out" 2>&1
    else
        p15 --read-certificate "0$1" >"$dir/cert.pem" 2>"$dir/out" &&
            $limit openssl x509 -in "$dir/cert.pem" -pubkey -noout -out "$dir/key.pem" >>"$dir/out" 2>&1
    fi
}
# r and s of equal width to DER, as scdaemon hands on what the card has said.
der_signature() { # width of the halves, from file, to file
    python3 - "$@" <<'EOF'
import sys
raw = open(sys.argv[2], "rb").read(); half = len(raw) // 2
def number(b):
    b = b.lstrip(b"\0") or b"\0"
    b = (b"\0" if b[0] & 0x80 else b"") + b
    return b"\x02" + bytes([len(b)]) + b
body = number(raw[:half]) + number(raw[half:])
length = bytes([len(body)]) if len(body) < 128 else b"\x81" + bytes([len(body)])
open(sys.argv[3], "wb").write(b"\x30" + length + body)
EOF
}
# scdaemon signs, OpenSSL judges.
gnupg_signs() { # what key-number command kind hash
    local what=$1 number=$2 command=$3 kind=$4 hash=$5
    certificate "$number" || { fail "$what (no certificate)"; return; }
    local data
    data=$(hex "$dir/$hash")
    case $command-$kind in
        PKSIGN-*) command="PKSIGN --hash=$hash" ;;
        # It wants the DigestInfo (RFC 8017, 9.2, note 1), and takes it off for ECDSA.
        PKAUTH-*) data=${info[$hash]}$data ;;
    esac
    if ! scd "123456,123456" "SERIALNO openpgp" "SETDATA $data" "$command OPENPGP.$number" >"$dir/out" 2>&1; then
        fail "$what"; return
    fi
    if [ "$kind" = ec ]; then der_signature 0 "$dir/gnupg/data" "$dir/signature"; else cp "$dir/gnupg/data" "$dir/signature"; fi
    if fits key "-$hash"; then
        pass "$what"
    else
        fail "$what"
    fi
}
# OpenSC signs, OpenSSL judges.
opensc_signs() { # what id mechanism input openssl-arguments...
    local what=$1 id=$2 mechanism=$3 input=$4 login=(--login --pin 123456)
    shift 4
    # SIG (01) stands behind a PIN of its own, the second slot of OpenSC's module.
    [ "$id" != 01 ] || login=(--token-label "OpenPGP card (User PIN (sig))" "${login[@]}")
    rm -f "$dir/signature" "$dir/key.pem"
    if p11 --read-object --type cert --id "$id" -o "$dir/cert.der" >"$dir/out" 2>&1 &&
        $limit openssl x509 -inform DER -in "$dir/cert.der" -pubkey -noout -out "$dir/key.pem" >"$dir/out" 2>&1 &&
        p11 "${login[@]}" --sign --id "$id" --mechanism "$mechanism" --signature-format openssl \
            -i "$dir/$input" -o "$dir/signature" >"$dir/out" 2>&1 &&
        fits key "$@"; then
        pass "$what"
    else
        fail "$what"
    fi
}
rejects_other_message() { # hash
    fits_no_other "that signature does not fit another message" key "-$1"
}

# The card's number, by scdaemon.
identity() { scd "" "SERIALNO openpgp" | sed -n 's/^S SERIALNO //p'; }

judge_reading() { # version certificates
    says "OpenSC binds its OpenPGP driver" "OpenPGP card v$1" $limit opensc-tool -n
    says "openpgp-tool reads the holder" "Emulator OpenPGP" $limit openpgp-tool -U
    p15 --list-certificates >"$dir/out" 2>&1 || true
    if [ "$(grep -c '^X.509' "$dir/out")" = "$2" ]; then pass "OpenSC sees $2 certificates"; else fail "OpenSC sees $2 certificates"; fi
    p15 --list-keys >"$dir/out" 2>&1 || true
    if [ "$(grep -c '^Private' "$dir/out")" = 3 ]; then pass "three keys"; else fail "three keys"; fi
    scd "" "SERIALNO openpgp" "LEARN --force" >"$dir/out" 2>&1 || true
    for row in "APPTYPE openpgp" "CHV-STATUS \+[01]\+[0-9]+\+[0-9]+\+[0-9]+\+3\+[03]\+3" "SIG-COUNTER 0" \
        "KEYPAIRINFO [0-9A-F]{40} OPENPGP.1" "KEYPAIRINFO [0-9A-F]{40} OPENPGP.3"; do
        if grep -qE "$row" "$dir/out"; then pass "scdaemon: $row"; else fail "scdaemon: $row"; fi
    done
}

judge_passwords() { # wrong-status
    says "OpenSC tells three tries" "Tries left +: 3" p15 --list-pins
    sends "a wrong PW1" "$1" $select_aid 0020008106393939393939
    says "OpenSC tells two tries" "Tries left +: 2" p15 --list-pins
    says "scdaemon tells two tries" "CHV-STATUS \+[01]\+[0-9]+\+[0-9]+\+[0-9]+\+2" scd "" "SERIALNO openpgp" "GETATTR CHV-STATUS"
    ok "OpenSC changes PW1" p15 --change-pin -a 02 --pin 123456 --new-pin 222222
    says "scdaemon is refused the old one" "ERR .*([Bb]ad PIN|Not confirmed|Conditions)" scd "123456" "SERIALNO openpgp" "CHECKPIN $(identity)"
    ok "scdaemon changes it back" scd "222222,123456" "SERIALNO openpgp" "PASSWD 1"
    says "all tries again" "CHV-STATUS \+[01]\+[0-9]+\+[0-9]+\+[0-9]+\+3" scd "" "SERIALNO openpgp" "GETATTR CHV-STATUS"
}

judge_unlocking() {
    local try
    for try in 1 2 3; do $limit opensc-tool -s $select_aid -s 0020008106393939393939 >/dev/null 2>&1 || true; done
    says "blocked" "Tries left +: 0" p15 --list-pins
    ok "scdaemon unlocks with PW3" scd "12345678,333333" "SERIALNO openpgp" "PASSWD --reset 1"
    says "all tries again" "Tries left +: 3" p15 --list-pins
    ok "scdaemon sets a reset code" scd "12345678,99887766" "SERIALNO openpgp" "PASSWD --reset 2"
    for try in 1 2 3; do $limit opensc-tool -s $select_aid -s 0020008106393939393939 >/dev/null 2>&1 || true; done
    says "blocked again, with a code" "CHV-STATUS \+[01]\+[0-9]+\+[0-9]+\+[0-9]+\+0\+3\+3" scd "" "SERIALNO openpgp" "GETATTR CHV-STATUS"
    ok "scdaemon unlocks with the code" scd "99887766,123456" "SERIALNO openpgp" "PASSWD 2"
    says "all tries once more" "CHV-STATUS \+[01]\+[0-9]+\+[0-9]+\+[0-9]+\+3\+3\+3" scd "" "SERIALNO openpgp" "GETATTR CHV-STATUS"
}

judge_making() {
    ok "OpenSC verifies PW3 and makes a key" $limit openpgp-tool --verify CHV3 --pin 12345678 --gen-key 3 --key-type rsa2048
    says "... whose public key it reads" "BEGIN PUBLIC KEY" p15 --read-public-key 03
    says "scdaemon sees another key" "KEYPAIRINFO [0-9A-F]{40} OPENPGP.3" scd "" "SERIALNO openpgp" "LEARN --force"
}

build_card
start_pcscd
least=0
[ $# -gt 0 ] || { least=195; set -- smartpgp canokey opcard yubikey5 zeitcontrol gnuk; }
for product in "$@"; do
    subject=$product
    version=3.4 certificates=3
    case $product in
        zeitcontrol) version=2.1 certificates=1 ;;
        gnuk) version=2.0 certificates=1 ;;
    esac
    wrong=6982
    [ "$product" != opcard ] || wrong=63C2
    insert "$product" sig=rsa2048 dec=p256 aut=rsa2048
    judge_reading $version $certificates
    gnupg_signs "RSA-2048 in AUT, by scdaemon" 3 PKAUTH rsa sha256
    opensc_signs "RSA-2048 in AUT, by OpenSC" 03 SHA256-RSA-PKCS message -sha256
    rejects_other_message sha256
    if [ $certificates = 3 ]; then
        gnupg_signs "RSA-2048 in SIG, by scdaemon" 1 PKSIGN rsa sha256
        gnupg_signs "... with SHA-512" 1 PKSIGN rsa sha512
    fi
    judge_passwords $wrong
    judge_unlocking
    [ "$product" = gnuk ] || judge_making
    insert "$product" sig=p256 aut=p384
    if [ $certificates = 3 ]; then gnupg_signs "P-256 in SIG, by scdaemon" 1 PKSIGN ec sha256; fi
    gnupg_signs "P-384 in AUT, by scdaemon" 3 PKAUTH ec sha384
done
summary $least
