// The sample portal's page. Everything works without it but a file, and the time-outs.
import { whenNothingOpens } from "./securesign.js";

const show = (id) => (document.getElementById(id).hidden = false);

const file = document.getElementById("file");
file?.addEventListener("change", async () => {
  const reply = await fetch("documents", { method: "POST", body: file.files[0] });
  if (reply.ok) location.href = (await reply.json()).page;
  else show("too-large");
});

const sign = document.getElementById("sign");
if (sign) {
  whenNothingOpens(sign, () => show("not-installed"));
  // The answer may come in another tab, or never.
  const poll = setInterval(async () => {
    const reply = await fetch(sign.dataset.state);
    const state = reply.ok ? (await reply.json()).state : "unknown";
    if (state === "waiting") return;
    clearInterval(poll);
    sign.hidden = true;
    show(state === "answered" ? "answered" : "expired");
  }, 2000);
}
