// A guide's page: larger letters, kept as in the chat, and steps that can be heard.
"use strict";

(() => {
  const root = document.documentElement;
  const speech = window.BanSoSpeech;
  const words = {};
  document.getElementById("words").content.querySelectorAll("[data-word]").forEach((one) => {
    words[one.dataset.word] = one.textContent;
  });

  // ---- letters ----

  const KEY = "ban-so:size";
  const kept = () => {
    try { return Number(JSON.parse(localStorage.getItem(KEY))) || 0; } catch (refused) { return 0; }
  };
  const show = (size) => {
    if (size) root.dataset.size = size;
    else delete root.dataset.size;
  };
  const setSize = (size) => {
    show(size);
    try { localStorage.setItem(KEY, JSON.stringify(size)); } catch (refused) { /* for this page only */ }
  };
  show(document.body.dataset.large ? 2 : kept()); // a link to large letters is for its page only
  document.getElementById("size").addEventListener("click", () => setSize((Number(root.dataset.size || 0) + 1) % 3));

  // ---- sound: the ward's or the machine's file, else the browser's own voice ----

  const buttons = Array.from(document.querySelectorAll(".listen"));
  let playing = null; // the button whose step is heard now
  let sound = null;

  const mark = (button, isPlaying) => {
    button.classList.toggle("playing", isPlaying);
    button.querySelector(".listen-word").textContent = isPlaying ? words.stop : words.listen;
  };
  const stop = () => {
    speech.stop();
    if (sound) sound.pause();
    sound = null;
    if (playing) mark(playing, false);
    playing = null;
  };
  const fail = (button) => {
    stop();
    button.querySelector(".listen-word").textContent = words.failed;
  };
  const play = (button) => {
    stop();
    playing = button;
    mark(button, true);
    const over = () => { if (playing === button) stop(); };
    if (!button.dataset.sound) return speech.say(button.dataset.spoken, over);
    const mine = sound = new Audio(button.dataset.sound);
    mine.addEventListener("ended", over);
    mine.addEventListener("error", () => { if (sound === mine) fail(button); });
    const begun = mine.play();
    if (begun) begun.catch(() => { if (sound === mine) fail(button); });
  };
  buttons.forEach((button) => {
    button.hidden = !button.dataset.sound;
    button.addEventListener("click", () => (playing === button ? stop() : play(button)));
  });
  addEventListener("pagehide", stop);
  speech.whenKnown((has) => {
    const mute = buttons.filter((button) => !button.dataset.sound);
    mute.forEach((button) => { button.hidden = !has; });
    document.getElementById("no-voice").hidden = has || !mute.length;
  });
})();
