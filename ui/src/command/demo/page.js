"use strict";
const sign = document.getElementById("sign");
const command = document.getElementById("command");

// Each request can be used only once.
function refresh() {
  const random = crypto.getRandomValues(new Uint8Array(8));
  const id = "demo-" + Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const before = sign.getAttribute("href");
  const link = before.replace(/requestId=[^&]*/, "requestId=" + id);
  sign.setAttribute("href", link);
  command.textContent = command.textContent.replace(before, link);
}

// As a portal reads it.
function read(address) {
  const packed = new URL(address.trim()).searchParams.get("ss_result");
  if (packed === null) throw new Error("There is no ss_result in it.");
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

sign.addEventListener("click", () => setTimeout(refresh));
document.getElementById("fresh").addEventListener("click", refresh);
document.getElementById("address").addEventListener("input", (event) => {
  const shown = document.getElementById("result");
  try {
    shown.textContent = JSON.stringify(read(event.target.value), null, 2);
  } catch (error) {
    shown.textContent = "This is not what comes back: " + error.message;
  }
});
refresh();
