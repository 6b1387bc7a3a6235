/* Tells colleagues in words who is reading or writing, every 20 s while the page is visible. */
(() => {
  const url = document.body.dataset.presence;
  desk.tellPresence = async () => {
    const here = desk.one("#reading[data-case], #main[data-case]");
    if (!url || !here || document.hidden) return;
    const act = desk.one("[data-draft] textarea:focus") ? "writing" : "reading";
    try {
      const answer = await desk.post(url, new URLSearchParams({ case: here.dataset.case, act }));
      const found = answer.ok ? await answer.json().catch(() => ({})) : {};
      const place = desk.one("#presence");
      if (place && typeof found.words === "string" && place.textContent !== found.words) place.textContent = found.words;
    } catch { /* presence is a courtesy: silence is fine */ }
  };
  setInterval(desk.tellPresence, 20000);
  setTimeout(desk.tellPresence, 1000);
})();
