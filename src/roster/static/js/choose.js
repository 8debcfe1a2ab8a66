/* Rows are chosen: all of the page with one box, and how many they are. Without this file, each box is ticked by itself. */
"use strict";

{
  const boxesOf = (form) => [...form.querySelectorAll("input[name=ids]")];

  const tell = (form) => {
    const boxes = boxesOf(form);
    const chosen = boxes.filter((box) => box.checked).length;
    const everybody = form.querySelector("[data-everybody]");
    const all = form.querySelector("[data-ticks]");
    const count = form.querySelector(".toolbar .count");
    const number = everybody && everybody.checked ? form.dataset.total : String(chosen);
    if (count) count.textContent = form.dataset.words.replace("#", number);
    if (!all) return;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };

  const begin = () => {
    for (const form of document.querySelectorAll("form[data-chooses]")) {
      const all = form.querySelector("[data-ticks]");
      if (all) all.hidden = false;
      tell(form);
    }
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-chooses]");
    if (!form) return;
    if (event.target.matches("[data-ticks]")) {
      for (const box of boxesOf(form)) box.checked = event.target.checked;
    }
    tell(form);
  });

  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("htmx:after:swap", begin);
  window.addEventListener("pageshow", begin);
}
