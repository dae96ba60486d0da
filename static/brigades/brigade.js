// Keys for long days. They work only while a list has the focus (WCAG 2.1.4): j and k move, x ticks, Enter opens.
(function () {
  "use strict";
  const menu = document.querySelector(".br-menu");
  if (menu && window.matchMedia("(min-width: 62em)").matches) menu.open = true;
  document.querySelectorAll("[data-keys]").forEach(function (list) {
    const links = Array.from(list.querySelectorAll("[data-row] th a"));
    list.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=text], textarea, select")) return;
      const here = links.findIndex(function (link) { return link.closest("[data-row]").contains(document.activeElement); });
      if (event.key === "j" || event.key === "k") {
        const next = links[here + (event.key === "j" ? 1 : -1)];
        if (next) { next.focus(); event.preventDefault(); }
      } else if (event.key === "x" && here >= 0) {
        const box = links[here].closest("[data-row]").querySelector("input[type=checkbox]");
        if (box) { box.checked = !box.checked; event.preventDefault(); }
      }
    });
  });
})();
