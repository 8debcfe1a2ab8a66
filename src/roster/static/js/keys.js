/* The keyboard: loaded for those who have not turned it off. Every key has a link or a button that does the same. */
const body = document.body;
const isBusy = (event) =>
  event.defaultPrevented || event.isComposing || event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog") !== null;
const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;

/* Lists: j and k go from row to row, x chooses; Enter opens the link that has the focus. */
const rows = () => [...document.querySelectorAll(".list tbody tr")].filter((row) => row.offsetParent && handle(row));
const handle = (row) => row.querySelector("th a") ?? row.querySelector("a, input[type=checkbox]");

const step = (by) => {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) handle(next).focus();
};

const choose = () => document.activeElement?.closest(".list tbody tr")?.querySelector("input[type=checkbox]")?.click();

const search = () => {
  const field = document.getElementById("q");
  field?.focus();
  field?.select();
  return field;
};

/* Another page: g, and within a second the letter that its link names. */
let isGoing = false;
let going = 0;
const go = (key) => document.querySelector(`a[aria-keyshortcuts="g ${key}"]`)?.click();

const begin = () => {
  isGoing = true;
  clearTimeout(going);
  going = setTimeout(() => { isGoing = false; }, 1000);
};

/* Pages that are shown above this one. The dialog keeps the focus, and gives it back to where it was. */
const part = async (url, id, signal) => {
  const answer = await fetch(url, { signal });
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
  if (!found) window.location.assign(url);
  return found && document.adoptNode(found);
};

const open = (content, name, kind) => {
  const dialog = document.createElement("dialog");
  dialog.className = `dialog ${kind}`;
  dialog.setAttribute("aria-label", name);
  dialog.append(content);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  body.append(dialog);
  dialog.showModal();
  return dialog;
};

const help = async () => {
  const content = await part(body.dataset.shortcuts, "shortcuts");
  if (!content) return;
  content.className = "inside";
  content.tabIndex = -1;
  open(content, content.getAttribute("aria-label"), "help");
  content.focus();
};

/* The palette: what is typed narrows the choices, the arrows go through them, Enter goes there. */
const palette = async () => {
  const content = await part(body.dataset.palette, "palette");
  if (!content || document.querySelector("dialog[open]")) return;
  content.className = "";
  content.querySelector("form .button").hidden = true;
  const dialog = open(content, content.getAttribute("aria-label"), "palette");
  const field = content.querySelector("input");
  let choices = content.querySelector(".choices");
  let asking;
  const items = () => [...choices.querySelectorAll(".item")];
  const at = () => items().findIndex((item) => item.getAttribute("aria-selected") === "true");

  const select = (number) => {
    const all = items();
    all.forEach((item, place) => item.setAttribute("aria-selected", String(place === number)));
    all[number]?.scrollIntoView({ block: "nearest" });
    if (all[number]) field.setAttribute("aria-activedescendant", all[number].id);
    else field.removeAttribute("aria-activedescendant");
  };

  const dress = () => {
    for (const title of choices.querySelectorAll("h2")) title.setAttribute("role", "presentation");
    if (items().length) choices.setAttribute("role", "listbox");
    items().forEach((item, place) => {
      item.id = `choice-${place}`;
      item.tabIndex = -1;
      item.setAttribute("role", "option");
    });
    select(0);
  };

  const narrow = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const found = await part(`${body.dataset.palette}?q=${encodeURIComponent(field.value)}`, "choices", asking.signal);
      if (!found) return;
      choices.replaceWith(found);
      choices = found;
      dress();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-expanded", "true");
  field.setAttribute("aria-controls", "choices");
  field.setAttribute("aria-autocomplete", "list");
  let typing = 0;
  field.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(narrow, 120); });
  content.addEventListener("keydown", (event) => {
    const all = items();
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && all.length) {
      event.preventDefault();
      select((at() + move + all.length) % all.length);
    } else if (event.key === "Enter" && all[at()]) {
      event.preventDefault();
      all[at()].click();
    }
  });
  content.addEventListener("submit", (event) => event.preventDefault());
  dress();
  field.focus();
};

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-opens=palette]") || !isPlain(event) || event.shiftKey) return;
  event.preventDefault();
  palette();
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    if (!body.dataset.palette || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    palette();
    return;
  }
  if (isBusy(event) || !isPlain(event)) return;
  if (isGoing) {
    isGoing = false;
    go(event.key);
    return;
  }
  const does = { j: () => step(1), k: () => step(-1), x: choose, "?": help, g: begin, "/": search }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});
