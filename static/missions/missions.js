// Filters stand open beside the results on a wide screen, and only the fields of the chosen kind of slot are shown.
(() => {
  const wide = window.matchMedia("(min-width: 62em)");
  for (const details of document.querySelectorAll("details[data-open-wide]")) {
    const closed = !details.open;
    const follow = () => { if (closed) details.open = wide.matches; };
    follow();
    wide.addEventListener("change", follow);
  }

  for (const form of document.querySelectorAll("form[data-slots]")) {
    const show = () => {
      const kind = form.querySelector("input[name=kind]:checked")?.value ?? "";
      for (const part of form.querySelectorAll("[data-kinds]")) {
        part.hidden = !part.dataset.kinds.split(" ").includes(kind);
      }
    };
    form.addEventListener("change", show);
    show();
  }
})();
