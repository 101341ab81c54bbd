#!/usr/bin/env bash
# OpenSC judges the emulator of PKCS#15 cards: it names each card, personalises those that
# it can, changes PINs, unblocks and signs; OpenSSL checks what comes out.
#
# Needs what tests/support/judge.sh names. Arguments: dialects; without any, all.
set -euo pipefail

example=pkcs15_vpcd
reader="PKCS15 judge"
subject=start
. "$(dirname "$0")/support/judge.sh"

configure_opensc
init() { $limit pkcs15-init "$@"; }

messages 100
for hash in sha1 sha256; do
    $limit openssl dgst -$hash -binary -out "$dir/$hash" "$dir/message"
done
authority
rsa_key "$dir/import.key" 2048
rsa_key "$dir/import1024.key" 1024

# Signs with OpenSC, checks with OpenSSL; and the check must be able to fail.
signs() { # what id mechanism input hash
    local what=$1 id=$2 mechanism=$3 input=$4 hash=$5
    rm -f "$dir/signature"
    if p11 --login --pin "$pin" --sign --id "$id" --mechanism "$mechanism" --signature-format openssl \
        -i "$dir/$input" -o "$dir/signature" >"$dir/out" 2>&1 &&
        fits "$id" "-$hash"; then
        pass "$what"
    else
        fail "$what"
    fi
    fits_no_other "... and it fits no other message" "$id" "-$hash"
}

# The same with a DigestInfo, where OpenSC makes none itself.
signs_info() { # what id
    digest_info sha256 >"$dir/info"
    signs "$1" "$2" RSA-PKCS info sha256
}

# OpenSSL enciphers, the card deciphers.
deciphers() { # id
    if $limit openssl pkeyutl -encrypt -pubin -inkey "$dir/$1.pem" -in "$dir/sha256" -out "$dir/cryptogram" >"$dir/out" 2>&1 &&
        p11 --login --pin "$pin" --decrypt --id "$1" --mechanism RSA-PKCS -i "$dir/cryptogram" -o "$dir/plain" >"$dir/out" 2>&1 &&
        cmp "$dir/plain" "$dir/sha256" >"$dir/out" 2>&1; then
        pass "deciphers what OpenSSL enciphered"
    else
        fail "deciphers what OpenSSL enciphered"
    fi
}

# The public key of what the card says it has.
public_of() { # id
    p15 --read-public-key "$1" >"$dir/$1.pem" 2>"$dir/out" || true
    ok "public key $1 is one" $limit openssl pkey -pubin -in "$dir/$1.pem" -noout
}
public_of_certificate() { # id
    p15 --read-certificate "$1" >"$dir/$1.crt" 2>"$dir/out" || true
    ok "certificate $1 is one" $limit openssl x509 -in "$dir/$1.crt" -noout -subject
    $limit openssl x509 -in "$dir/$1.crt" -pubkey -noout -out "$dir/$1.pem" 2>/dev/null || true
}

# Where the security officer's PIN is wanted too.
officer=()
# Where OpenSC says that it unblocked, whatever the card said.
silent=
# A key on the card gets a certificate of our authority.
certifies() { # what id
    $limit openssl x509 -req -in "$dir/request" -signkey "$dir/authority.key" \
        -force_pubkey "$dir/$2.pem" -out "$dir/$2.crt" -days 30 >"$dir/out" 2>&1 || true
    ok "certificate of the $1 key stored" init --store-certificate "$dir/$2.crt" --auth-id "$auth" --pin "$pin" "${officer[@]}" --id "$2"
    p15 --read-certificate "$2" >"$dir/$2.back" 2>"$dir/out" || true
    ok "... and read back whole" cmp "$dir/$2.crt" "$dir/$2.back"
}

