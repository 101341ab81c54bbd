"""A portal as small as can be: asks for signatures, and lets OpenSSL judge them.

usage: portal.py FOLDER

Writes documents and signatures into FOLDER. Says what happens on standard output,
a JSON object a line; the first one names the port.
"""
import base64
import hashlib
import html
import http.server
import json
import os
import secrets
import subprocess
import sys
import urllib.parse
import uuid

FOLDER = sys.argv[1]
KEY = "ss_test_" + "k" * 24
PAGE = """<!doctype html><meta charset="utf-8"><title>{title}</title>
<style>
  body {{ margin: 0; font: 20px sans-serif; text-align: center }}
  a {{ position: fixed; inset: 5em 1em 1em; background: #1a56db; color: white; display: grid;
      place-items: center; font-size: 2em; text-decoration: none }}
</style>
<h1>{title}</h1>
<a href="{link}">Sign with DSC</a>
<script>
  // One after the other, so that they arrive in the order in which they happened.
  let told = Promise.resolve();
  const tell = event => told = told.then(() => fetch(`/${{event}}?{query}`, {{ method: "POST" }}));
  // Drawn, too: a click before that is lost.
  onload = () => requestAnimationFrame(() => requestAnimationFrame(() => tell("shown")));
  onclick = () => tell("clicked");
  onblur = () => tell("left");
  onfocus = () => tell("back");
</script>
"""

# What was asked for and has not been answered: request id -> visitor, document, digest.
waiting = {}


class Portal(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, strict_parsing=bool(url.query)))
        if url.path == "/":
            self.show("Tender 4711")
        elif url.path == "/callback":
            self.show(self.answered(query))
        else:
            self.send_error(404)

    def do_POST(self):
        """The page tells what happens to it."""
        url = urllib.parse.urlsplit(self.path)
        tell(url.path.strip("/"), **dict(urllib.parse.parse_qsl(url.query)))
        self.send_response(204)
        self.end_headers()

    def show(self, title):
        """A page that asks for the next signature."""
        visitor = self.visitor() or secrets.token_hex(16)
        page = PAGE.format(
            title=html.escape(title),
            link=html.escape(ask(visitor)),
            query=urllib.parse.urlencode({"title": title}),
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Set-Cookie", f"visitor={visitor}; HttpOnly; SameSite=Lax")
        self.end_headers()
        self.wfile.write(page)

    def answered(self, query):
        """Takes in a result; the title of the page that thanks for it."""
        result = json.loads(base64.b64decode(query["ss_result"], validate=True))
        asked = waiting.pop(result["requestId"], None)
        if asked is None or query["request"] != result["requestId"] or other_digest(result, asked):
            tell("strange", result=result)
            return "Nobody asked for this"
        verified, said = verify(result, asked["document"]) if result["success"] else (False, "")
        same = self.visitor() == asked["visitor"]
        tell("callback", result=result, verified=verified, openssl=said, same_browser=same)
        return "Verified" if verified else "Not signed"

    def visitor(self):
        """Who the browser says it is: only the one that saw the first page knows."""
        name, _, value = self.headers.get("Cookie", "").partition("=")
        return value if name == "visitor" else None

    def log_message(self, form, *values):
        sys.stderr.write(form % values + "\n")


def ask(visitor):
    """The link that asks for a signature under a new document."""
    request = str(uuid.uuid4())
    document = os.path.join(FOLDER, request)
    offer = b"Offer for tender 4711.\n" + secrets.token_bytes(5000)
    with open(document, "wb") as file:
        file.write(offer)
    digest = base64.b64encode(hashlib.sha256(offer).digest()).decode()
    waiting[request] = {"visitor": visitor, "document": document, "digest": digest}
    callback = f"http://localhost:{server.server_port}/callback?" + urllib.parse.urlencode({"request": request})
    return "securesign://sign?" + urllib.parse.urlencode({
        "requestId": request,
        "hashBase64": digest,
        "hashAlgo": "SHA256",
        "documentType": "hash",
        "callbackUrl": callback,
        "apiKey": KEY,
    })


def other_digest(result, asked):
    """A signature that says of itself that it is under something else."""
    said = result.get("hashAlgo"), result.get("hashBase64")
    return result["success"] and said != ("SHA256", asked["digest"])


def verify(result, document):
    """OpenSSL's word on the signature under our own copy of the document."""
    signature, certificate = document + ".signature", document + ".certificate"
    with open(signature, "wb") as file:
        file.write(base64.b64decode(result["signatureBase64"], validate=True))
    with open(certificate, "w") as file:
        file.write(result["certificate"]["certificatePem"])
    key = document + ".key"
    subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey", "-out", key], check=True)
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", key, "-signature", signature, document],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    return done.returncode == 0, done.stdout.strip()


def tell(event, **more):
    line = json.dumps({"event": event, **more}) + "\n"
    for stream in sys.stdout, sys.stderr:
        # In one piece: requests are served side by side.
        stream.write(line)
        stream.flush()


server = http.server.ThreadingHTTPServer(("localhost", 0), Portal)
tell("listening", port=server.server_port)
server.serve_forever()
