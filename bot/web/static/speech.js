// The browser's own Vietnamese voice, where it has one. Zalo's frame has none, and many old phones neither.
"use strict";

window.BanSoSpeech = (() => {
  const engine = window.speechSynthesis;
  const PATIENCE = 1500; // milliseconds until a browser that loads its voices late has them

  const voice = () => engine.getVoices().find((one) => /^vi\b/i.test(one.lang.replace("_", "-")));

  // Calls back once: with true as soon as there is a voice, with false when none has come.
  const whenKnown = (tell) => {
    if (!engine || typeof window.SpeechSynthesisUtterance !== "function") return tell(false);
    if (voice()) return tell(true);
    let told = false;
    const look = (isLast) => {
      if (told || (!voice() && !isLast)) return;
      told = true;
      tell(Boolean(voice()));
    };
    if (engine.addEventListener) engine.addEventListener("voiceschanged", () => look(false));
    setTimeout(() => look(true), PATIENCE);
  };

  const stop = () => { if (engine) engine.cancel(); };

  const say = (text, whenOver) => {
    stop();
    const words = new window.SpeechSynthesisUtterance(text);
    words.voice = voice();
    words.lang = "vi-VN";
    words.rate = 0.85;
    words.onend = whenOver;
    words.onerror = whenOver;
    engine.speak(words);
  };

  return { whenKnown, say, stop };
})();
