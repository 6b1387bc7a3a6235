/* The list of keys shows those that do something on this page. */
(() => {
  const dialog = desk.one("#keys");
  if (!dialog) return;
  const keyOf = (line) => { const shown = desk.one("kbd", line); return shown ? shown.textContent.split(" ")[0] : ""; };
  const seen = (selector) => desk.all(selector).some(desk.within);

  /* Whether it is ours at all. */
  desk.isKey = (key) => /^[a-z]$/.test(key) && desk.all("li", dialog).some((line) => keyOf(line) === key);

  function works(line) {
    const { when, unless } = line.dataset, key = keyOf(line), isLetter = /^[a-z/]$/.test(key);
    if (unless && seen(unless)) return false;
    return !when && !isLetter || isLetter && seen(`[aria-keyshortcuts~="${key}"]`) || !!when && seen(when);
  }

  desk.all(".nav__link[data-go]").forEach((place) => {
    const line = document.createElement("li"), key = document.createElement("kbd");
    key.className = "key";
    key.textContent = `g ${place.dataset.go}`;
    line.append(key, ` Go to ${(desk.one("span", place) || place).textContent.trim()}`);
    line.dataset.when = "body";
    desk.one(".shortcuts", dialog).append(line);
  });

  new MutationObserver(() => {
    if (dialog.open) desk.all("li, [data-unless]", dialog).forEach((line) => { line.hidden = !works(line); });
  }).observe(dialog, { attributes: true, attributeFilter: ["open"] });
})();
