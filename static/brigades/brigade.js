// For long days: single keys (they can be switched off, see « Mon poste »), texts of answers inserted at once,
// batches that follow one another. Everything works without.
(function () {
  "use strict";
  const script = document.currentScript;
  const keysOn = script && script.dataset.shortcuts === "on";
  const find = function (selector, inside) { return (inside || document).querySelector(selector); };
  const all = function (selector, inside) { return Array.from((inside || document).querySelectorAll(selector)); };

  const menu = find(".br-menu");
  if (menu && window.matchMedia("(min-width: 62em)").matches) menu.open = true;

  // --- the text of an answer, without a round trip
  const insert = find("[data-insert]");
  if (insert) {
    insert.addEventListener("click", function (event) {
      const form = insert.form, chosen = form.elements.reponse.selectedOptions[0], reason = form.elements.reason;
      if (!chosen || !chosen.dataset.text) return;
      event.preventDefault();
      const typed = reason.value.trim();
      reason.value = typed ? typed + "\n\n" + chosen.dataset.text : chosen.dataset.text;
      const radio = find('input[name="decision"][value="' + chosen.dataset.decision + '"]', form);
      if (radio) radio.checked = true;
      reason.focus();
    });
  }

  // --- a whole page ticked at once
  const head = find("thead .br-check");
  const boxes = all('[data-row] input[name="items"]');
  if (head && boxes.length > 1) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", "Cocher toute la page");
    box.addEventListener("change", function () { boxes.forEach(function (one) { one.checked = box.checked; }); });
    head.append(box);
  }

  // --- the next batch goes by itself
  const next = find("form[data-continue]");
  if (next) window.setTimeout(function () { if (next.isConnected && !next.dataset.stopped) next.submit(); }, 600);
  const stop = find("[data-stop]");
  if (stop && next) stop.addEventListener("click", function () { next.dataset.stopped = "1"; });

  // --- single keys
  const help = find("#br-keys");
  all("[data-keys-help]").forEach(function (button) {
    if (!help || !help.showModal) return;
    button.hidden = false;
    button.addEventListener("click", function () { help.showModal(); });
  });
  if (!keysOn) return;

  const links = all("[data-keys] [data-row] th a");
  const here = function () {
    return links.findIndex(function (link) { return link.closest("[data-row]").contains(document.activeElement); });
  };
  const go = function (step) {
    const at = here(), link = links[at < 0 ? 0 : at + step];
    if (link) { link.focus(); link.scrollIntoView({ block: "nearest" }); }
    return Boolean(link);
  };
  const press = function (element) { if (element) element.click(); return Boolean(element); };
  const decide = function (value) {
    const radio = find('.br-decide input[name="decision"][value="' + value + '"]');
    if (!radio) return false;
    radio.checked = true;
    const reason = find('.br-decide [name="reason"]');
    (value === "accept" ? find('.br-decide button[type="submit"]:not([data-insert])') : reason).focus();
    return true;
  };
  const row = function () { const at = here(); return at < 0 ? null : links[at].closest("[data-row]"); };
  const actions = {
    j: function () { return go(1); },
    k: function () { return go(-1); },
    o: function () { return press(here() >= 0 ? links[here()] : null); },
    x: function () { const line = row(); return press(line && find("input[type=checkbox]", line)); },
    t: function () { const line = row(); return press(line ? find("button[formaction]", line) : find('[data-key="t"] button')); },
    a: function () { return decide("accept"); },
    c: function () { return decide("ask"); },
    r: function () { return decide("refuse"); },
    n: function () { return press(find('[data-key="n"]')); },
    p: function () { return press(find('[data-key="p"]')); },
    "/": function () { const field = find("#chercher"); if (field) field.focus(); return Boolean(field); },
    "?": function () { if (help && help.showModal) help.showModal(); return Boolean(help); },
  };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) return;
    if (help && help.open) return;
    const action = Object.prototype.hasOwnProperty.call(actions, event.key) && actions[event.key];
    if (action && action()) event.preventDefault();
  });
})();
