/* A field that is edited in its place: the form gets the focus, Escape leaves it. Without this file, links do both. */
"use strict";

document.addEventListener("htmx:after:swap", () => {
  document.querySelector("form.in-place input[name=value]")?.focus();
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form.in-place");
  if (event.key === "Escape" && form) form.querySelector("a").click();
});
