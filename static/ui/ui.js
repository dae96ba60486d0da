// Small comforts. Every page works without this file.
(() => {
  "use strict";

  // After a refused form, the reader lands on the list of corrections.
  const summary = document.querySelector("[data-focus-first]");
  if (summary) summary.focus();

  // One click, one POST: the server also recognises a double submit.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    window.setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  // What is near its longest is counted; longer is refused in words by the server, never cut.
  document.addEventListener("input", (event) => {
    const field = event.target;
    const most = Number(field.dataset && field.dataset.most);
    if (!most) return;
    const left = most - Array.from(field.value.replace(/\r?\n/g, "\n")).length;
    let said = document.getElementById(`${field.id}_left`);
    if (left > most / 5 && !said) return;
    if (!said) {
      said = document.createElement("p");
      said.id = `${field.id}_left`;
      said.setAttribute("role", "status");
      field.after(said);
    }
    const count = Math.abs(left);
    const words = `${count}\u00a0caractère${count > 1 ? "s" : ""}`;
    said.className = left < 0 ? "ui-left ui-left--over" : "ui-left";
    said.textContent = left < 0 ? `${words} de trop` : `Encore ${words}`;
  });

  // The search of the header: what it proposes is fetched when somebody writes there.
  document.addEventListener("focusin", (event) => {
    const field = event.target;
    if (!field.dataset || !field.dataset.suggestionsLater) return;
    field.dataset.suggestions = field.dataset.suggestionsLater;
    delete field.dataset.suggestionsLater;
    if (window.suggestionFields) {
      field.form.dispatchEvent(new CustomEvent("ui:fresh", { bubbles: true }));
    } else {
      const script = document.createElement("script");
      script.src = field.dataset.script;
      document.head.append(script);
    }
  });

  // A link one hesitates over is fetched early, where the answer may be kept (nobody is signed in).
  const saver = navigator.connection && navigator.connection.saveData;
  if (document.body.dataset.prefetch !== undefined && !saver) {
    const seen = new Set([location.pathname + location.search]);
    let timer = 0;
    const fetchEarly = (link) => {
      const address = link.pathname + link.search;
      if (link.origin !== location.origin || link.target || seen.has(address) || seen.size > 12) return;
      seen.add(address);
      const hint = document.createElement("link");
      hint.rel = "prefetch";
      hint.href = link.href;
      document.head.append(hint);
    };
    document.addEventListener("pointerover", (event) => {
      const link = event.target.closest && event.target.closest("main a[href], header a[href]");
      window.clearTimeout(timer);
      if (link) timer = window.setTimeout(() => fetchEarly(link), 90);
    }, { passive: true });
  }
})();
