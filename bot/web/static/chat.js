// The chat page: sends one message at a time, shows what is answered, asks for what comes later.
// Written for old phones: no library, nothing newer than ES2018.
"use strict";

(() => {
  const RETRY_SECONDS = [1, 2, 4, 8, 15];
  const REST_SECONDS = 30;
  const IDLE_MINUTES = 10;
  const WARN_SECONDS = 20;

  const body = document.body;
  const log = document.getElementById("log");
  const status = document.getElementById("status");
  const form = document.getElementById("form");
  const said = document.getElementById("said");
  const commune = body.dataset.commune;
  const sharedSeconds = Number(body.dataset.shared || 0);
  const words = {};
  document.getElementById("words").content.querySelectorAll("[data-word]").forEach((one) => {
    words[one.dataset.word] = one.textContent;
  });

  let session = null;
  let after = 0;
  let waiting = []; // messages that are not answered yet, the first one is on its way
  let busy = false;
  let touchedAt = Date.now();
  let generation = 0; // grows when everything is forgotten: answers to older questions are dropped

  // ---- what is kept in this browser: the session, never a word of the conversation ----

  const name = "ban-so:" + commune;
  const keep = (key, value) => {
    if (sharedSeconds) return;
    try { localStorage.setItem(key, JSON.stringify(value)); } catch (refused) { /* private mode: kept in memory */ }
  };
  const kept = (key) => {
    if (sharedSeconds) return null;
    try { return JSON.parse(localStorage.getItem(key)); } catch (refused) { return null; }
  };

  // ---- showing ----

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const paragraph = (marked) => {
    const made = element("p");
    marked.split("**").forEach((part, index, parts) => {
      const isBold = index % 2 === 1 && index < parts.length - 1;
      made.appendChild(isBold ? element("strong", "", part) : document.createTextNode(part));
    });
    return made;
  };

  const block = (className, speaker) => {
    const made = element("section", "said " + className);
    made.appendChild(element("h2", "hidden", speaker));
    log.appendChild(made);
    return made;
  };

  const showOwn = (text) => {
    const made = block("me", words.me);
    made.appendChild(element("p", "", text));
    made.scrollIntoView({ block: "nearest" });
    return made.querySelector("p");
  };

  const showAnswers = (out, takeFocus) => {
    if (!out.length) return;
    dropChoices();
    const made = block("bot", words.bot);
    made.tabIndex = -1;
    let choices = [];
    out.forEach((message) => {
      made.appendChild(paragraph(message.marked));
      if (message.choices.length) choices = message.choices;
    });
    if (choices.length) made.appendChild(choiceList(choices));
    if (takeFocus) made.focus({ preventScroll: true });
    made.scrollIntoView({ block: made.offsetHeight > innerHeight * 0.6 ? "start" : "nearest" });
  };

  const choiceList = (choices) => {
    const list = element("ol", "choices");
    choices.forEach((choice) => {
      const button = element("button", choice.n ? "" : "zero");
      button.type = "button";
      button.appendChild(element("span", "n", String(choice.n)));
      button.appendChild(element("span", "", choice.label));
      button.addEventListener("click", () => {
        list.querySelectorAll("button").forEach((one) => { one.disabled = true; });
        say({ action: choice.action }, choice.label, true);
      });
      list.appendChild(element("li")).appendChild(button);
    });
    return list;
  };

  const dropChoices = () => log.querySelectorAll(".choices").forEach((list) => list.remove());

  const tell = (text, isBad, button) => {
    status.textContent = text;
    status.classList.toggle("bad", Boolean(isBad));
    if (button) status.appendChild(button);
  };

  // ---- sending ----

  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const request = async (path, options) => {
    const response = await fetch(path, Object.assign({ credentials: "omit", cache: "no-store" }, options));
    const answer = await response.json();
    if (response.ok) return answer;
    const failure = new Error(answer.error);
    failure.sentence = answer.error;
    failure.isFinal = response.status >= 400 && response.status < 500 && response.status !== 429;
    throw failure;
  };

  const post = (path, content) =>
    request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });

  const say = (what, shown, takeFocus) => {
    const bubble = shown === null ? null : showOwn(shown);
    waiting.push({ message: Object.assign({ id: newId(), commune }, what), bubble, takeFocus, tries: 0 });
    sendNext();
  };

  const sendNext = async () => {
    if (busy || !waiting.length) return;
    busy = true;
    const born = generation;
    const one = waiting[0];
    tell(words.waiting);
    try {
      const answer = await post("/chat/api/messages", Object.assign({ session, after, shared: sharedSeconds > 0 }, one.message));
      if (born !== generation) return;
      waiting.shift();
      busy = false;
      tell("");
      if (one.bubble && one.message.text && answer.in !== one.message.text.trim()) one.bubble.textContent = answer.in;
      take(answer, one.takeFocus);
      if (!answer.out.length) tell(words.late);
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
      tell(failure.sentence, true);
      enableChoices();
      sendNext();
      return;
    }
    const pause = RETRY_SECONDS[one.tries];
    one.tries += 1;
    if (pause === undefined) {
      const button = element("button", "", words.again);
      button.type = "button";
      button.addEventListener("click", () => { one.tries = 0; sendNext(); });
      busy = false;
      tell(failure.sentence || words.weak, true, button);
      return;
    }
    busy = true;
    tell(failure.sentence || words.weak, true);
    await sleep(pause);
    if (born !== generation) return;
    busy = false;
    sendNext();
  };

  const enableChoices = () =>
    log.querySelectorAll(".choices button").forEach((one) => { one.disabled = false; });

  const take = (answer, takeFocus) => {
    session = answer.session;
    if (answer.after > after) {
      after = answer.after;
      showAnswers(answer.out, takeFocus);
    }
    keep(name, { session, after });
  };

  const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

  // ---- what comes later ----

  const isAwake = () => !document.hidden && Date.now() - touchedAt < IDLE_MINUTES * 60000;

  const listen = async () => {
    for (;;) {
      if (!session || busy || !isAwake()) {
        await sleep(1);
        continue;
      }
      const born = generation;
      try {
        const query = "?session=" + encodeURIComponent(session) + "&after=" + after;
        const answer = await request("/chat/api/messages" + query);
        if (born === generation && !busy && answer.out.length) {
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
    const button = element("button", "", words.anew);
    button.type = "button";
    const made = element("section", "said bot");
    made.appendChild(element("p", "", words.gone));
    const list = element("ol", "choices");
    list.appendChild(element("li")).appendChild(button);
    made.appendChild(list);
    log.appendChild(made);
    button.addEventListener("click", () => { log.textContent = ""; begin(); });
    button.focus();
  };

  const watch = () => {
    const left = sharedSeconds - (Date.now() - touchedAt) / 1000;
    if (!session) return;
    if (left <= 0) rest();
    else if (left <= WARN_SECONDS) tell(words.soon.replace("%", Math.ceil(left)), true);
  };

  const touch = () => {
    const wasWarned = sharedSeconds && Date.now() - touchedAt > (sharedSeconds - WARN_SECONDS) * 1000;
    touchedAt = Date.now();
    if (wasWarned && session) tell("");
  };

  // ---- beginning ----

  const begin = () => {
    touchedAt = Date.now();
    const code = body.dataset.code;
    const before = kept(name);
    if (before && before.session && !code) {
      session = before.session;
      after = before.after || 0;
      say({ action: "again" }, null, false);
    } else {
      say({ action: code ? "start:j_" + code : "start" }, null, false);
      body.dataset.code = "";
    }
  };

  const setSize = (size) => {
    if (size) document.documentElement.dataset.size = size;
    else delete document.documentElement.dataset.size;
    keep("ban-so:size", size);
  };

  document.getElementById("size").addEventListener("click", () =>
    setSize((Number(document.documentElement.dataset.size || 0) + 1) % 3));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = said.value.trim();
    if (!text) return;
    said.value = "";
    log.querySelectorAll(".choices button").forEach((one) => { one.disabled = true; });
    say({ text }, text, false);
  });
  ["pointerdown", "keydown", "scroll"].forEach((kind) => addEventListener(kind, touch, { passive: true }));

  if (sharedSeconds) {
    document.getElementById("finish").addEventListener("click", rest);
    setInterval(watch, 500);
    addEventListener("pagehide", forget);
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }
  setSize(kept("ban-so:size") || 0);
  begin();
  listen();
})();
