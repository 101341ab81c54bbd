#!/usr/bin/env bash
# OpenSC judges the GIDS emulator: gids-tool personalises an empty card, pkcs15-init makes
# and brings in keys and stores certificates, the PIN is changed and unblocked with the
# administrator's key, and what is signed OpenSSL checks.
#
# Needs what tests/support/judge.sh names, and gids-tool. Arguments: products; without any,
# all. OpenSC 0.23 crashes where it should make EC keys on such cards; so RSA only.
set -euo pipefail

example=gids_vpcd
reader="GIDS judge"
subject=start
. "$(dirname "$0")/support/judge.sh"
build_card

configure_opensc
start_pcscd

pin=123456
zeros=000000000000000000000000000000000000000000000000
# Another one, and not only in the parity of its bytes.
others=1023456789ABCDEF1023456789ABCDEF1023456789ABCDEF
select_aid=00A4040009A0000003974254465900
messages
authority
rsa_key "$dir/import.key" 2048

# OpenSC signs, OpenSSL judges.
signs() { # what id mechanism input openssl-arguments...
    local what=$1 id=$2 mechanism=$3 input=$4
    shift 4
    rm -f "$dir/signature"
    if p15 --read-public-key "$id" >"$dir/$id.pem" 2>"$dir/out" &&
        p11 --login --pin "$pin" --sign --id "$id" --mechanism "$mechanism" \
            -i "$dir/$input" -o "$dir/signature" >"$dir/out" 2>&1 &&
        fits "$id" "$@"; then
        pass "$what"
    else
        fail "$what"
    fi
}
rejects_other_message() { # id openssl-arguments...
    local id=$1
    shift
    fits_no_other "... and it fits no other message" "$id" "$@"
}
deciphers() { # what id
    printf secret >"$dir/plain"
    rm -f "$dir/back"
    $limit openssl pkeyutl -encrypt -pubin -inkey "$dir/$2.pem" -in "$dir/plain" -out "$dir/cipher" >"$dir/out" 2>&1 || true
    p11 --login --pin $pin --decrypt --id "$2" --mechanism RSA-PKCS -i "$dir/cipher" -o "$dir/back" >"$dir/out" 2>&1 || true
    if cmp "$dir/plain" "$dir/back" >"$dir/out" 2>&1; then pass "$1"; else fail "$1"; fi
}

judge_prepared() {
    says "OpenSC names the card" "GIDS Smart Card" $limit opensc-tool -n
    says "... and its version" "Version +: $version" p15 --list-info
    counted "two certificates" '^X.509' 2 --list-certificates
    counted "two keys" '^Private' 2 --list-keys
    says "a PIN of four to fifteen" "min_len:4, max_len:15" p15 --list-pins
    says "... and three tries" "Tries left +: 3" p15 --list-pins
    says "the certificate's holder" "GIDS Emulator" \
        bash -c "timeout 60 pkcs15-tool --read-certificate 00 | openssl x509 -noout -subject"
    signs "an exchange key signs" 00 SHA256-RSA-PKCS message -sha256
    rejects_other_message 00 -sha256
    signs "... with SHA-512" 00 SHA512-RSA-PKCS message -sha512
    signs "a signature key signs" 01 SHA256-RSA-PKCS message -sha256
    deciphers "an exchange key deciphers" 00
}

judge_pins() {
    refuses "a wrong PIN" "CKR_PIN_INCORRECT" p11 --login --pin 999999 --list-objects
    says "two tries" "Tries left +: 2" p15 --list-pins
    sends "... says the card" 63C2 $select_aid 00200080
    ok "the right one" p11 --login --pin $pin --list-objects
    says "three tries again" "Tries left +: 3" p15 --list-pins
    ok "OpenSC changes the PIN" p15 --change-pin -a 80 --pin $pin --new-pin 7654321
    refuses "the old one is wrong" "CKR_PIN_INCORRECT" p11 --login --pin $pin --list-objects
    ok "OpenSC changes it back" p15 --change-pin -a 80 --pin 7654321 --new-pin $pin
    sends "a wrong length is free" 63C3 $select_aid 0020008003313233
    sends "... and the tries are all there" 63C3 $select_aid 00200080
    sends "being verified is not said" 63C3 $select_aid 0020008006313233343536 00200080
    sends "one" 63C2 $select_aid 0020008006393939393939
    sends "two" 63C1 $select_aid 0020008006393939393939
    sends "three" 63C0 $select_aid 0020008006393939393939
    sends "blocked" 6983 $select_aid 00200080
    says "... says OpenSC" "Tries left +: 0" p15 --list-pins
    refuses "... for the right one too" "CKR_PIN_LOCKED" p11 --login --pin $pin --list-objects
}

