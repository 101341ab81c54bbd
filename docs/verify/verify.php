<?php
// Verifies what SecureSign Desktop sent back, over the portal's own document.
//
// usage: php verify.php CAS.pem DOCUMENT REQUEST_ID SS_RESULT
//
// PHP 8.0 or later with its OpenSSL extension. In your portal call verify() with what you
// kept in the visitor's session. PHP looks at no revocation lists: where you need them, ask
// `openssl verify -crl_check` as well.

class Refused extends Exception {}

/**
 * The fields of the certificate of whoever signed $document, as openssl_x509_parse()
 * gives them; throws Refused.
 *
 * $ssResult   the value of that field, decoded from the query or form
 * $requestId  the one you made for this visitor, never the one in the answer
 * $document   your own copy, whole; you asked for its SHA-256
 * $cas        path of a file with the authorities that you accept, roots included
 */
function verify(string $ssResult, string $requestId, string $document, string $cas): array
{
    $json = base64_decode($ssResult, true);
    $result = $json === false ? null : json_decode($json, true);
    if (!is_array($result)) {
        throw new Refused('not a result');
    }
    if (($result['requestId'] ?? null) !== $requestId) {
        throw new Refused('the answer to another request');
    }
    if (($result['success'] ?? null) !== true) {
        throw new Refused('not signed: ' . json_encode($result['error'] ?? null));
    }
    $pem = $result['certificate']['certificatePem'] ?? null;
    $signature = base64_decode((string) ($result['signatureBase64'] ?? ''), true);
    $certificate = is_string($pem) ? openssl_x509_read($pem) : false;
    if ($certificate === false || $signature === false) {
        throw new Refused('no signature or no certificate in it');
    }
    $key = openssl_pkey_get_public($certificate);
    check_certificate($certificate, $key, $cas);
    // 1 is yes. 0 and -1 are both no, and -1 is true in an if.
    if (openssl_verify($document, $signature, $key, OPENSSL_ALGO_SHA256) !== 1) {
        throw new Refused('the signature is not one of this document');
    }
    return openssl_x509_parse($certificate);
}

function check_certificate(OpenSSLCertificate $certificate, OpenSSLAsymmetricKey $key, string $cas): void
{
    $details = openssl_pkey_get_details($key);
    if ($details['type'] === OPENSSL_KEYTYPE_RSA) {
        if ($details['bits'] < 2048) {
            throw new Refused('an RSA key that is too short');
        }
    } elseif ($details['type'] !== OPENSSL_KEYTYPE_EC) {
        throw new Refused('a key of another kind');
    }
    // Chain, dates and KeyUsage. ANY would let a web server's certificate through;
    // SMIME_SIGN wants emailProtection where purposes are named at all.
    if (openssl_x509_checkpurpose($certificate, X509_PURPOSE_SMIME_SIGN, [$cas]) !== true) {
        throw new Refused('the certificate is not from an accepted authority, not valid today, or not one for signatures');
    }
}

if (PHP_SAPI === 'cli' && realpath($argv[0]) === __FILE__) {
    [, $cas, $document, $requestId, $ssResult] = $argv;
    try {
        $fields = verify($ssResult, $requestId, file_get_contents($document), $cas);
    } catch (Refused $reason) {
        fwrite(STDERR, 'refused: ' . $reason->getMessage() . "\n");
        exit(1);
    }
    // The last common name is the person; others may be folders of a directory.
    $names = (array) ($fields['subject']['CN'] ?? $fields['name']);
    echo 'signed by ', end($names), "\n";
}
