// Menus and citations are <details class="menu|cite">: Esc closes and gives focus back, a click outside closes, and one
// that would leave the window opens to the other side.
const open = () => [...document.querySelectorAll("details.menu[open], details.cite[open]")].filter((d) => !d.matches(".cite-static"));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const last = open().pop();
  if (!last) return;
  last.open = false;
  last.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  for (const details of open()) if (!details.contains(event.target)) details.open = false;
});
document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches?.("details.menu, details.cite") || !details.open) return;
  details.classList.remove("flip", "up");
  const body = details.querySelector(".menu-body, .cite-body");
  if (!body) return;
  const box = body.getBoundingClientRect();
  const summary = details.querySelector("summary").getBoundingClientRect();
  if (box.right > innerWidth - 8 && summary.right - box.width > 8) details.classList.add("flip");
  if (box.bottom > innerHeight - 8 && summary.top - box.height > 56) details.classList.add("up");
}, true);

// <button data-dialog="id"> opens a <dialog>; <button data-close> inside closes it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close();
});