judge_administrator() {
    refuses "a wrong administrator's key" "." $limit gids-tool --unblock --admin-key $others --pin $pin
    ok "the administrator's key unblocks" $limit gids-tool --unblock --admin-key $zeros --pin $pin
    says "all tries again" "Tries left +: 3" p15 --list-pins
    ok "the PIN" p11 --login --pin $pin --list-objects
    ok "gids-tool changes the administrator's key" \
        $limit gids-tool --change-admin-key --admin-key $zeros --new-admin-key $others
    refuses "the old one is wrong" "." $limit gids-tool --unblock --admin-key $zeros --pin $pin
    ok "the new one unblocks" $limit gids-tool --unblock --admin-key $others --pin $pin
}

# A key on the card gets a certificate of our authority.
certifies() { # what id
    $limit openssl x509 -req -in "$dir/request" -signkey "$dir/authority.key" \
        -force_pubkey "$dir/$2.pem" -out "$dir/$2.crt" -days 30 >"$dir/out" 2>&1 || true
    ok "certificate of the $1 key stored" \
        $limit pkcs15-init --store-certificate "$dir/$2.crt" --auth-id 80 --pin $pin --verify-pin --id "$2"
    p15 --read-certificate "$2" >"$dir/back" 2>"$dir/out" || true
    ok "... and read back whole" cmp "$dir/$2.crt" "$dir/back"
}

personalise() {
    ok "gids-tool personalises" $limit gids-tool --initialize --pin $pin --admin-key $zeros \
        --serial-number 00112233445566778899AABBCCDDEEFF
    says "the serial number" "00112233445566778899aabbccddeeff" p15 --list-info
    says "a PIN with three tries" "Tries left +: 3" p15 --list-pins
    ok "a key is made" $limit pkcs15-init --generate-key rsa:2048 --auth-id 80 --pin $pin --verify-pin \
        --key-usage sign,decrypt --label made
    ok "one that signs only" $limit pkcs15-init --generate-key rsa:1024 --auth-id 80 --pin $pin --verify-pin \
        --key-usage sign --label signs
    ok "one is brought in" $limit pkcs15-init --store-private-key "$dir/import.key" --auth-id 80 --pin $pin \
        --verify-pin --key-usage sign --label brought
    counted "three keys" '^Private' 3 --list-keys
    signs "the first signs" 00 SHA256-RSA-PKCS message -sha256
    rejects_other_message 00 -sha256
    signs "the second signs" 01 SHA256-RSA-PKCS message -sha256
    certifies first 00
    certifies second 01
    counted "two certificates" '^X.509' 2 --list-certificates
    signs "the first signs with its certificate" 00 SHA256-RSA-PKCS message -sha256
    $limit openssl pkey -in "$dir/import.key" -pubout -out "$dir/imported.pem" >"$dir/out" 2>&1
    signs "the one brought in signs" 02 SHA256-RSA-PKCS message -sha256
    ok "... with the key that was brought in" \
        $limit openssl dgst -sha256 -verify "$dir/imported.pem" -signature "$dir/signature" "$dir/message"
    says "a card is personalised once" "Card is invalid or cannot be handled" \
        $limit gids-tool --initialize --pin $pin --admin-key $zeros --serial-number 00112233445566778899AABBCCDDEEFF
}

least=0
[ $# -gt 0 ] || { least=112; set -- gidsapplet gidsv1; }
for product in "$@"; do
    subject=$product
    case $product in
        gidsv1) version=1 puk=(puk=87654321) ;;
        *) version=2 puk=() ;;
    esac
    insert "$product" 0=rsa2048 1=rsa2048 signature=1 "${puk[@]}"
    judge_prepared
    judge_pins
    if [ "$product" = gidsv1 ]; then
        ok "the PUK unblocks" p15 --unblock-pin -a 80 --puk 87654321 --new-pin $pin
    else
        refuses "there is no PUK" "." p15 --unblock-pin -a 80 --puk 87654321 --new-pin $pin
    fi
    judge_administrator
    insert "$product" blank
    personalise
done
summary $least
