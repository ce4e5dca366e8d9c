// Files from paper: looks at a file without leaving the page, so that it need not be chosen a second time.
"use strict";

(() => {
  const find = (id) => document.getElementById(id);

  function begin() {
    const look = find("look");
    if (look) look.addEventListener("submit", (event) => {
      event.preventDefault();
      send(look);
    });
  }

  async function send(look) {
    const chosen = find("file").files, button = look.querySelector("button");
    button.disabled = true;
    find("busy").hidden = false;
    let words;
    try {
      const answer = await fetch(look.action, { method: "POST", body: new FormData(look), headers: { Accept: "text/html" } });
      if (answer.redirected) {
        location.assign(answer.url); // signed out meanwhile
        return;
      }
      words = await answer.text();
    } catch (error) { // no network, or the file has changed on the disk: the browser says it in its own words
      look.submit();
      return;
    }
    const fresh = new DOMParser().parseFromString(words, "text/html").querySelector("main");
    if (!fresh) {
      look.submit();
      return;
    }
    document.querySelector("main").replaceWith(fresh);
    const take = find("take"), again = find("file-again");
    if (take && again) {
      again.files = chosen;
      take.querySelector(".again").hidden = again.files.length > 0;
    }
    const first = find("fault") || find("looked");
    if (first) {
      first.tabIndex = -1;
      first.focus();
      first.scrollIntoView({ block: "start" });
    }
    begin();
  }

  begin();
})();
