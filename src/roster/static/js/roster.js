/* Comfort only: every page works without this file. */
"use strict";

/* The server tells the time in the zone of whoever reads, and learns here which that is. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const secure = window.location.protocol === "https:" ? "; Secure" : "";
if (zone) document.cookie = `tz=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;

/* Menus close with Escape, and with a click elsewhere. */
const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

/* A form is sent once, however often its button is clicked. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 3000);
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

/* Whoever fills the last row gets another. */
document.addEventListener("input", (event) => {
  const line = event.target.closest("[data-rows] > .line:last-child");
  if (!line || !event.target.value) return;
  const next = line.cloneNode(true);
  const number = line.parentElement.children.length;
  for (const control of next.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    control.value = "";
    control.setAttribute("aria-label", control.getAttribute("aria-label").replace(/^Primary e-mail/, "E-mail").replace(/( \d+)?$/, ` ${number + 1}`));
    if (control.id) control.id = control.id.replace(/\d+$/, number);
  }
  line.after(next);
});

/* What was typed before the search was listening is searched, too. */
document.addEventListener("htmx:after:init", ({ target }) => {
  if (target.type === "search" && target.value !== target.defaultValue) target.dispatchEvent(new Event("input", { bubbles: true }));
});

/* A search that gets no answer says so; what was found before stays. */
for (const failure of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(failure, () => {
    const found = document.getElementById("found");
    if (found) found.textContent = "The search got no answer. Press Enter to try again.";
  });
}

/* What is shown once can be copied with one click; without a script, the button is not there. */
for (const button of document.querySelectorAll("[data-copies]")) button.hidden = !navigator.clipboard;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(source.value ?? source.innerText);
    button.querySelector("span").textContent = "Copied";
  } catch {
    source.select?.();
  }
});