# From three tries to none and back.
pins() { # listed-reference blocked-message
    says "PIN listed" "Reference +: $1" p15 --list-pins
    ok "PIN verified" p15 --verify-pin --auth-id "$auth" --pin "$pin"
    refuses "wrong PIN refused" "incorrect|Security status|Card command failed" p15 --verify-pin --auth-id "$auth" --pin 999999
    ok "the right one gets the tries back" p15 --verify-pin --auth-id "$auth" --pin "$pin"
    ok "PIN changed" p15 --change-pin --auth-id "$auth" --pin "$pin" --new-pin 765432
    refuses "old PIN refused" "incorrect|Security status|Card command failed" p15 --verify-pin --auth-id "$auth" --pin "$pin"
    pin=765432
    ok "new PIN verified" p15 --verify-pin --auth-id "$auth" --pin "$pin"
    local try
    for try in 2 1 0; do
        p15 --verify-pin --auth-id "$auth" --pin 999999 >"$dir/out" 2>&1 || true
    done
    refuses "the right PIN is refused then" "$2" p15 --verify-pin --auth-id "$auth" --pin "$pin"
    if [ -z "$silent" ]; then
        refuses "wrong PUK refused" "incorrect|Security status|Card command failed" \
            p15 --unblock-pin --auth-id "$auth" --puk "${puk//[0-9]/1}" --new-pin 123456
    else
        p15 --unblock-pin --auth-id "$auth" --puk "${puk//[0-9]/1}" --new-pin 123456 >"$dir/out" 2>&1 || true
    fi
    refuses "a wrong PUK sets no PIN" "$2|incorrect" p15 --verify-pin --auth-id "$auth" --pin 123456
    ok "PUK accepted" p15 --unblock-pin --auth-id "$auth" --puk "$puk" --new-pin 123456
    pin=123456
    ok "PIN set by it" p15 --verify-pin --auth-id "$auth" --pin "$pin"
}

judge_isoapplet0() {
    insert isoapplet0
    auth=ff pin=123456 puk=1234567890123456
    says "named" "Javacard with IsoApplet" $limit opensc-tool -n
    ok "file system made" init --create-pkcs15 --so-pin $pin --so-puk $puk --label Judge
    says "label" "Judge" p15 --dump
    ok "RSA-2048 made" init --generate-key rsa/2048 --auth-id $auth --pin $pin --id 45 --label rsa
    ok "P-256 made" init --generate-key ec/prime256v1 --auth-id $auth --pin $pin --id 46 --label ec
    public_of 45
    public_of 46
    certifies RSA 45
    certifies EC 46
    ok "RSA key imported" init --store-private-key "$dir/import.key" --auth-id $auth --pin $pin --id 47 --label imported
    $limit openssl pkey -in "$dir/import.key" -pubout -out "$dir/47.pem"
    signs "RSA signs" 45 SHA256-RSA-PKCS message sha256
    signs "EC signs, with SHA-1 on the card" 46 ECDSA-SHA1 message sha1
    signs "the imported key signs" 47 SHA256-RSA-PKCS message sha256
    pins 1 "blocked|incorrect"
    signs "RSA signs with the new PIN" 45 SHA256-RSA-PKCS message sha256
    ok "a certificate is deleted" init --delete-objects cert --id 46 --auth-id $auth --pin $pin
    local layout
    for layout in none filler no-dir short-paths sliced; do
        insert isoapplet0 rsa2048 p256 layout=$layout
        auth=01
        p15 --list-certificates >"$dir/out" 2>&1 || true
        if [ "$(grep -c '^X.509' "$dir/out")" = 2 ]; then pass "two certificates, layout $layout"; else fail "two certificates, layout $layout"; fi
        public_of_certificate 45
        signs "a key of the builder's signs" 45 SHA256-RSA-PKCS message sha256
    done
    pins 1 "blocked|incorrect"
}

judge_isoapplet1() {
    insert isoapplet1 rsa2048 p256
    auth=01 pin=123456 puk=1234567890123456
    says "named" "Javacard with IsoApplet" $limit opensc-tool -n
    public_of_certificate 45
    signs "RSA signs" 45 SHA256-RSA-PKCS message sha256
    sends "its version is asked" 9000 00A404000CF276A288BCFBA69D34F31001 00CA010100
    pins 1 "blocked|incorrect"
}

