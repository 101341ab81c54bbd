#!/usr/bin/env python3
"""What signxml finds in signed XML documents: judge-xml.py ROOT.pem FILE…

A line for each: its name, and "good" or what it stumbles over.
"""

import sys

from signxml import SignatureConfiguration, XMLVerifier

for path in sys.argv[2:]:
    with open(path, "rb") as file:
        content = file.read()
    # Any place in the document.
    expected = SignatureConfiguration(location=".//", expect_references=True)
    try:
        XMLVerifier().verify(content, ca_pem_file=sys.argv[1], expect_config=expected)
        print(f"{path}\tgood")
    except Exception as error:  # whatever it stumbles over is its word
        print(f"{path}\t{type(error).__name__}: {error}")
