// The guardian's address is only asked of 16–17-year-olds: hide it for the others once the birth date is typed.
(() => {
  "use strict";
  const ageOn = (born, day) => {
    const turned = day.getMonth() > born.getMonth() || (day.getMonth() === born.getMonth() && day.getDate() >= born.getDate());
    return day.getFullYear() - born.getFullYear() - (turned ? 0 : 1);
  };
  for (const input of document.querySelectorAll("input[data-guardian]")) {
    const group = input.closest(".fr-input-group");
    const name = input.name.replace("guardian_email", "birth_date");
    const birth = input.form && input.form.elements.namedItem(name);
    if (!group || !birth) continue;
    const show = () => {
      const born = new Date(birth.value);
      const unsure = Number.isNaN(born.getTime());
      const age = unsure ? 0 : ageOn(born, new Date());
      const needed = input.value !== "" || age === 16 || age === 17;
      group.classList.toggle("fr-hidden", !needed);
    };
    birth.addEventListener("input", show);
    birth.addEventListener("change", show);
    show();
  }
})();
