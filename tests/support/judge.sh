# Sourced by tests/judge-*.sh: a pcscd of the script's own with one virtual reader, an
# emulated card in it, and rows that pass or fail. Before: $example, $subject (what the rows
# are about), $reader (its name).
#
# Needs pcscd, vpcd (libifdvpcd.so), opensc, opensc-pkcs11, openssl, python3. The
# system's own pcscd is not touched.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
driver=${VPCD_DRIVER:-/usr/lib/pcsc/drivers/serial/libifdvpcd.so}
module=${OPENSC_MODULE:-$(find /usr/lib -name opensc-pkcs11.so -print -quit)}
limit="timeout 60"
# The driver takes the next port as well, for a second slot, and scripts that start
# together have numbers that follow each other.
port=$((36000 + $$ % 10000 * 2))
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

pass() { passed=$((passed + 1)); echo "pass: $subject: $1"; }
fail() {
    failed=$((failed + 1))
    echo "FAIL: $subject: $1"
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
# The status word to one APDU, or to the last of several.
sends() { # what status-word apdu...
    local what=$1 status=$2 apdu sent=()
    shift 2
    for apdu in "$@"; do sent+=(-s "$apdu"); done
    $limit opensc-tool "${sent[@]}" >"$dir/all" 2>&1 || true
    grep SW1 "$dir/all" | tail -n 1 >"$dir/out" || true
    if grep -q "SW1=0x${status:0:2}, SW2=0x${status:2:2}" "$dir/out"; then pass "$what: $status"; else fail "$what: $status"; fi
}
p11() { $limit pkcs11-tool --module "$module" "$@"; }
p15() { $limit pkcs15-tool "$@"; }
# How many lines of what pkcs15-tool says have the pattern.
counted() { # what pattern number p15-arguments...
    local what=$1 pattern=$2 number=$3
    shift 3
    p15 "$@" >"$dir/out" 2>&1 || true
    if [ "$(grep -cE "$pattern" "$dir/out")" = "$number" ]; then pass "$what"; else fail "$what"; fi
}

# What is signed, and what is not.
messages() { # bytes
    head -c "${1-1000}" /dev/urandom >"$dir/message"
    head -c $((${1-1000} - 1)) "$dir/message" >"$dir/other"
}
# Its digest in a DigestInfo (RFC 8017, 9.2), where OpenSC makes none.
digest_info() { # hash
    local -A before=(
        [sha1]=3021300906052b0e03021a05000414
        [sha256]=3031300d060960864801650304020105000420
    )
    printf %s "${before[$1]}" | xxd -r -p
    $limit openssl dgst "-$1" -binary "$dir/message"
}
# OpenSSL checks the signature at hand by a public key.
fits() { # key openssl-arguments...
    local key=$1; shift
    $limit openssl dgst "$@" -verify "$dir/$key.pem" -signature "$dir/signature" "$dir/message" >"$dir/out" 2>&1
}
# That check must be able to fail.
fits_no_other() { # what key openssl-arguments...
    local what=$1 key=$2; shift 2
    refuses "$what" "[Vv]erification failure" \
        $limit openssl dgst "$@" -verify "$dir/$key.pem" -signature "$dir/signature" "$dir/other"
}
# Who issues the certificates, and what is asked of it.
authority() {
    $limit openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$dir/authority.key" 2>/dev/null
    [ -f "$dir/openssl.cnf" ] || printf '[req]\ndistinguished_name = name\n[name]\n' >"$dir/openssl.cnf"
    $limit openssl req -config "$dir/openssl.cnf" -new -key "$dir/authority.key" -subj "/CN=Ada Lovelace" -out "$dir/request"
}

# OpenSC keeps no files from one command to the next, and tells what it does where JUDGE_DEBUG
# and JUDGE_DEBUG_FILE say so.
configure_opensc() { # lines that come on top
    cat >"$dir/opensc.conf" <<EOC
app default {
    debug = ${JUDGE_DEBUG:-0};
    debug_file = ${JUDGE_DEBUG_FILE:-/dev/null};
    framework pkcs15 { use_file_caching = false; }
    ${1-}
}
EOC
    export OPENSC_CONF=$dir/opensc.conf
}

# An RSA key whose numbers all have their full length. One in 60 has a shorter one, and OpenSC
# 0.23 gives some cards the numbers as long as they are, which those refuse.
rsa_key() { # file bits
    local half=$(($2 / 8)) numbers
    until [ "${numbers-}" = "$(($2 / 4)) $half $half $half $half $half " ]; do
        $limit openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" -out "$1" 2>/dev/null
        numbers=$(openssl rsa -in "$1" -traditional -outform DER 2>/dev/null |
            openssl asn1parse -inform DER | awk 'NR > 4 { printf "%d ", length($NF) - 1 }')
    done
}

# Single DES lives in OpenSSL's legacy provider; without it OpenSC 0.23 cannot protect a command.
with_single_des() {
    cat >"$dir/openssl.cnf" <<'EOC'
openssl_conf = openssl_init
[openssl_init]
providers = providers
[providers]
default = active
legacy = active
[active]
activate = 1
[req]
distinguished_name = name
[name]
EOC
    export OPENSSL_CONF=$dir/openssl.cnf
}

build_card() {
    (cd "$root" && cargo build --quiet -p securesign-vendors --all-features --example "$example")
    # A copy: a build that goes on beside must not change the card under judgement.
    cp "$target/debug/examples/$example" "$dir/card"
}

start_pcscd() {
    cp "$driver" "$dir/libifdvpcd.so"
    mkdir "$dir/conf"
    cat >"$dir/conf/reader" <<EOF
FRIENDLYNAME "$reader"
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
}

# A fresh card: new counters, the same keys (they come from a fixed seed).
insert() { # arguments of the example after the port
    stop "$card_pid"
    card_pid=
    sleep 0.6
    local try
    for try in $(seq 200); do
        # The reader may not be there yet, and then the card has given up.
        if [ -z "$card_pid" ] || ! kill -0 "$card_pid" 2>/dev/null; then
            "$dir/card" "$port" "$@" >"$dir/card.log" 2>&1 &
            card_pid=$!
        fi
        if $limit opensc-tool -a >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    echo "no card in the reader" >&2
    cat "$dir/card.log" "$dir/pcscd.log" >&2
    exit 1
}

# Fewer rows than `least` mean that the script ended early and nobody saw it: an error in
# an arithmetic expression leaves a loop, and the shell goes on behind it.
summary() { # least
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -ge "$1" ]
}
