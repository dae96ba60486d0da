// The search answers at once: a filter that changes, a tag removed, a page turned, and the address follows.
// Without this file the same form and links load whole pages.
(() => {
  "use strict";
  const form = document.getElementById("recherche");
  const layout = document.getElementById("ui-layout");
  if (!form || !layout || !window.history.pushState) return;

  const wide = window.matchMedia("(min-width: 62em)");
  const said = Object.assign(document.createElement("div"), { className: "fr-sr-only" });
  said.setAttribute("role", "status");
  document.body.append(said);
  let request = null;
  let shown = location.pathname + location.search;

  function address() {
    const values = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) values.append(name, value);
    if (!values.has("lieu")) values.delete("rayon");
    const query = values.toString();
    return new URL(form.action).pathname + (query ? `?${query}` : "");
  }

  function replace(fresh) {
    const open = new Map(Array.from(layout.querySelectorAll("details[id]"), (part) => [part.id, part.open]));
    const focused = document.activeElement && document.activeElement.id;
    form.replaceChildren(...fresh.getElementById("recherche").childNodes);
    layout.replaceChildren(...fresh.getElementById("ui-layout").childNodes);
    for (const [id, isOpen] of open) {
      const part = document.getElementById(id);
      if (part && isOpen) part.open = true;
    }
    form.dispatchEvent(new CustomEvent("ui:fresh", { bubbles: true })); // its fields get their suggestions again
    const again = focused && document.getElementById(focused);
    if (again && again !== document.activeElement) again.focus({ preventScroll: true });
  }

  async function show(url, { push = true, toResults = false } = {}) {
    if (request) request.abort();
    const mine = request = new AbortController();
    layout.classList.add("ui-fetching");
    try {
      const response = await fetch(url, { signal: mine.signal, headers: { Accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!response.ok || !fresh.getElementById("ui-layout")) throw new Error(String(response.status));
      replace(fresh);
      document.title = fresh.title;
      if (push) window.history.pushState(null, "", url);
      shown = location.pathname + location.search;
      said.textContent = layout.querySelector("[data-status]").textContent.trim();
      if (toResults) {
        const results = document.getElementById("resultats");
        results.focus({ preventScroll: true });
        results.scrollIntoView({ block: "start" });
      }
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url); // the whole page says why
    } finally {
      if (request === mine) layout.classList.remove("ui-fetching");
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fromFilters = Boolean(event.submitter && event.submitter.closest("#filtres"));
    if (fromFilters && !wide.matches) document.getElementById("filtres").open = false;
    show(address(), { toResults: fromFilters });
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.form !== form) return;
    if (field.type === "date" && field.value && field.value < "1900") return; // a year being typed
    const isPlace = field.name === "lieu" && !event.isTrusted; // a commune was chosen in the list
    if (!field.closest("#filtres") && !isPlace && !["rayon", "lieu_choix"].includes(field.name)) return;
    if (address() !== shown) show(address());
  });
  layout.addEventListener("click", (event) => {
    const link = event.target.closest(".ui-tags a, .mi-sort a, .ui-views a, .mi-notice a, .mi-wider a, .fr-pagination a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(link.href, { toResults: !link.closest(".mi-sort") });
  });
  window.addEventListener("popstate", () => {
    if (location.pathname + location.search !== shown) show(location.href, { push: false });
  });
})();
