// Keeps the card on this phone for when there is no network, and throws it away once the journey is over.
"use strict";
const card = document.querySelector("[data-card-worker]");
if (card && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(card.dataset.cardWorker, { scope: "/card/" }).then(async () => {
    const ready = await navigator.serviceWorker.ready;
    if (card.dataset.cardKeep) ready.active.postMessage({ keep: location.href, with: JSON.parse(card.dataset.cardKeep) });
    else ready.active.postMessage({ drop: location.href });
  });
}
