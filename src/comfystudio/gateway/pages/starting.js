"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const bar = at("bar");
  const started = performance.now();
  let shown = JSON.parse(at("first").textContent);
  let since = shown.seconds === null ? null : started - shown.seconds * 1000;

  const say = (id, text) => {
    if (at(id).textContent !== text) at(id).textContent = text;
    at(id).hidden = !text;
  };

  const show = (status) => {
    shown = status;
    say("title", status.title);
    document.title = `${status.title} · ComfyStudio`;
    say("sentence", status.sentence);
    say("error", status.error || "");
    say("start", status.start);
    at("start").hidden = !status.can_start;
    bar.hidden = !status.under_way;
    const share = status.progress;
    bar.classList.toggle("unknown", share === null);
    bar.firstElementChild.style.width = share === null ? "" : `${Math.round(share * 100)}%`;
    if (share === null) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    since = status.seconds === null ? null : performance.now() - status.seconds * 1000;
    tick();
  };

  const tick = () => {
    const under = shown.under_way && since !== null;
    say("small", under ? `${Math.max(0, Math.round((performance.now() - since) / 1000))} s` : "");
  };

  const ask = async (path, method) => {
    const answer = await fetch(path, { method, cache: "no-store", headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403 || answer.status === 421) location.reload();
    const status = await answer.json();
    if (status.state === "ready") location.reload();
    else if (status.title) show(status);
    else say("sentence", status.sentence || "");
  };

  const loop = async () => {
    try {
      await ask("/.comfystudio/status", "GET");
    } catch {
      // The studio is restarting or the network is away: ask again.
    }
    setTimeout(loop, document.hidden ? 3000 : 500);
  };

  at("start").addEventListener("click", () => {
    at("start").hidden = true;
    ask("/.comfystudio/start", "POST").catch(() => { at("start").hidden = false; });
  });
  show(shown);
  setInterval(tick, 1000);
  setTimeout(loop, shown.wait || 300);
})();
