{% load i18n %}"use strict";
// One store for every card on this phone. An answer of the server that isn't the card (410 after a 减员, an end of the
// journey, another phone) takes the stored copy away; so does the phone's own clock once the last day is past.
const STORE = "waiban-trip-card";
const GONE = "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>{% trans '行程卡' %}</title><p>{% trans '行程已结束，这张卡已从手机上删去。' %}</p>";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function past(answer) {
  const until = Number(answer.headers.get("X-Waiban-Until"));
  return until > 0 && Date.now() > until;
}

async function keep(address, others) {
  const store = await caches.open(STORE);
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok || !answer.headers.get("X-Waiban-Until")) return store.delete(address);
  await store.put(address, answer);
  await Promise.all(others.map(async (other) => { const found = await fetch(other); if (found.ok) await store.put(other, found); }));
}

async function drop(address) {
  const store = await caches.open(STORE);
  await store.delete(address);
}

self.addEventListener("message", (event) => {
  if (event.data.keep) event.waitUntil(keep(event.data.keep, event.data.with || []));
  if (event.data.drop) event.waitUntil(drop(event.data.drop));
});

async function page(request) {
  const store = await caches.open(STORE);
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.headers.get("X-Waiban-Until")) await store.put(request.url, answer.clone());
    else if (answer.status !== 503 && answer.status !== 502) await store.delete(request.url);
    return answer;
  } catch (error) {
    const kept = await store.match(request.url);
    if (!kept) throw error;
    if (!past(kept)) return kept;
    await store.delete(request.url);
    return new Response(GONE, { status: 410, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else event.respondWith(fetch(request).catch(async () => (await caches.match(request.url)) || Response.error()));
});
