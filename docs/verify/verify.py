"""Verifies what SecureSign Desktop sent back, over the portal's own document.

usage: verify.py CAS.pem DOCUMENT REQUEST_ID SS_RESULT

Python 3.9 or later with `cryptography` 45 or later (pip install cryptography).
In your portal call verify() with what you kept in the visitor's session.
"""

import base64
import datetime
import json
import sys

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError


class Refused(Exception):
    """The answer does not prove what it should."""


def verify(ss_result, request_id, document, cas):
    """The certificate of whoever signed `document`; raises Refused.

    ss_result    the value of that field, decoded from the query or form
    request_id   the one you made for this visitor, never the one in the answer
    document     your own copy, as bytes; you asked for its SHA-256
    cas          certificates of the authorities that you accept
    """
    try:
        result = json.loads(base64.b64decode(ss_result, validate=True))
        success, answered = result["success"], result["requestId"]
    except (ValueError, KeyError, TypeError):
        raise Refused("not a result") from None
    if answered != request_id:
        raise Refused("the answer to another request")
    if success is not True:
        raise Refused(f"not signed: {result.get('error')}")
    try:
        signature = base64.b64decode(result["signatureBase64"], validate=True)
        certificate = x509.load_pem_x509_certificate(result["certificate"]["certificatePem"].encode())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused("no signature or no certificate in it") from None
    check_certificate(certificate, cas)
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, document, padding.PKCS1v15(), hashes.SHA256())
        else:
            key.verify(signature, document, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Refused("the signature is not one of this document") from None
    return certificate


def check_certificate(certificate, cas):
    """Issued by one of `cas`, valid today, and meant for signatures."""
    key = certificate.public_key()
    # The path builder takes an RSA key of any size.
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < 2048:
            raise Refused("an RSA key that is too short")
    elif not isinstance(key, ec.EllipticCurvePublicKey):
        raise Refused("a key of another kind")
    # Its rules for certificates of persons ask for an e-mail address or clientAuth, which
    # certificates for signatures need not have: so those of the end entity are ours.
    policy = PolicyBuilder().store(Store(cas)).time(datetime.datetime.now(datetime.timezone.utc))
    policy = policy.extension_policies(
        ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all()
    )
    try:
        policy.build_client_verifier().verify(certificate, [])
    except VerificationError as error:
        raise Refused(f"the certificate is not accepted: {error}") from None
    usage = extension(certificate, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise Refused("the certificate is not one for signatures")
    purposes = extension(certificate, x509.ExtendedKeyUsage)
    if purposes is not None and set(purposes) == {ExtendedKeyUsageOID.SERVER_AUTH}:
        raise Refused("the certificate is a web server's")


def extension(certificate, kind):
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def main():
    cas_file, document_file, request_id, ss_result = sys.argv[1:]
    with open(cas_file, "rb") as file:
        cas = x509.load_pem_x509_certificates(file.read())
    with open(document_file, "rb") as file:
        document = file.read()
    try:
        certificate = verify(ss_result, request_id, document, cas)
    except Refused as reason:
        sys.exit(f"refused: {reason}")
    # The last common name is the person; others may be folders of a directory.
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    print("signed by", names[-1].value if names else certificate.subject.rfc4514_string())


if __name__ == "__main__":
    main()
