// One message as people see it: words with names of buttons in bold, links, a picture, a sound.
"use strict";

window.BanSoBubble = (() => {
  const STEP = /^\*\*\D*(\d+)\/(\d+)\D*\*\*/; // "**Bước 3/8.** …"
  const LINK = /(https?:\/\/[^\s]+)/;

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // Links were looked at before they were sent: only official pages and our own are left.
  const link = (address, words) => {
    const isOurs = address.startsWith(location.origin + "/");
    const made = element("a", isOurs ? "page" : "", isOurs ? words.page : address);
    made.href = address;
    made.target = "_blank";
    made.rel = "noopener";
    return made;
  };

  const fill = (made, marked, words) => {
    marked.split("**").forEach((part, index, parts) => {
      const isBold = index % 2 === 1 && index < parts.length - 1;
      if (isBold) return made.appendChild(element("strong", "", part));
      part.split(LINK).forEach((piece, place) => {
        made.appendChild(place % 2 ? link(piece, words) : document.createTextNode(piece));
      });
    });
    return made;
  };

  const picture = (media) => {
    const made = element("img", "screen");
    made.src = media.src;
    made.alt = media.words;
    made.width = 640;
    made.addEventListener("error", () => made.replaceWith(element("p", "twin", media.words)));
    return made;
  };

  const sound = (media) => {
    const made = element("audio", "sound");
    made.src = media.src;
    made.controls = true;
    made.preload = "none";
    made.setAttribute("aria-label", media.words);
    return made;
  };

  const listenButton = (marked, words) => {
    const made = element("button", "listen", words.listen);
    made.type = "button";
    made.addEventListener("click", () => {
      const wasPlaying = made.classList.contains("playing");
      const over = () => { made.classList.remove("playing"); made.textContent = words.listen; };
      if (wasPlaying) { window.BanSoSpeech.stop(); return over(); }
      window.BanSoSpeech.say(marked.replace(/\*\*/g, ""), over);
      made.classList.add("playing");
      made.textContent = words.stop;
    });
    return made;
  };

  // `hasVoice`: this browser can read Vietnamese aloud, so each step gets a button for it.
  const make = (message, words, hasVoice) => {
    const marked = message.marked;
    const made = element("div", "bubble");
    const step = STEP.exec(marked);
    if (step) {
      const meter = made.appendChild(element("div", "meter"));
      meter.setAttribute("aria-hidden", "true"); // the words say it
      meter.appendChild(element("i")).style.width = (100 * step[1]) / step[2] + "%";
    }
    let list = null;
    marked.split("\n").filter(Boolean).forEach((line) => {
      const isItem = line.startsWith("• ");
      if (isItem) fill((list = list || made.appendChild(element("ul"))).appendChild(element("li")), line.slice(2), words);
      else fill(made.appendChild(element("p")), line, words);
      if (!isItem) list = null;
    });
    if (message.media) made.appendChild(message.media.kind === "sound" ? sound(message.media) : picture(message.media));
    if (step && hasVoice) made.appendChild(listenButton(marked, words));
    return made;
  };

  return { element, make, isStep: (marked) => STEP.test(marked) };
})();
