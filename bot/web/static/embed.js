// Puts "Hỏi trợ lý" on a page of the ward; the chat opens in a panel. One line in that page:
// <script src="https://…/static/embed.js" data-commune="ho-nai" defer></script>
// Nothing of the page is touched, and its style sheets touch nothing here: no global name, no cookie.
"use strict";

(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const GREEN = "#0a5c46", TOP = "2147483000"; // above whatever the page has
  const FONT = "700 18px/1.2 system-ui, -apple-system, Roboto, 'Segoe UI', Arial, sans-serif";

  const make = (tag, style, attributes) => {
    const made = document.createElement(tag);
    Object.assign(made.style, style); // one by one: the page's policy may forbid a style attribute
    Object.keys(attributes).forEach((name) => made.setAttribute(name, attributes[name]));
    return made;
  };
  const button = (text, style) => {
    const look = { minHeight: "48px", padding: "0 20px", border: "2px solid #fff", borderRadius: "28px", background: GREEN, color: "#fff", font: FONT, cursor: "pointer", margin: "0" };
    const made = make("button", Object.assign(look, style), { type: "button" });
    made.textContent = text;
    made.addEventListener("focus", () => { made.style.outline = "3px solid #b34700"; made.style.outlineOffset = "2px"; });
    made.addEventListener("blur", () => { made.style.outline = "none"; });
    return made;
  };

  const opener = button(script.dataset.label || "Hỏi trợ lý", { position: "fixed", right: "16px", bottom: "16px", zIndex: TOP, minHeight: "56px", boxShadow: "0 2px 10px rgba(0,0,0,.35)" });
  opener.setAttribute("aria-expanded", "false");
  const panel = make("div", { position: "fixed", zIndex: TOP, display: "none", flexDirection: "column", overflow: "hidden", background: GREEN, boxShadow: "0 4px 30px rgba(0,0,0,.4)" }, { role: "dialog", "aria-label": opener.textContent });
  const closer = button("✕ Đóng", { alignSelf: "flex-end", minHeight: "44px", margin: "4px 6px", borderColor: "transparent" });
  const frame = make("iframe", { flex: "1", width: "100%", minHeight: "0", border: "0", background: "#fff" }, { title: opener.textContent });
  panel.append(closer, frame);

  const fit = () => {
    const isPhone = innerWidth < 640 || innerHeight < 560;
    const place = isPhone ? { left: "0", top: "8px", right: "0", bottom: "0", width: "auto", height: "auto", borderRadius: "14px 14px 0 0" }
      : { left: "auto", top: "auto", right: "16px", bottom: "16px", width: "420px", height: Math.min(720, innerHeight - 32) + "px", borderRadius: "14px" };
    Object.assign(panel.style, place);
  };
  const show = (isOpen) => {
    if (isOpen && !frame.src) frame.src = home + "/chat/" + encodeURIComponent(script.dataset.commune || "");
    panel.style.display = isOpen ? "flex" : "none";
    opener.style.display = isOpen ? "none" : "";
    opener.setAttribute("aria-expanded", String(isOpen));
    (isOpen ? closer : opener).focus();
  };

  opener.addEventListener("click", () => show(true));
  closer.addEventListener("click", () => show(false));
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
  addEventListener("message", (event) => { // Esc was pressed inside the chat
    if (event.source === frame.contentWindow && event.origin === home && event.data === "ban-so:close") show(false);
  });
  addEventListener("resize", fit);
  fit();
  const host = make("div", { all: "initial" }, {});
  host.attachShadow({ mode: "open" }).append(opener, panel);
  if (document.body) document.body.append(host);
  else addEventListener("DOMContentLoaded", () => document.body.append(host));
})();