judge_myeid() {
    insert myeid
    auth=01 pin=123456 puk=12345678
    says "named" "MyEID" $limit opensc-tool -n
    ok "erased" init --erase-card
    ok "file system made" init --create-pkcs15 --so-pin 87654321 --so-puk 11223344 --label Judge
    ok "user's PIN set" init --store-pin --auth-id 01 --pin $pin --puk $puk --so-pin 87654321 --label user
    ok "activated" init --finalize
    says "label" "MyEID|Judge" p15 --dump
    ok "RSA-2048 made" init --generate-key rsa/2048 --auth-id 01 --pin $pin --id 45 --label rsa
    ok "P-256 made" init --generate-key ec/prime256v1 --auth-id 01 --pin $pin --id 46 --label ec
    public_of 45
    public_of 46
    certifies RSA 45
    certifies EC 46
    ok "RSA key imported" init --store-private-key "$dir/import.key" --auth-id 01 --pin $pin --id 47 --label imported
    $limit openssl pkey -in "$dir/import.key" -pubout -out "$dir/47.pem"
    ok "EC key imported" init --store-private-key "$dir/authority.key" --auth-id 01 --pin $pin --id 48 --label imported-ec
    $limit openssl pkey -in "$dir/authority.key" -pubout -out "$dir/48.pem"
    signs "RSA signs" 45 SHA256-RSA-PKCS message sha256
    signs "EC signs" 46 ECDSA sha256 sha256
    signs "the imported RSA key signs" 47 SHA256-RSA-PKCS message sha256
    signs "the imported EC key signs" 48 ECDSA sha256 sha256
    sends "three tries" 63C3 00200001
    pins 1 "blocked"
    signs "RSA signs with the new PIN" 45 SHA256-RSA-PKCS message sha256
    ok "a certificate is deleted" init --delete-objects cert --id 46 --auth-id 01 --pin $pin
    insert myeid rsa2048 p256
    public_of_certificate 45
    public_of_certificate 46
    signs "the builder's RSA key signs" 45 SHA256-RSA-PKCS message sha256
    signs "the builder's EC key signs" 46 ECDSA sha256 sha256
    pins 1 "blocked"
}

judge_cardos44() {
    insert cardos44
    auth=01 pin=123456 puk=12345678 officer=(--so-pin 87654321)
    says "named" "Atos CardOS" $limit opensc-tool -n
    ok "erased" init --erase-card
    ok "file system made" init --create-pkcs15 --so-pin 87654321 --so-puk 11223344 --label Judge
    ok "user's PIN set" init --store-pin --auth-id 01 --pin $pin --puk $puk --so-pin 87654321 --label user
    says "label" "Judge" p15 --dump
    ok "RSA-2048 made" init --generate-key rsa/2048 --auth-id 01 --pin $pin "${officer[@]}" --id 45 --label rsa --key-usage sign
    public_of 45
    certifies RSA 45
    ok "RSA key imported" init --store-private-key "$dir/import.key" --auth-id 01 --pin $pin "${officer[@]}" --id 47 --label imported --key-usage sign
    $limit openssl pkey -in "$dir/import.key" -pubout -out "$dir/47.pem"
    signs "RSA signs" 45 SHA256-RSA-PKCS message sha256
    signs "the imported key signs" 47 SHA256-RSA-PKCS message sha256
    pins 3 "blocked"
    insert cardos44 rsa2048
    public_of_certificate 45
    signs "the builder's key signs" 45 SHA256-RSA-PKCS message sha256
    pins 3 "blocked"
}

judge_cardos50() { judge_cardos5; }
judge_cardos53() { judge_cardos5; }
judge_cardos5() {
    insert "$subject" rsa2048
    auth=01 pin=123456 puk=12345678
    says "named" "Atos CardOS" $limit opensc-tool -n
    public_of_certificate 45
    signs "RSA signs" 45 SHA256-RSA-PKCS message sha256
    pins 3 "blocked"
}

judge_rutoken() {
    insert rutoken
    auth=02 pin=12345678 puk=87654321 officer=(--so-pin 87654321)
    says "named" "Rutoken ECP" $limit opensc-tool -n
    ok "erased" init --erase-card
    ok "file system made" init --create-pkcs15 --so-pin 87654321 --so-puk "" --label Judge
    ok "user's PIN set" init --store-pin --auth-id 02 --pin $pin --puk "" --so-pin 87654321 --label user
    says "label" "Judge" p15 --dump
    ok "RSA-2048 made" init --generate-key rsa/2048 --auth-id 02 --pin $pin "${officer[@]}" --id 45 --label rsa
    public_of 45
    certifies RSA 45
    ok "RSA key imported" init --store-private-key "$dir/import.key" --auth-id 02 --pin $pin "${officer[@]}" --id 47 --label imported
    $limit openssl pkey -in "$dir/import.key" -pubout -out "$dir/47.pem"
    ok "formatting ended" init --finalize
    signs "RSA signs" 45 SHA256-RSA-PKCS message sha256
    signs "the imported key signs" 47 SHA256-RSA-PKCS message sha256
    ok "PIN verified" p15 --verify-pin --auth-id 02 --pin $pin
    refuses "wrong PIN refused" "incorrect" p15 --verify-pin --auth-id 02 --pin 999999
    sends "... and one try gone" 63C4 00200002
    ok "PIN changed" p15 --change-pin --auth-id 02 --pin $pin --new-pin 765432
    refuses "old PIN refused" "incorrect" p15 --verify-pin --auth-id 02 --pin $pin
    pin=765432
    ok "new PIN verified" p15 --verify-pin --auth-id 02 --pin $pin
    sends "the security officer resets the counter" 9000 00200001083837363534333231 002C0302
    insert rutoken rsa2048
    pin=123456
    public_of_certificate 45
    auth=01
    signs "the builder's key signs" 45 SHA256-RSA-PKCS message sha256
}

