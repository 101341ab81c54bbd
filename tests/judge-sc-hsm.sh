#!/usr/bin/env bash
# OpenSC judges the SmartCard-HSM emulator: it initialises an empty card, makes keys on it,
# stores certificates, changes and unblocks the PIN and signs; OpenSSL checks what comes
# out.
#
# Needs what tests/support/judge.sh names. Arguments: products; without any, all.
set -euo pipefail

example=sc_hsm_vpcd
reader="SmartCard-HSM judge"
subject=start
. "$(dirname "$0")/support/judge.sh"
build_card

configure_opensc
start_pcscd

pin=648219
so_pin=3537363231383830
select_aid=00A404000BE82B0601040181C31F020100
verify=0020008106363438323139
messages
for hash in sha1 sha256 sha384; do $limit openssl dgst -$hash -binary -out "$dir/$hash" "$dir/message"; done
digest_info sha256 >"$dir/info256"
authority

public_key() { # id
    p15 --read-public-key "$1" >"$dir/$1.pem" 2>"$dir/out"
}
# What the card itself says: OpenSC's list of PINs has three tries whatever is left.
left() { # what tries
    local status=63C$2
    [ "$2" != 0 ] || status=6983
    sends "$1" $status $select_aid 00200081
}
# OpenSC signs, OpenSSL judges.
signs() { # what id mechanism input openssl-arguments...
    local what=$1 id=$2 mechanism=$3 input=$4
    shift 4
    rm -f "$dir/signature"
    if public_key "$id" &&
        p11 --login --pin "$pin" --sign --id "$id" --mechanism "$mechanism" --signature-format openssl \
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

judge_prepared() {
    says "OpenSC names the card" "SmartCard-HSM version $version" $limit opensc-tool -n
    says "sc-hsm-tool reads the version" "Version +: $version" $limit sc-hsm-tool
    says "... the tries of the PIN" "User PIN tries left +: 3" $limit sc-hsm-tool
    says "... and of the SO-PIN" "SO-PIN tries left +: 15" $limit sc-hsm-tool
    says "the serial number" "Serial number +: $serial" p15 --list-info
    counted "two certificates" '^X.509' 2 --list-certificates
    counted "two keys of the holder" 'Key [12]\]$' 2 --list-keys
    says "a PIN of six to fifteen" "min_len:6, max_len:15" p15 --list-pins
    says "the certificate's holder" "SmartCard-HSM Emulator" \
        bash -c "timeout 60 pkcs15-tool --read-certificate 01 | openssl x509 -noout -subject"
    signs "RSA-2048, padded by the host" 01 RSA-PKCS info256 -sha256
    signs "... SHA-256 by the host" 01 SHA256-RSA-PKCS message -sha256
    rejects_other_message 01 -sha256
    signs "P-256, a hash" 02 ECDSA sha256 -sha256
    signs "... SHA-256 in the card" 02 ECDSA-SHA256 message -sha256
    rejects_other_message 02 -sha256
}

judge_pins() {
    refuses "a wrong PIN" "CKR_PIN_INCORRECT" p11 --login --pin 999999 --list-objects
    left "two tries" 2
    says "... says sc-hsm-tool" "User PIN tries left +: 2" $limit sc-hsm-tool
    ok "the right one" p11 --login --pin $pin --list-objects
    left "three tries again" 3
    ok "OpenSC changes the PIN" p15 --change-pin -a 01 --pin $pin --new-pin 7654321
    refuses "the old one is wrong" "CKR_PIN_INCORRECT" p11 --login --pin $pin --list-objects
    ok "OpenSC changes it back" p15 --change-pin -a 01 --pin 7654321 --new-pin $pin
    sends "a wrong length is a try" 63C2 $select_aid 002000810431323334
    local try
    for try in 1 2; do $limit opensc-tool -s $select_aid -s 0020008106393939393939 >/dev/null 2>&1 || true; done
    left "blocked" 0
    refuses "... for the right one too" "CKR_PIN_LOCKED" p11 --login --pin $pin --list-objects
    refuses "a wrong SO-PIN unblocks nothing" "CKR_PIN_INCORRECT" \
        p11 --login --login-type so --so-pin 0000000000000000 --init-pin --new-pin $pin
    sends "... and is a try" 63CE $select_aid 00200088
    ok "the SO-PIN unblocks" p11 --login --login-type so --so-pin $so_pin --init-pin --new-pin $pin
    left "all tries again" 3
    ok "the new PIN" p11 --login --pin $pin --list-objects
    sends "selecting logs out" 63C3 $select_aid $verify $select_aid 00200081
    sends "no PIN pad" 6A88 $select_aid 00200085
}

# A key on the card gets a certificate of our authority.
certifies() { # what id
    $limit openssl x509 -req -in "$dir/request" -signkey "$dir/authority.key" \
        -force_pubkey "$dir/$2.pem" -outform DER -out "$dir/$2.crt" -days 30 >"$dir/out" 2>&1 || true
    ok "certificate of the $1 key stored" \
        p11 --login --pin $pin --write-object "$dir/$2.crt" --type cert --id "$2"
    rm -f "$dir/back"
    p11 --read-object --type cert --id "$2" -o "$dir/back" >"$dir/out" 2>&1 || true
    ok "... and read back whole" cmp "$dir/$2.crt" "$dir/back"
}

personalise() {
    sends "no PIN before it is initialised" 6A88 $select_aid 00200081
    ok "sc-hsm-tool initialises" $limit sc-hsm-tool --initialize --so-pin $so_pin --pin $pin --label Judged
    says "... with the label" "Judged" p15 --list-info
    says "... and three tries" "User PIN tries left +: 3" $limit sc-hsm-tool
    ok "an RSA key is made" p11 --login --pin $pin --keypairgen --key-type rsa:2048 --id 10 --label RSA2048
    ok "an EC key is made" p11 --login --pin $pin --keypairgen --key-type EC:prime256v1 --id 11 --label EC256
    ok "one of brainpool" p11 --login --pin $pin --keypairgen --key-type EC:brainpoolP256r1 --id 12 --label BP256
    ok "one of P-384" p11 --login --pin $pin --keypairgen --key-type EC:secp384r1 --id 13 --label EC384
    says "OpenSC lists them" "BP256" p15 --list-keys
    signs "RSA signs" 10 SHA256-RSA-PKCS message -sha256
    rejects_other_message 10 -sha256
    signs "P-256 signs" 11 ECDSA sha256 -sha256
    signs "brainpoolP256r1 signs" 12 ECDSA sha256 -sha256
    signs "P-384 signs" 13 ECDSA sha384 -sha384
    rejects_other_message 13 -sha384
    certifies RSA 10
    certifies EC 11
    counted "two certificates" '^X.509' 2 --list-certificates
    signs "RSA signs with its certificate" 10 SHA256-RSA-PKCS message -sha256
    ok "a data object is stored" p11 --login --pin $pin --write-object "$dir/message" --type data --label judged
    ok "a key is deleted" p11 --login --pin $pin --delete-object --type privkey --id 13
    says "... and gone" "BP256" bash -c "timeout 60 pkcs15-tool --list-keys | grep -v EC384"
    ok "pkcs15-init makes a key" $limit pkcs15-init --verify-pin --generate-key ec:prime256v1 --auth-id 01 --id 15 --label Init --pin $pin
    signs "... which signs" 15 ECDSA sha256 -sha256
    says "a wrong SO-PIN initialises nothing" "PIN code or key incorrect" \
        $limit sc-hsm-tool --initialize --so-pin 0000000000000000 --pin $pin
    sends "... and is a try" 63CE $select_aid 00200088
    ok "the right one initialises again" $limit sc-hsm-tool --initialize --so-pin $so_pin --pin $pin
    counted "all keys are gone" 'RSA2048|EC256' 0 --list-keys
}

least=0
[ $# -gt 0 ] || { least=189; set -- smartcardhsm nitrokeyhsm picohsm; }
for product in "$@"; do
    subject=$product
    case $product in
        smartcardhsm) version=3.5 serial=DECM0101234 ;;
        nitrokeyhsm) version=3.5 serial=DENK0101234 ;;
        picohsm) version=6.6 serial=ESPICOHSMTR ;;
    esac
    insert "$product" 1=rsa2048 2=p256
    judge_prepared
    judge_pins
    insert "$product" blank
    personalise
done
summary $least
