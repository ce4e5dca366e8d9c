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
    const isShared = isOurs && document.body.dataset.shared; // a page that is left open must not keep the chat
    made.href = isShared ? address + (address.includes("?") ? "&" : "?") + "may-chung=1" : address;
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
    made.alt = media.words;
    if (media.height) { // its room is kept until it is there
      made.width = media.width;
      made.height = media.height;
    }
    made.addEventListener("load", () => dispatchEvent(new Event("resize"))); // what is below it has moved
    made.addEventListener("error", () => made.replaceWith(element("p", "twin", media.words)));
    made.src = media.src;
    return made;
  };

  const file = (media) => {
    const made = element("p");
    const link = made.appendChild(element("a", "page", media.words));
    link.href = media.src;
    link.target = "_blank";
    link.rel = "noopener";
    return made;
  };

  // ---- one thing is heard at a time: a file that came with the message, or the browser's own voice ----

  let quiet = null; // ends what is heard now

  const button = (label, words, begin) => {
    const made = element("button", "listen");
    made.type = "button";
    const word = made.appendChild(element("span", "", words.listen));
    if (label) made.appendChild(element("small", "", label));
    const over = () => {
      if (quiet === stop) quiet = null;
      made.classList.remove("playing");
      word.textContent = words.listen;
    };
    let end = null;
    const stop = () => { if (end) end(); over(); };
    made.addEventListener("click", () => {
      if (quiet === stop) return stop();
      if (quiet) quiet();
      quiet = stop;
      made.classList.add("playing");
      word.textContent = words.stop;
      end = begin(over, () => { over(); word.textContent = words.failed; });
    });
    return made;
  };

  const sound = (media, words) => button(media.words, words, (over, fail) => {
    const file = new Audio(media.src);
    file.addEventListener("ended", over);
    file.addEventListener("error", fail);
    const begun = file.play();
    if (begun) begun.catch((refused) => { if (refused.name !== "AbortError") fail(); });
    return () => file.pause();
  });

  const voice = (marked, words) => button("", words, (over) => {
    window.BanSoSpeech.say(marked.replace(/\*\*/g, ""), over);
    return window.BanSoSpeech.stop;
  });

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
    const media = message.media;
    const show = { sound, picture, file };
    if (media) made.appendChild(show[media.kind](media, words));
    if (step && hasVoice) made.appendChild(voice(marked, words));
    return made;
  };

  const hush = () => { if (quiet) quiet(); };

  return { element, make, hush, isStep: (marked) => STEP.test(marked) };
})();
