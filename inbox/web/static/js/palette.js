/* Ctrl+K: what can be done here first, then the places, then the search; each line shows its key, so it teaches. */
(() => {
  const dialog = desk.one("#palette");
  if (!dialog) return;
  const words = desk.one("#palette-words"), list = desk.one("#palette-list");
  let shown = [], at = 0;

  function offers() {
    const acts = desk.all("#main [aria-keyshortcuts]:is(button, a)").filter(desk.within);
    const places = desk.all(".nav__link[href]");
    return [...acts, ...places].map((element) => ({
      element,
      key: element.getAttribute("aria-keyshortcuts") || (element.dataset.go ? "g " + element.dataset.go : ""),
      label: [...element.childNodes].filter((node) => !(node.matches && node.matches("kbd, .nav__count"))).map((node) => node.textContent).join(" ").trim(),
    })).filter((offer) => offer.label);
  }

  function draw() {
    const wanted = words.value.trim().toLowerCase();
    shown = offers().filter((offer) => offer.label.toLowerCase().includes(wanted)).slice(0, 12);
    if (wanted) shown.push({ label: "Search for “" + words.value.trim() + "”", key: "Enter", element: null });
    at = Math.min(at, Math.max(shown.length - 1, 0));
    list.replaceChildren(...shown.map((offer, index) => {
      const line = document.createElement("li"), key = document.createElement("kbd");
      line.id = "palette-" + index;
      line.className = "palette__item";
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", String(index === at));
      line.append(offer.label);
      if (offer.key) { key.className = "key"; key.textContent = offer.key; line.append(key); }
      line.addEventListener("click", () => take(index));
      return line;
    }));
    if (shown.length) words.setAttribute("aria-activedescendant", "palette-" + at);
    else words.removeAttribute("aria-activedescendant");
  }

  function take(index) {
    const offer = shown[index];
    if (!offer) return;
    if (!offer.element) { words.form.submit(); return; }
    dialog.close();
    const more = offer.element.closest("[data-more]");
    if (more && offer.element.matches("[popovertarget]")) more.open = true;
    offer.element.click();
  }

  words.addEventListener("input", () => { at = 0; draw(); });
  words.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); at = (at + step + shown.length) % Math.max(shown.length, 1); draw(); }
    if (event.key === "Enter" && !event.ctrlKey) { event.preventDefault(); take(at); }
  });
  new MutationObserver(() => { if (dialog.open) { words.value = ""; at = 0; draw(); words.focus(); } }).observe(dialog, { attributes: true, attributeFilter: ["open"] });
})();
