/* Shared by the scripts below: the page's settings, one status region, and requests that carry the CSRF token. */
const desk = {
  root: document.documentElement,
  token: JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRF-Token"] || "",
  one: (selector, from = document) => from.querySelector(selector),
  all: (selector, from = document) => [...from.querySelectorAll(selector)],
  /* Shown now, or behind "More", where a key and the palette reach it too. */
  within(element) {
    const more = element.closest("[data-more]:not([open])");
    return (more || element).getClientRects().length > 0;
  },
  post(url, body, more = {}) {
    const headers = { "X-CSRF-Token": desk.token, Accept: "application/json", ...(more.headers || {}) };
    return fetch(url, { method: "POST", body, credentials: "same-origin", ...more, headers });
  },
};
desk.root.classList.add("js");

/* Facts stand beside the story where there is room, and are folded where there is not. */
desk.all("[data-facts]").forEach((facts) => { facts.open = facts.closest(".pane").clientWidth >= 960; });
