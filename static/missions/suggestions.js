// Suggests filters, organisations and missions under <input data-suggestions="address">: the ARIA "editable combobox
// with list autocomplete" pattern, by kind. Enter with none chosen searches the text.
(() => {
  "use strict";
  if (window.suggestionFields) return;
  window.suggestionFields = true;

  const DELAY = 120; // ms after the last key
  const answers = new Map();
  let count = 0;

  async function ask(address, text, signal) {
    const url = `${address}?q=${encodeURIComponent(text.toLowerCase())}`;
    if (!answers.has(url)) {
      const response = await fetch(url, { signal, headers: { Accept: "application/json" } });
      if (!response.ok) return [];
      answers.set(url, (await response.json()).results);
    }
    return answers.get(url);
  }

  function element(tag, properties, attributes = {}) {
    const made = Object.assign(document.createElement(tag), properties);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    return made;
  }

  function enhance(input) {
    if (input.dataset.suggestionsReady) return;
    input.dataset.suggestionsReady = "1";
    const id = `suggestions-${(count += 1)}`;
    const box = element("div", { className: "commune" });
    const focused = document.activeElement === input;
    input.before(box);
    box.append(input);
    if (focused) input.focus(); // moving it took the focus away
    const list = element("div", { id, className: "commune__list", hidden: true }, {
      role: "listbox", "aria-label": "Suggestions",
    });
    const status = element("div", { className: "fr-sr-only" }, { role: "status" });
    box.append(list, status);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, autocomplete: "off",
    })) input.setAttribute(name, value);

    let timer = 0;
    let request = null;
    let active = -1;

    const options = () => Array.from(list.querySelectorAll("[role=option]"));

    function close() {
      window.clearTimeout(timer);
      if (request) request.abort();
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(index) {
      const all = options();
      if (!all.length) return;
      active = (index + all.length) % all.length;
      all.forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
      input.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    }

    function choose(option) {
      const { name, value, url } = option.dataset;
      close();
      if (url) { location.assign(url); return; }
      const form = input.form;
      if (name === "q") input.value = value;
      else {
        input.value = "";
        const box = form.ownerDocument.getElementById(`f-${name}-${value}`);
        if (box) box.checked = true; // the filter beside the results
        else form.append(element("input", { type: "hidden", name, value }));
      }
      form.requestSubmit();
    }

    function show(results) {
      const kinds = new Map();
      results.forEach((result) => kinds.set(result.kind, [...(kinds.get(result.kind) || []), result]));
      let place = 0;
      list.replaceChildren(...Array.from(kinds, ([kind, its]) => {
        const group = element("div", {}, { role: "group", "aria-label": kind });
        group.append(element("div", { className: "commune__kind", textContent: kind }, { "aria-hidden": "true" }));
        its.forEach((result) => group.append(element("div", {
          id: `${id}-${place++}`, className: "commune__option", textContent: result.label,
        }, {
          role: "option", "aria-selected": "false", "data-name": result.name, "data-value": result.value,
          "data-url": result.url,
        })));
        return group;
      }));
      active = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = !results.length;
      input.setAttribute("aria-expanded", String(results.length > 0));
      const many = results.length > 1 ? "s" : "";
      status.textContent = results.length
        ? `${results.length} suggestion${many}. Flèches haut et bas pour parcourir, Entrée pour choisir.` : "";
    }

    async function search() {
      const text = input.value.trim();
      if (request) request.abort();
      if (text.length < 2) { close(); status.textContent = ""; return; }
      request = new AbortController();
      try {
        const results = await ask(input.dataset.suggestions, text, request.signal);
        if (input.value.trim() === text && document.activeElement === input) show(results);
      } catch (error) {
        if (error.name !== "AbortError") close(); // no network: the text still searches
      }
    }

    input.addEventListener("input", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(search, DELAY);
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const open = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!open) search();
        else if (event.key === "ArrowDown") mark(active + 1);
        else mark(active < 0 ? -1 : active - 1);
      } else if (event.key === "Enter") {
        if (open && active >= 0) { event.preventDefault(); choose(options()[active]); }
        else close();
      } else if (event.key === "Escape" && open) {
        event.preventDefault();
        close();
      } else if (event.key === "Tab") close();
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose(option);
    });
    input.addEventListener("blur", close);
  }

  function enhanceAll(root) {
    root.querySelectorAll("input[data-suggestions]").forEach(enhance);
  }

  enhanceAll(document);
  document.addEventListener("ui:fresh", (event) => enhanceAll(event.target));
})();