judge_starcos34() { judge_starcos 3.4; }
judge_starcos35() { judge_starcos 3.5; }
judge_starcos() { # version
    insert "$subject" rsa2048
    auth=01 pin=123456 puk=12345678
    says "named" "STARCOS $1" $limit opensc-tool -n
    public_of_certificate 45
    signs "RSA signs" 45 SHA256-RSA-PKCS message sha256
    insert "$subject" rsa2048
    refuses "wrong PIN refused" "incorrect" p15 --verify-pin --auth-id 01 --pin 999999
    sends "... and one try gone" 63C2 00200001
    ok "PIN verified" p15 --verify-pin --auth-id 01 --pin $pin
}

judge_starcos34esign() { judge_esign 3.4 01; }
judge_starcos35esign() { judge_esign 3.5 06; }
judge_esign() { # version reference
    insert "$subject" rsa2048 rsa2048
    auth=01 pin=123456
    says "named" "STARCOS $1" $limit opensc-tool -n
    p15 --list-certificates >"$dir/out" 2>&1 || true
    if [ "$(grep -c '^X.509' "$dir/out")" = 2 ]; then pass "two certificates"; else fail "two certificates"; fi
    public_of_certificate 1
    public_of_certificate 2
    signs "the key of authentication signs" 1 SHA256-RSA-PKCS message sha256
    deciphers 2
    says "PIN listed" "Reference +: ${2#0}" p15 --list-pins
    insert "$subject" rsa2048 rsa2048
    refuses "wrong PIN refused" "incorrect" p15 --verify-pin --auth-id 01 --pin 999999
    sends "... and one try gone" 63C2 "002000$2"
    ok "PIN verified" p15 --verify-pin --auth-id 01 --pin $pin
}

judge_setcos441() {
    insert setcos441
    auth=02 pin=123456 puk=12345678 officer=(--so-pin 87654321)
    says "named" "SetCOS" $limit opensc-tool -n
    ok "erased" init --erase-card
    ok "file system made" init --create-pkcs15 --so-pin 87654321 --so-puk 11223344 --label Judge
    ok "user's PIN set" init --store-pin --auth-id 02 --pin $pin --puk $puk --so-pin 87654321 --label user
    says "label" "Judge" p15 --dump
    ok "RSA-1024 made" init --generate-key rsa/1024 --auth-id 02 --pin $pin "${officer[@]}" --id 45 --label rsa
    public_of 45
    certifies RSA 45
    ok "RSA key imported" init --store-private-key "$dir/import1024.key" --auth-id 02 --pin $pin "${officer[@]}" --id 47 --label imported
    $limit openssl pkey -in "$dir/import1024.key" -pubout -out "$dir/47.pem"
    signs_info "RSA signs" 45
    signs_info "the imported key signs" 47
    pins 2 "blocked"
    insert setcos441 rsa2048
    auth=01
    public_of_certificate 45
    signs_info "the builder's key signs" 45
    pins 2 "blocked"
}

judge_starcos23() {
    insert starcos23
    auth=01 pin=123456 puk=12345678 officer=(--so-pin 87654321)
    says "named" "STARCOS" $limit opensc-tool -n
    ok "erased" init --erase-card
    ok "file system made" init --create-pkcs15 --so-pin 87654321 --so-puk 11223344 --label Judge
    ok "user's PIN set" init --store-pin --auth-id 01 --pin $pin --puk $puk --so-pin 87654321 --label user
    says "label" "Judge" p15 --dump
    ok "RSA-1024 made" init --generate-key rsa/1024 --auth-id 01 --pin $pin "${officer[@]}" --id 45 --label rsa --key-usage sign
    public_of 45
    certifies RSA 45
    ok "RSA key imported" init --store-private-key "$dir/import1024.key" --auth-id 01 --pin $pin "${officer[@]}" --id 47 --label imported --key-usage sign
    $limit openssl pkey -in "$dir/import1024.key" -pubout -out "$dir/47.pem"
    signs_info "RSA signs" 45
    signs_info "the imported key signs" 47
    signs "RSA signs with SHA-1" 45 SHA1-RSA-PKCS message sha1
    pins 131 "blocked"
    insert starcos23 rsa1024
    auth=01
    public_of_certificate 45
    signs_info "the builder's key signs" 45
    pins 131 "blocked"
}

