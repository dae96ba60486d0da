// Suggests communes under each <input data-commune-lookup="address">: the ARIA "editable combobox with list
// autocomplete" pattern. The field keeps working as plain text without it: the server resolves what was typed.
(() => {
  "use strict";
  if (window.communeFields) return; // several fields, one script
  window.communeFields = true;

  const DELAY = 120; // ms after the last key
  const answers = new Map(); // address → results, for this page
  let count = 0;

  async function suggestions(address, text, signal) {
    const url = `${address}?q=${encodeURIComponent(text)}`;
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
    if (input.dataset.communeReady) return;
    input.dataset.communeReady = "1";
    const id = `communes-${(count += 1)}`;
    let box = input.closest(".commune");
    if (!box) {
      box = element("div", { className: "commune" });
      input.before(box);
      box.append(input);
    }
    const list = element("ul", { id, className: "commune__list", hidden: true }, {
      role: "listbox", "aria-label": "Communes proposées",
    });
    const status = element("div", { className: "fr-sr-only" }, { role: "status" });
    box.append(list, status);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
      autocomplete: "off", autocapitalize: "words", spellcheck: "false",
    })) input.setAttribute(name, value);

    let timer = 0;
    let request = null;
    let active = -1;

    const options = () => Array.from(list.children);

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
      input.value = option.dataset.label;
      close();
      status.textContent = `${option.dataset.label} choisie.`;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function show(results) {
      list.replaceChildren(...results.map((result, place) => {
        const option = element("li", { id: `${id}-${place}`, className: "commune__option" }, {
          role: "option", "aria-selected": "false", "data-label": result.label,
        });
        option.append(element("span", { textContent: result.label }));
        if (result.detail) {
          option.append(element("span", { className: "commune__detail", textContent: result.detail }));
        }
        return option;
      }));
      active = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = !results.length;
      input.setAttribute("aria-expanded", String(results.length > 0));
      if (!results.length) status.textContent = "Aucune commune trouvée.";
      else {
        const many = results.length > 1;
        status.textContent = `${results.length} commune${many ? "s" : ""} proposée${many ? "s" : ""}. ` +
          "Flèches haut et bas pour parcourir, Entrée pour choisir.";
      }
    }

    async function search() {
      const text = input.value.trim();
      if (request) request.abort();
      if (!text) { close(); status.textContent = ""; return; }
      request = new AbortController();
      try {
        const results = await suggestions(input.dataset.communeLookup, text, request.signal);
        if (input.value.trim() === text && document.activeElement === input) show(results);
      } catch (error) {
        if (error.name !== "AbortError") close(); // no network: the text is resolved on the server
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
      } else if (event.key === "Enter" && open && active >= 0) {
        event.preventDefault();
        choose(options()[active]);
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
    root.querySelectorAll("input[data-commune-lookup]").forEach(enhance);
  }

  enhanceAll(document);
  document.addEventListener("ui:fresh", (event) => enhanceAll(event.target));
})();
