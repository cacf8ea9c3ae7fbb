// What happens around a live part: nothing typed is lost when the network or the server fails.
const trouble = document.getElementById("trouble");
const show = (on) => { if (trouble) trouble.hidden = !on; };
document.addEventListener("htmx:error", () => show(true));
document.addEventListener("htmx:response:error", (event) => show((event.detail?.ctx?.response?.status ?? 500) >= 500));
document.addEventListener("htmx:after:swap", () => show(false));
addEventListener("online", () => show(false));
addEventListener("offline", () => show(true));

// A check that waited for the one before it sends the form as that one left it: its rows, its number, what was typed since.
document.addEventListener("htmx:before:request", (event) => {
  const ctx = event.detail?.ctx;
  const form = document.getElementById("draft");
  if (!form || ctx?.request?.form !== form || !(ctx.request.body instanceof URLSearchParams)) return;
  const pressed = ctx.request.submitter ?? (ctx.sourceElement.matches("button[name]") ? ctx.sourceElement : null);
  const body = new URLSearchParams(new FormData(form));
  if (pressed?.name) body.append(pressed.name, pressed.value);
  ctx.request.body = body;
});

// An undo bar stays until it is used or the next page; after 20 seconds it goes.
const undo = document.getElementById("undo");
if (undo) new MutationObserver(() => {
  if (undo.children.length) setTimeout(() => { if (!undo.contains(document.activeElement)) undo.replaceChildren(); }, 20000);
}).observe(undo, { childList: true });

// bpmn-js is fetched when somebody looks at the diagram, not before.
const draw = (root) => {
  for (const place of root.querySelectorAll?.("[data-diagram]") ?? []) {
    if (place.closest("details:not([open])")) continue; // a folded one is drawn when it is unfolded
    import(place.dataset.script).then((module) => module.draw(place));
  }
};
draw(document);
document.addEventListener("htmx:after:swap", (event) => draw(event.target));
document.addEventListener("toggle", (event) => { if (event.target.open) draw(event.target); }, true);
