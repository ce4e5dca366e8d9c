// The office's pages: print, show a password while it is typed, lead to what was wrong.
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
  if (fault) fault.focus();
})();
