// J K Enter C M F ? / : shown in the list's foot and in the dialog that ? opens.
const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const visible = (element) => element && element.getClientRects().length > 0;
const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")].filter(visible);

export function select(row, focus = true) {
  for (const other of document.querySelectorAll("[data-row][aria-current]")) {
    if (other !== row) other.removeAttribute("aria-current");
  }
  if (row.getAttribute("aria-current") !== "true") {
    row.setAttribute("aria-current", "true");
    row.dispatchEvent(new CustomEvent("select-row", { bubbles: true }));
  }
  if (focus) {
    row.querySelector("a[data-open]")?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.hasAttribute("aria-current"));
  select(all[Math.max(0, Math.min(all.length - 1, at + by))]);
}

const acts = {
  j: () => step(1),
  k: () => step(-1),
  Enter: () => document.querySelector("[data-row][aria-current] a[data-open]")?.click(),
  m: () => { const menu = [...document.querySelectorAll("details[data-more]")].find(visible); if (!menu) return; menu.open = true; menu.querySelector("a, button")?.focus(); },
  c: () => [...document.querySelectorAll("[data-claim]")].find(visible)?.click(),
  f: () => { const filter = [...document.querySelectorAll("[data-filter] summary, [data-filter] input")].find(visible); filter?.focus(); if (filter?.matches("summary")) filter.click(); },
  "?": () => document.getElementById("keys")?.showModal?.(),
  "/": () => [...document.querySelectorAll("[data-search]")].find(visible)?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target) || document.querySelector("dialog[open]:not(.dialog-static)")) return;
  if (event.key === "Enter" && event.target !== document.body) return; // a focused link or button does it itself
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-rows] [data-row]");
  if (!row || event.target.closest("a, button, input, label, summary") || !matchMedia("(min-width: 601px)").matches) return;
  select(row);
});
document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-rows] [data-row]");
  if (row && event.target.matches("a[data-open]")) select(row, false);
});
document.addEventListener("dblclick", (event) => {
  if (!event.target.closest("a, button, input, label")) event.target.closest("[data-row]")?.querySelector("a[data-open]")?.click();
});
