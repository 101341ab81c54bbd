#!/usr/bin/env bash
# OpenSC judges the IDPrime emulator; OpenSSL checks what it signs.
#
# Needs what tests/support/judge.sh names. Arguments: products; without any, all that
# OpenSC 0.23 can use. It knows one row of answers to reset, RSA keys of 1024 and 2048 bits,
# and the PIN 11 only; the others are shown to it by their answer to reset (card_atr).
set -euo pipefail

example=idprime_vpcd
reader="IDPrime judge"
subject=start
. "$(dirname "$0")/support/judge.sh"
build_card

configure_opensc '
    card_atr 3B:7F:96:00:00:80:31:80:65:B0:84:61:60:FB:12:0F:FD:82:90:00 { driver = "idprime"; }
    card_atr 3B:FF:96:00:00:81:31:FE:43:80:31:80:65:B0:85:59:56:FB:12:0F:FE:82:90:00:00 { driver = "idprime"; }
    card_atr 3B:FF:96:00:00:81:31:FE:43:80:31:80:65:B0:84:65:66:FB:12:01:78:82:90:00:85 { driver = "idprime"; }
    card_atr 3B:FF:96:00:00:81:31:FE:43:80:31:80:65:B0:84:56:51:10:12:01:78:82:90:00:6A { driver = "idprime"; }'
start_pcscd

messages
digest_info sha256 >"$dir/info256"
digest_info sha1 >"$dir/info1"

select_aid=00A404000BA00000001880000000066200
# OpenSC signs, OpenSSL judges.
signs() { # what id mechanism input openssl-arguments...
    local what=$1 id=$2 mechanism=$3 input=$4
    shift 4
    rm -f "$dir/signature" "$dir/key.pem"
    if p15 --read-certificate "$id" >"$dir/cert.pem" 2>"$dir/out" &&
        $limit openssl x509 -in "$dir/cert.pem" -pubkey -noout -out "$dir/key.pem" >"$dir/out" 2>&1 &&
        p11 --login --pin 123456 --sign --id "$id" --mechanism "$mechanism" \
            -i "$dir/$input" -o "$dir/signature" >"$dir/out" 2>&1 &&
        fits key "$@"; then
        pass "$what"
    else
        fail "$what"
    fi
}
rejects_other_message() {
    fits_no_other "... and it fits no other message" key "$@"
}
verify() { # PIN: the APDU in the product's own form
    local typed length=${#1}
    typed=$(printf %s "$1" | od -An -v -tx1 | tr -d ' \n')
    if [ "$form" = padded ]; then
        length=16
        while [ ${#typed} -lt 32 ]; do typed+=00; done
    fi
    printf '00200011%02X%s' "$length" "$typed"
}

# What the card itself says of its tries: OpenSC's tools do not show them.
left() { # what tries
    local status=63C$2
    [ "$2" != 0 ] || status=6983
    sends "$1" $status $select_aid 00200011
}

judge_reading() { # name
    says "OpenSC names the card" "$1" $limit opensc-tool -n
    counted "two certificates" '^X.509' 2 --list-certificates
    counted "two keys" '^Private' 2 --list-keys
    says "the token's label" "IDPrimeTest" p15 --list-info
    left "five tries" 5
    says "the certificate's holder" "IDPrime Emulator" \
        bash -c "timeout 60 pkcs15-tool --read-certificate 0001 | openssl x509 -noout -subject"
}

judge_signing() {
    signs "SHA-256 in the card" 0001 SHA256-RSA-PKCS message -sha256
    rejects_other_message -sha256
    signs "SHA-384" 0001 SHA384-RSA-PKCS message -sha384
    signs "SHA-512" 0001 SHA512-RSA-PKCS message -sha512
    signs "a DigestInfo of SHA-256" 0001 RSA-PKCS info256 -sha256
    signs "a DigestInfo of SHA-1" 0001 RSA-PKCS info1 -sha1
    signs "PSS with SHA-256" 0001 SHA256-RSA-PKCS-PSS message -sha256 \
        -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest
    signs "the second key" 0002 SHA256-RSA-PKCS message -sha256
}

judge_pins() {
    refuses "a wrong PIN" "CKR_PIN_INCORRECT" p11 --login --pin 999999 --list-objects
    left "four tries" 4
    ok "the right one" p11 --login --pin 123456 --list-objects
    left "five tries again" 5
    ok "OpenSC changes the PIN" p15 --change-pin --pin 123456 --new-pin 22222222
    refuses "the old one is wrong" "CKR_PIN_INCORRECT" p11 --login --pin 123456 --list-objects
    ok "OpenSC changes it back" p15 --change-pin --pin 22222222 --new-pin 123456
    local try
    for try in 1 2 3 4 5; do
        $limit opensc-tool -s $select_aid -s "$(verify 999999)" >/dev/null 2>&1 || true
    done
    left "blocked" 0
    refuses "... for the right one too" "CKR_PIN_LOCKED" p11 --login --pin 123456 --list-objects
    ok "OpenSC unblocks with the PUK" p15 --unblock-pin --puk 000000 --new-pin 333333
    left "all tries again" 5
    ok "the new PIN" p11 --login --pin 333333 --list-objects
}

# The wrong form of a PIN: free where the length is looked at, else a try.
judge_form() {
    if [ "$form" = bare ]; then
        sends "the right PIN, padded" 63C4 $select_aid 002000111031323334353600000000000000000000
        left "... is a try" 4
    else
        sends "the right PIN, bare" 6700 $select_aid 0020001106313233343536
        left "... is free" 5
    fi
    sends "the right form" 9000 $select_aid "$(verify 123456)"
    sends "status and log-out" 63C5 $select_aid "$(verify 123456)" 0020FF11 00200011
}

least=0
[ $# -gt 0 ] || {
    least=288
    set -- idprime3810 idprime830 idprime840 idprime940 idprime940c idprime930 etoken5110cc etoken5110plus etoken5300
}
for product in "$@"; do
    subject=$product
    form=bare also=()
    case $product in
        idprime3810) name="IDPrime (OSv1)" ;;
        idprime830) name="IDPrime (generic)" also=(also=56) ;;
        idprime840) name="IDPrime (OSv3)" form=padded ;;
        idprime940 | idprime940c | etoken5110cc) name="IDPrime (OSv4)" form=padded ;;
        *) name="IDPrime (OSv2)" also=(also=11) ;;
    esac
    insert "$product" 0=rsa2048 1=rsa2048 exchange=1 "${also[@]}"
    judge_reading "${name//[()]/.}"
    judge_signing
    judge_pins
    insert "$product" 0=rsa1024 "${also[@]}"
    judge_form
    counted "one certificate" '^X.509' 1 --list-certificates
    signs "RSA-1024" 0001 SHA256-RSA-PKCS message -sha256
done
summary $least
