// Small help in forms; each works without script too.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.reveal) {
    const input = document.getElementById(button.dataset.reveal);
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? button.dataset.show : button.dataset.hide;
    button.setAttribute("aria-pressed", String(!shown));
  }
  if (button.dataset.fill) { // a usual phrase, put into the field named by data-into
    const area = document.getElementById(button.dataset.into);
    area.value = area.value.trim() ? `${area.value.trim()}${button.dataset.fill}` : button.dataset.fill;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  }
  if (button.hasAttribute("data-print")) print();
  if (button.dataset.copy) { // the field's value; where the clipboard is closed, it is selected for Ctrl+C
    const field = document.getElementById(button.dataset.copy);
    field.select();
    navigator.clipboard?.writeText(field.value).catch(() => {});
    button.classList.add("done");
  }
  if (button.dataset.choose) {
    const choice = document.querySelector(`input[type=radio][value="${button.dataset.choose}"]`);
    if (choice) choice.click();
  }
  if (button.dataset.go) { // to the first thing to mend
    const field = document.querySelector(button.dataset.go);
    field?.scrollIntoView({ block: "center" });
    field?.focus({ preventScroll: true });
  }
});

// The weekday stands beside a typed date: 2027-03-02 周二.
const day = (input) => {
  const shown = input.parentElement.querySelector(".date-day");
  if (!shown) return;
  const match = input.value.match(/^(\d{4})-(\d{2})-(\d{2})$/);
  const date = match && new Date(Date.UTC(+match[1], match[2] - 1, +match[3]));
  shown.textContent = date && date.getUTCDate() === +match[3]
    ? new Intl.DateTimeFormat(document.documentElement.lang || "zh-CN", { weekday: "short", timeZone: "UTC" }).format(date) : "";
};
document.addEventListener("input", (event) => { if (event.target.matches(".date input")) day(event.target); });

// A chosen file's name replaces the invitation to choose one.
document.addEventListener("change", (event) => {
  if (event.target.matches(".file input[type=file]") && event.target.files.length) {
    const label = event.target.closest(".file");
    label.classList.add("file-has");
    label.querySelector("[data-name]").textContent = [...event.target.files].map((file) => file.name).join("、");
  }
  const place = document.getElementById(event.target.dataset?.preview ?? "");
  if (place && event.target.files?.length) { // the scan beside the form, before it is sent
    const file = event.target.files[0];
    const shown = document.createElement(file.type === "application/pdf" ? "iframe" : "img");
    shown.src = URL.createObjectURL(file);
    shown.id = place.id;
    shown.className = "scan-page";
    shown.setAttribute(shown.tagName === "IMG" ? "alt" : "title", file.name);
    place.replaceWith(shown);
  }
  const form = event.target.closest("form[data-auto]");
  if (form) form.requestSubmit();
});

// A form that was changed and not sent asks before it is left.
let changed = false;
document.addEventListener("input", (event) => { if (event.target.closest("form[data-keep]")) changed = true; });
document.addEventListener("submit", () => { changed = false; });
document.addEventListener("waiban:saved", () => { changed = false; });
addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

// A long list of options is on the page once; a select takes it over when it is touched.
const fill = (event) => {
  const select = event.target.closest?.("select[data-options]");
  const source = select && document.getElementById(`options-${select.dataset.options}`);
  if (!source || select.options.length > 2) return;
  const chosen = select.value;
  for (const option of source.content.querySelectorAll("option")) {
    if (option.value !== chosen) select.append(option.cloneNode(true));
  }
  select.value = chosen;
};
document.addEventListener("pointerdown", fill);
document.addEventListener("focusin", fill);

// Choosing whom to add isn't a change of the dossier; the button beside it is.
document.addEventListener("change", (event) => { if (event.target.matches("[data-quiet]")) event.stopImmediatePropagation(); }, true);
document.addEventListener("input", (event) => { if (event.target.matches("[data-quiet]")) event.stopImmediatePropagation(); }, true);
