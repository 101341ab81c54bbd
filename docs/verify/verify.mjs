// Verifies what SecureSign Desktop sent back, over the portal's own document.
//
// usage: node verify.mjs CAS.pem DOCUMENT REQUEST_ID SS_RESULT
//
// Node.js 18 or later, no packages. In your portal call verify() with what you kept in
// the visitor's session.
//
// What node:crypto cannot tell: KeyUsage (its `keyUsage` holds the extended one) and
// whether a certificate was revoked. Where you need them, ask
// `openssl verify -purpose smimesign -crl_check` as well.

import { X509Certificate, verify as verifySignature } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const LONGEST_CHAIN = 5;

export class Refused extends Error {}

/**
 * The certificate of whoever signed `document`; throws Refused.
 *
 * ssResult   the value of that field, decoded from the query or form
 * requestId  the one you made for this visitor, never the one in the answer
 * document   your own copy, as a Buffer; you asked for its SHA-256
 * cas        X509Certificates of the authorities that you accept
 */
export function verify(ssResult, requestId, document, cas) {
  const result = parse(ssResult);
  if (result.requestId !== requestId) throw new Refused('the answer to another request');
  if (result.success !== true) throw new Refused(`not signed: ${result.error}`);
  let certificate;
  try {
    certificate = new X509Certificate(result.certificate.certificatePem);
  } catch {
    throw new Refused('no certificate in it');
  }
  checkCertificate(certificate, cas);
  const signature = Buffer.from(String(result.signatureBase64), 'base64');
  // The name of the digest alone: RSA means PKCS#1 v1.5 and EC means DER, as we send them.
  if (!verifySignature('sha256', document, certificate.publicKey, signature)) {
    throw new Refused('the signature is not one of this document');
  }
  return certificate;
}

function parse(ssResult) {
  try {
    const result = JSON.parse(Buffer.from(ssResult, 'base64').toString('utf8'));
    if (result !== null && typeof result === 'object') return result;
  } catch {
    // Said below.
  }
  throw new Refused('not a result');
}

function checkCertificate(certificate, cas) {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = certificate.publicKey;
  if (kind === 'rsa') {
    if (details.modulusLength < 2048) throw new Refused('an RSA key that is too short');
  } else if (kind !== 'ec') {
    throw new Refused('a key of another kind');
  }
  const purposes = certificate.keyUsage;
  if (purposes?.length === 1 && purposes[0] === SERVER_AUTH) {
    throw new Refused("the certificate is a web server's");
  }
  checkChain(certificate, cas, LONGEST_CHAIN);
}

/** There is no path builder in node:crypto: each link by hand, up to a certificate that is its own issuer. */
function checkChain(certificate, cas, longest) {
  const now = Date.now();
  if (now < Date.parse(certificate.validFrom)) throw new Refused('a certificate is not valid yet');
  if (now > Date.parse(certificate.validTo)) throw new Refused('a certificate has expired');
  const issuer = cas.find(
    (ca) => ca.ca && certificate.checkIssued(ca) && certificate.verify(ca.publicKey),
  );
  if (!issuer || longest === 0) throw new Refused('the certificate is not from an accepted authority');
  if (!issuer.raw.equals(certificate.raw)) checkChain(issuer, cas, longest - 1);
}

function certificates(pem) {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [cas, document, requestId, ssResult] = process.argv.slice(2);
  try {
    const certificate = verify(
      ssResult,
      requestId,
      readFileSync(document),
      certificates(readFileSync(cas, 'utf8')),
    );
    // The last common name is the person; others may be folders of a directory.
    const names = certificate.subject.split('\n').filter((line) => line.startsWith('CN='));
    console.log('signed by', names.at(-1)?.slice(3) ?? certificate.subject);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(`refused: ${error.message}`);
    process.exit(1);
  }
}
