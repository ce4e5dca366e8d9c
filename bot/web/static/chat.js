// The chat page: sends one message at a time, shows what is answered, asks for what comes later.
// Written for old phones: no library, nothing newer than ES2018.
"use strict";

(() => {
  const RETRY_SECONDS = [1, 2, 4, 8, 15];
  const POST_SECONDS = 15; // the server answers within 5
  const POLL_SECONDS = 40; // the server answers within 25
  const REST_SECONDS = 30;
  const IDLE_MINUTES = 10;
  const WARN_SECONDS = 20;
  const GAP = 10; // pixels of air above the newest words
  const REACH_MS = 300; // a finger that comes down so soon was aimed at what the bar has just covered
  const AGAIN = "again";
  const LARGER = /^(chữ\s+)?(to|lớn)(\s+(hơn|lên))+$/i;

  const body = document.body;
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const log = find("log"), strip = find("strip"), status = find("status"), again = find("again");
  const more = find("more"), said = find("said");
  const commune = body.dataset.commune;
  const sharedSeconds = Number(body.dataset.shared || 0);
  const words = {};
  find("words").content.querySelectorAll("[data-word]").forEach((one) => {
    words[one.dataset.word] = one.textContent;
  });

  let session = null;
  let after = 0;
  let waiting = []; // messages that are not answered yet, the first one is on its way
  let busy = false;
  let touchedAt = Date.now();
  let generation = 0; // grows when everything is forgotten: answers to older questions are dropped
  let wake = null; // ends the pause before the next try

  const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

  // ---- what is kept in this browser: the session, never a word of the conversation ----

  const name = "ban-so:" + commune;
  const keep = (key, value) => {
    if (sharedSeconds) return;
    try { localStorage.setItem(key, JSON.stringify(value)); } catch (refused) { /* kept in memory only */ }
  };
  const kept = (key) => {
    if (sharedSeconds) return null;
    try { return JSON.parse(localStorage.getItem(key)); } catch (refused) { return null; }
  };

  // ---- showing ----

  const element = window.BanSoBubble.element;
  let hasVoice = false;
  window.BanSoSpeech.whenKnown((has) => { hasVoice = has; });
  const bubble = (message) => window.BanSoBubble.make(message, words, hasVoice);

  const block = (className, speaker) => {
    const made = element("section", "said " + className);
    made.appendChild(element("h2", "hidden", speaker));
    return made;
  };

  const showOwn = (text) => {
    const made = block("me unsent", words.me);
    made.appendChild(element("div", "bubble")).appendChild(element("p", "", text));
    log.appendChild(made);
    made.scrollIntoView({ block: "nearest" });
    return made;
  };

  const showAnswers = (out, takeFocus) => {
    if (!out.length) return;
    log.querySelectorAll(".choices").forEach((list) => list.remove());
    log.querySelectorAll(".now").forEach((one) => { one.className = "said bot old"; });
    const made = block("bot now", words.bot);
    made.tabIndex = -1;
    out.forEach((message) => made.appendChild(bubble(message)));
    const last = out.filter((message) => message.choices.length).pop();
    if (last) made.appendChild(choiceList(last.choices, window.BanSoBubble.isStep(last.marked)));
    log.appendChild(made);
    if (takeFocus) made.focus({ preventScroll: true });
    bringIntoView(made);
  };

  // The first new words must be seen, however long the answer is; the question above them when it fits.
  const bringIntoView = (made) => {
    const asked = made.previousElementSibling;
    if (!asked) return scrollTo(0, 0); // whose page this is, and that it is a machine
    const bar = find("notice") || document.querySelector(".bar");
    const above = (getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0) + GAP;
    const room = strip.getBoundingClientRect().top - above - GAP;
    const top = (one) => one.getBoundingClientRect().top;
    const fits = asked.matches(".me") && made.getBoundingClientRect().bottom - top(asked) <= room;
    scrollTo(0, scrollY + top(fits ? asked : made) - above);
  };

  const choiceList = (choices, isStep) => {
    const list = element("ul", isStep ? "choices steps" : "choices");
    list.setAttribute("role", "list");
    choices.forEach((choice, index) => {
      const button = element("button", isStep && !index ? "first" : choice.n ? "" : "zero");
      button.type = "button";
      button.appendChild(element("span", "n", String(choice.n)));
      button.appendChild(document.createTextNode(" "));
      button.appendChild(element("span", "label", choice.label));
      button.addEventListener("click", () => {
        if (list.classList.contains("sent")) return;
        lock(true);
        say({ action: choice.action }, choice.label, true);
      });
      list.appendChild(element("li", index && choice.n ? "" : "whole")).appendChild(button);
    });
    return list;
  };

  // Not "disabled": the focus must not fall out of the conversation while the answer is on its way.
  const lock = (isSent) => {
    log.querySelectorAll(".choices").forEach((list) => list.classList.toggle("sent", isSent));
    log.querySelectorAll(".choices button").forEach((one) => one.setAttribute("aria-disabled", String(isSent)));
  };

  const tell = (text, isBad, isStuck) => {
    if (status.textContent !== text) status.textContent = text;
    strip.classList.toggle("bad", Boolean(isBad));
    if (isStuck && log.lastElementChild) log.lastElementChild.scrollIntoView({ block: "nearest" });
    if (!isStuck && document.activeElement === again) log.focus({ preventScroll: true });
    again.hidden = !isStuck;
    body.dataset.state = isStuck ? "stuck" : waiting.length ? "busy" : "still";
  };

  // ---- sending ----

  const newId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const request = async (path, options, seconds) => {
    const ending = typeof AbortController === "function" ? new AbortController() : { abort() {} };
    const given = Object.assign({ credentials: "omit", cache: "no-store", signal: ending.signal }, options);
    let timer;
    const end = new Promise((_, reject) => {
      timer = setTimeout(() => { reject(new Error("slow")); ending.abort(); }, seconds * 1000);
    });
    try {
      const response = await Promise.race([fetch(path, given), end]);
      const answer = await Promise.race([response.json(), end]);
      if (response.ok) return answer;
      const failure = new Error(answer.error);
      failure.sentence = answer.error;
      failure.isFinal = response.status >= 400 && response.status < 500 && response.status !== 429;
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  };

  const post = (path, content) =>
    request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) }, POST_SECONDS);

  const say = (what, shown, takeFocus) => {
    const own = shown === null ? null : showOwn(shown);
    waiting.push({ message: Object.assign({ id: newId(), commune }, what), own, takeFocus, tries: 0 });
    sendNext();
  };

  const sendNext = async () => {
    if (busy || !waiting.length) return;
    busy = true;
    const born = generation;
    const one = waiting[0];
    tell(one.tries ? words.weak : words.waiting, one.tries > 0, one.tries > 0);
    try {
      const answer = await post("/chat/api/messages", Object.assign({ session, after, shared: sharedSeconds > 0 }, one.message));
      if (born !== generation) return;
      busy = false;
      waiting.shift();
      if (one.own) one.own.classList.remove("unsent");
      if (one.own && one.message.text && answer.in !== one.message.text) one.own.querySelector("p").textContent = answer.in;
      take(answer, one.takeFocus);
      tell(answer.out.length || waiting.length ? "" : words.late);
      sendNext();
    } catch (failure) {
      if (born !== generation) return;
      busy = false;
      await handleFailure(one, failure, born);
    }
  };

  const handleFailure = async (one, failure, born) => {
    if (failure.isFinal) {
      waiting.shift();
      if (one.message.action === AGAIN) { // what this browser kept is no session of theirs
        session = null;
        keep(name, null);
        begin();
        return;
      }
      tell(failure.sentence, true);
      lock(false);
      sendNext();
      return;
    }
    const pause = RETRY_SECONDS[one.tries];
    one.tries += 1;
    tell(failure.sentence || (pause ? words.weak : words.stopped), true, true);
    busy = true;
    await Promise.race([pause ? sleep(pause) : new Promise(() => {}), new Promise((resolve) => { wake = resolve; })]);
    if (born !== generation) return;
    busy = false;
    sendNext();
  };

  const tryNow = () => {
    if (waiting.length) waiting[0].tries = 1;
    if (wake) wake();
    wake = null;
  };

  const take = (answer, takeFocus) => {
    session = answer.session;
    after = answer.after;
    keep(name, { session, after });
    showAnswers(answer.out, takeFocus);
  };

  // ---- what comes later ----

  const isAwake = () => !document.hidden && Date.now() - touchedAt < IDLE_MINUTES * 60000;

  const listen = async () => {
    for (;;) {
      if (!session || busy || !isAwake()) {
        await sleep(1);
        continue;
      }
      const born = generation, asked = after;
      const query = "?session=" + encodeURIComponent(session) + "&after=" + asked + (sharedSeconds ? "&shared=1" : "");
      try {
        const answer = await request("/chat/api/messages" + query, {}, POLL_SECONDS);
        if (born === generation && asked === after && !busy && answer.out.length) {
          tell("");
          take(answer, false);
        }
      } catch (failure) {
        await sleep(REST_SECONDS);
      }
    }
  };

  // ---- a computer that many use ----

  const forget = () => {
    window.BanSoBubble.hush();
    const old = session;
    generation += 1;
    session = null;
    after = 0;
    waiting = [];
    busy = false;
    log.textContent = "";
    said.value = "";
    tell("");
    if (old) {
      const content = JSON.stringify({ session: old });
      if (!navigator.sendBeacon || !navigator.sendBeacon("/chat/api/forget", content)) {
        post("/chat/api/forget", { session: old }).catch(() => {});
      }
    }
  };

  const rest = () => {
    forget();
    const made = block("bot now", words.bot);
    made.appendChild(bubble({ marked: words.gone }));
    const button = element("button", "first go", words.anew);
    button.type = "button";
    button.addEventListener("click", () => { log.textContent = ""; log.focus(); begin(); });
    made.appendChild(element("ul", "choices steps")).appendChild(element("li", "whole")).appendChild(button);
    log.appendChild(made);
    button.focus();
  };

  const watch = () => {
    if (!session) return;
    const left = sharedSeconds - (Date.now() - touchedAt) / 1000;
    if (left <= 0) return rest();
    const seconds = status.querySelector("b");
    if (left > WARN_SECONDS) {
      if (seconds) tell("");
      return;
    }
    if (seconds) {
      seconds.textContent = Math.ceil(left);
      return;
    }
    tell("", true);
    const parts = words.soon.split("%"); // read out once; the number that runs is for the eyes
    status.appendChild(document.createTextNode(parts[0]));
    status.appendChild(element("b", "", String(Math.ceil(left)))).setAttribute("aria-hidden", "true");
    status.appendChild(document.createTextNode(parts[1]));
  };

  // ---- beginning ----

  const begin = () => {
    touchedAt = Date.now();
    const code = body.dataset.code, place = body.dataset.place;
    const before = kept(name);
    if (place) { // a page or a sheet of paper led here: its guide opens in the conversation that there is
      session = before && before.session ? before.session : null;
      after = session ? before.after || 0 : 0;
      say({ action: "start:" + place }, null, false);
      history.replaceState(null, "", location.pathname + (sharedSeconds ? "?may-chung=1" : ""));
      body.dataset.place = "";
    } else if (before && before.session && !code) {
      session = before.session;
      after = before.after || 0;
      say({ action: AGAIN }, null, false);
    } else {
      say({ action: code ? "start:j_" + code : "start" }, null, false);
      if (code) history.replaceState(null, "", location.pathname + (sharedSeconds ? "?may-chung=1" : "")); // it works only once
      body.dataset.code = "";
    }
  };

  const setSize = (size) => {
    if (size) root.dataset.size = size;
    else delete root.dataset.size;
    keep("ban-so:size", size);
  };

  find("size").addEventListener("click", () => {
    const size = (Number(root.dataset.size || 0) + 1) % 3;
    setSize(size);
    if (body.dataset.state === "still") {
      tell(words["size" + size]);
      sleep(3).then(() => { if (status.textContent === words["size" + size]) tell(""); });
    }
    const newest = log.querySelector(".now");
    if (newest) bringIntoView(newest);
  });
  find("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = said.value.trim();
    if (!text) return;
    said.value = "";
    // Room for the answer: the keyboard goes, unless it is one digit after the other.
    if (matchMedia("(hover: none)").matches && !/^\d+$/.test(text)) said.blur();
    lock(true);
    if (LARGER.test(text)) setSize(Math.min(Number(root.dataset.size || 0) + 1, 2));
    say({ text }, text, false);
  });
  again.addEventListener("click", tryNow);
  addEventListener("online", tryNow);
  let coveredAt = 0;
  more.addEventListener("click", () => { if (Date.now() - coveredAt >= REACH_MS) scrollBy(0, innerHeight / 2); });
  const showMore = () => {
    const newest = log.querySelector(".now");
    const isAll = !newest || newest.getBoundingClientRect().bottom <= strip.getBoundingClientRect().top + 8;
    if (more.hidden && !isAll) coveredAt = Date.now();
    more.hidden = isAll;
  };
  // At its end a page that gets shorter slides down, and whoever presses has let go of another thing: the foot
  // loses a line when the focus leaves the input, or when a sentence goes. So until the click it stays as long.
  const hold = () => { if (root.scrollHeight > root.clientHeight) body.style.minHeight = root.scrollHeight + "px"; };
  const letGo = () => { body.style.minHeight = ""; };
  ["pointerdown", "mousedown"].forEach((kind) => addEventListener(kind, hold, true));
  ["click", "pointercancel"].forEach((kind) => addEventListener(kind, letGo, true));
  ["scroll", "resize"].forEach((kind) => addEventListener(kind, showMore, { passive: true }));
  new MutationObserver(showMore).observe(body, { attributes: true, childList: true, subtree: true, attributeFilter: ["data-size", "data-state"] });
  ["pointerdown", "keydown", "wheel"].forEach((kind) =>
    addEventListener(kind, () => { touchedAt = Date.now(); }, { passive: true }));
  if (parent !== window) {
    addEventListener("keydown", (event) => { if (event.key === "Escape") parent.postMessage("ban-so:close", "*"); });
  }
  if (sharedSeconds) {
    find("finish").addEventListener("click", rest);
    setInterval(watch, 500);
    addEventListener("pagehide", forget);
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }
  setSize(kept("ban-so:size") || 0);
  begin();
  listen();
})();
