#!/usr/bin/env python3
"""What pyHanko finds in signed PDFs: judge.py ROOTS.pem FILE…

One line for each file: its name and a JSON object, with the newest signature last. Beside each
file it leaves FILE.cms, the newest signature, and FILE.octets, what that is over, for OpenSSL.
"""

import json
import logging
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext


def roots(path):
    with open(path, "rb") as file:
        for _, _, der in pem.unarmor(file.read(), multiple=True):
            yield x509.Certificate.load(der)


def stamp(status):
    return status.intact and status.valid and status.trusted


def told(embedded, context):
    usage = KeyUsageConstraints(key_usage={"digital_signature"})
    status = validate_pdf_signature(embedded, context(), key_usage_settings=usage)
    return {
        "field": embedded.field_name,
        "intact": status.intact,
        "valid": status.valid,
        "trusted": status.trusted,
        "coverage": status.coverage.name,
        "modification": status.modification_level and status.modification_level.name,
        "docmdp": status.docmdp_ok,
        "stamp": status.timestamp_validity and stamp(status.timestamp_validity),
    }


def judge(path, context):
    with open(path, "rb") as file:
        content = file.read()
    for strict in (True, False):
        with open(path, "rb") as file:
            try:
                reader = PdfFileReader(file, strict=strict)
                embedded = reader.embedded_signatures
                found = [told(one, context) for one in embedded]
            except Exception as error:  # whatever it stumbles over is its word
                failure = f"{type(error).__name__}: {error}"
                continue
            if embedded:
                newest = embedded[-1]
                with open(path + ".cms", "wb") as file:
                    file.write(newest.pkcs7_content)
                a, b, c, d = map(int, newest.byte_range)
                with open(path + ".octets", "wb") as file:
                    file.write(content[a : a + b] + content[c : c + d])
            return {"strict": strict, "signatures": found}
    return {"failure": failure}


def main():
    logging.disable(logging.CRITICAL)
    trusted = list(roots(sys.argv[1]))
    context = lambda: ValidationContext(trust_roots=trusted, allow_fetching=False)
    for path in sys.argv[2:]:
        print(path + "\t" + json.dumps(judge(path, context)))


main()
