// The code of a class: asks for the next one in time, and never shows one as good that is not.
"use strict";

(() => {
  const find = (id) => document.getElementById(id);
  const screen = find("screen");
  const PATIENCE = 4000; // an answer may take so long before the code is called old; the server takes it a minute more
  const refresh = Number(screen.dataset.refresh) * 1000;
  let goodUntil = Date.now() + Number(screen.dataset.left) * 1000;
  let timer = 0, lock = null;

  function tick() {
    const left = goodUntil - Date.now();
    find("left").textContent = Math.max(0, Math.ceil(left / 1000));
    find("stale").hidden = left > -PATIENCE;
  }
  function show(fresh) {
    const parts = find("code").children;
    fresh.code.split(" ").forEach((part, number) => { parts[number].textContent = part; });
    find("drawing").setAttribute("viewBox", fresh.box);
    find("path").setAttribute("d", fresh.path);
    find("seats").textContent = fresh.seats;
  }
  async function ask() {
    clearTimeout(timer);
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), refresh);
    try {
      const asked = Date.now();
      const answer = await fetch(screen.dataset.fresh, { cache: "no-store", signal: stop.signal });
      if (answer.ok) {
        const fresh = await answer.json();
        if (fresh.standing !== "open") location.reload();
        else {
          show(fresh);
          goodUntil = asked + fresh.left * 1000; // counted from the question: never longer than it is
        }
      }
    } catch (error) {
      // No network: what stands there grows old, and says so.
    }
    clearTimeout(late);
    tick();
    const left = goodUntil - Date.now();
    timer = setTimeout(ask, left > 0 ? Math.min(refresh, left + 200) : 2000);
  }
  // A phone that is held up goes dark after half a minute otherwise.
  async function stayAwake() {
    if (!navigator.wakeLock || document.hidden) return;
    try {
      lock = await navigator.wakeLock.request("screen");
    } catch (error) {
      lock = null; // an empty battery, or a browser that does not want to
    }
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    tick();
    ask();
    stayAwake();
  });
  setInterval(tick, 500);
  tick();
  timer = setTimeout(ask, Math.min(refresh, Math.max(200, goodUntil - Date.now() + 200)));
  stayAwake();
})();