# OpenSC 0.23 cannot sign with this one, nor unblock it: its own defects. Nor does it find
# the PIN of a card where it is verified already: there it resets the card each time.
judge_oberthur() {
    insert oberthur
    auth=53434d pin=123456 officer=(--so-pin 87654321)
    says "named" "AuthentIC v5" $limit opensc-tool -n
    ok "file system made" init --create-pkcs15 --so-pin 87654321 --so-puk "" --label Judge
    ok "user's PIN set" init --store-pin --auth-id $auth --pin $pin --puk 12345678 --so-pin 87654321 --label user
    says "label" "Judge" p15 --dump
    ok "RSA-2048 made" init --generate-key rsa/2048 --auth-id $auth --pin $pin "${officer[@]}" --id 45 --label rsa
    public_of 45
    certifies RSA 45
    ok "RSA key imported" init --store-private-key "$dir/import.key" --auth-id $auth --pin $pin "${officer[@]}" --id 47 --label imported
    sed -i 's/^app default {/&\n    reader_driver pcsc { disconnect_action = reset; }/' "$OPENSC_CONF"
    p15 --list-pins >"$dir/out" 2>&1 || true
    ok "PIN verified" p15 --verify-pin --auth-id $auth --pin $pin
    refuses "wrong PIN refused" "incorrect" p15 --verify-pin --auth-id $auth --pin 999999
    ok "PIN changed" p15 --change-pin --auth-id $auth --pin $pin --new-pin 765432
    refuses "old PIN refused" "incorrect" p15 --verify-pin --auth-id $auth --pin $pin
    ok "new PIN verified" p15 --verify-pin --auth-id $auth --pin 765432
    insert oberthur rsa2048
    public_of_certificate 45
    says "the builder's key listed" "Private RSA Key" p15 --list-keys
    ok "PIN verified" p15 --verify-pin --auth-id $auth --pin $pin
    deciphers 45
}

judge_epass3000() { judge_ftcos; }
judge_pk01c() { judge_ftcos; }
judge_ejava() { judge_ftcos; }
judge_ftcos() {
    insert "$subject"
    auth=01 pin=123456 puk=12345678
    silent=yes
    with_single_des
    says "named" "entersafe" $limit opensc-tool -n
    ok "erased" init --erase-card
    ok "file system made" init --create-pkcs15 --profile pkcs15+onepin --pin $pin --puk $puk --label Judge
    says "label" "Judge" p15 --dump
    ok "RSA-2048 made" init --generate-key rsa/2048 --auth-id $auth --pin $pin --id 45 --label rsa
    ok "RSA-1024 made" init --generate-key rsa/1024 --auth-id $auth --pin $pin --id 46 --label short
    public_of 45
    public_of 46
    certifies RSA-2048 45
    certifies RSA-1024 46
    ok "RSA key imported" init --store-private-key "$dir/import.key" --auth-id $auth --pin $pin --id 47 --label imported
    $limit openssl pkey -in "$dir/import.key" -pubout -out "$dir/47.pem"
    ok "short RSA key imported" init --store-private-key "$dir/import1024.key" --auth-id $auth --pin $pin --id 48 --label imported-short
    $limit openssl pkey -in "$dir/import1024.key" -pubout -out "$dir/48.pem"
    local id
    for id in 45 46 47 48; do signs "key $id signs" $id SHA256-RSA-PKCS message sha256; done
    pins 1 "blocked"
    signs "the key signs with the new PIN" 45 SHA256-RSA-PKCS message sha256
    insert "$subject" rsa2048 rsa1024
    public_of_certificate 45
    public_of_certificate 46
    signs "the builder's key signs" 45 SHA256-RSA-PKCS message sha256
    signs "... and the short one" 46 SHA256-RSA-PKCS message sha256
    pins 1 "blocked"
    unset OPENSSL_CONF
}

build_card
start_pcscd
least=0
[ $# -gt 0 ] || { least=532; set -- isoapplet0 isoapplet1 myeid cardos44 cardos50 cardos53 rutoken starcos23 starcos34 starcos35 starcos34esign starcos35esign setcos441 oberthur epass3000 pk01c ejava; }
for dialect in "$@"; do
    subject=$dialect
    officer=()
    silent=
    "judge_$dialect"
done
summary $least
