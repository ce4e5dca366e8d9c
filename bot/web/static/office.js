// The office's pages: print, show a password while it is typed, copy a message, lead to what was wrong.
"use strict";

(() => {
  const find = (id) => document.getElementById(id);
  const print = find("print"), show = find("show"), password = find("password"), fault = find("fault");
  if (print) print.addEventListener("click", () => window.print());
  if (show && password) {
    show.hidden = false; // without scripts it would do nothing
    show.addEventListener("click", () => {
      const isHidden = password.type === "password";
      password.type = isHidden ? "text" : "password";
      show.textContent = isHidden ? show.dataset.hide : show.dataset.show;
    });
    password.form.addEventListener("submit", () => { password.type = "password"; }); // no browser keeps it as a word
  }
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false; // without scripts the words can be marked by hand
    button.addEventListener("click", () => copy(find(button.dataset.copy)).then((done) => {
      if (done) button.firstChild.textContent = button.dataset.done;
    }));
  }
  // Marks the words as well: where a browser forbids copying, they can be taken at once.
  async function copy(words) {
    getSelection().selectAllChildren(words);
    try {
      await navigator.clipboard.writeText(words.innerText);
      return true;
    } catch (error) {
      return document.execCommand("copy");
    }
  }
  if (fault) fault.focus();
})();
