// SecureSign for web pages: build a link, notice that nothing opened, read the result.
// An ES module without dependencies; see docs/integrate.md. What it reads is for display:
// a signature is verified on the portal's server, over the portal's own document.

/** The digest of a document (Blob, ArrayBuffer or typed array) as links want it: base64 of SHA-256. */
export async function digest(document) {
  const bytes = document instanceof Blob ? await document.arrayBuffer() : document;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return btoa(String.fromCharCode(...hash));
}

/**
 * A securesign:// link: { requestId, hashBase64, hashAlgo?, documentType?, callbackUrl, apiKey, … }.
 * Links that were made by /v1/auth/session are whole already.
 */
export function link(request) {
  const all = { hashAlgo: "SHA256", documentType: "hash", ...request };
  for (const name of ["requestId", "callbackUrl", "apiKey"]) {
    if (!all[name]) throw new TypeError(`${name} is missing`);
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) {
    if (value === undefined || value === null) continue;
    query.append(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  return `securesign://sign?${query}`;
}

/**
 * Calls nothing() where a click on `anchor` seems to have opened nothing. No browser tells a page
 * whether a program was started: what it sees is that it loses the focus, or is hidden, when one
 * comes up, or when the browser asks whether it may open the link. So this is a guess, to be shown
 * as one: SS_APP_NOT_INSTALLED. Returns a function that takes the listeners away.
 */
export function whenNothingOpens(anchor, nothing, milliseconds = 4000) {
  let timer;
  const left = () => clearTimeout(timer);
  const clicked = () => {
    clearTimeout(timer);
    timer = setTimeout(nothing, milliseconds);
  };
  const hidden = () => document.hidden && left();
  anchor.addEventListener("click", clicked);
  window.addEventListener("blur", left);
  document.addEventListener("visibilitychange", hidden);
  return () => {
    left();
    anchor.removeEventListener("click", clicked);
    window.removeEventListener("blur", left);
    document.removeEventListener("visibilitychange", hidden);
  };
}

/** The result in a callback's URL, or null where there is none that can be read. */
export function result(url) {
  const text = new URL(url, "https://callback.invalid").searchParams.get("ss_result");
  if (text === null) return null;
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const read = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof read === "object" && !Array.isArray(read) ? read : null;
  } catch {
    return null;
  }
}
