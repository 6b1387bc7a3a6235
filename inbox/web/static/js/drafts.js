/* Drafts save themselves: 2 s after the last key, on leaving a field and on leaving the page; the state is said in words. */
(() => {
  const clock = (at) => at || new Date().toTimeString().slice(0, 5);
  const watched = new WeakSet();

  function watch(form) {
    if (watched.has(form)) return;
    watched.add(form);
    let saved = words(form), timer = 0, running = false, again = false, retry = 2000, sending = false, pressed = null;
    const state = desk.one("[data-state]", form);
    const tell = (sentence) => { if (state.textContent !== sentence) state.textContent = sentence; };

    async function save(leaving = false) {
      clearTimeout(timer);
      if (sending || words(form) === saved) return;
      if (running) { again = true; return; }
      running = true;
      const sent = words(form);
      tell("Saving…");
      try {
        const answer = await desk.post(form.dataset.save, body(form), { headers: { "If-Match": form.dataset.version }, keepalive: leaving });
        await read(answer, sent);
        retry = 2000;
      } catch {
        tell(navigator.onLine ? "Not saved. We keep trying; do not close this page." : "You are offline. Your words stay on this page. Do not close it.");
        timer = setTimeout(save, retry = Math.min(retry * 2, 60000));
      }
      running = false;
      if (pressed) { const button = pressed; pressed = null; form.requestSubmit(button); return; }
      if (again) { again = false; save(); }
    }

    async function read(answer, sent) {
      if (answer.status === 401) { pressed = null; tell("Not saved. You were signed out."); desk.signInAgain(() => save()); return; }
      const found = await answer.json().catch(() => ({}));
      if (answer.status === 412 || answer.status === 409) { clash(form, found, tell); saved = sent; return; }
      if (answer.status === 422 || answer.status === 413) { tell("Not saved. " + (found.detail || "Something in it is too long.")); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      saved = sent;
      form.dataset.version = form.elements.version.value = found.version || "";
      if (found.url) form.dataset.save = found.url;
      if (found.submit_url) form.action = found.submit_url;
      if (found.main) desk.one("[data-label]", form).textContent = found.main;
      if ("gaps" in found && words(form) === sent) desk.one("[data-gaps]", form).textContent = found.gaps;
      tell("Saved " + clock(found.saved_at) + ".");
    }

    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 2000); count(form); });
    form.addEventListener("focusout", () => save());
    form.addEventListener("change", (event) => { if (event.target.matches("select")) save(); });
    /* Pressed while it saves itself: it waits for the new version, or it would clash with its own writer. */
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (running && event.submitter) { event.preventDefault(); event.stopImmediatePropagation(); pressed = event.submitter; return; }
      sending = true;
    }, { capture: true });
    document.addEventListener("visibilitychange", () => { if (document.hidden) save(true); });
    window.addEventListener("pagehide", () => save(true));
    window.addEventListener("online", () => save());
    window.addEventListener("offline", () => tell("You are offline. Your words stay on this page. Do not close it."));
    count(form);
  }

  function body(form) {
    const data = new FormData(form);
    data.delete("files");
    data.delete("once");
    return data;
  }

  const words = (form) => [...body(form)].filter(([name]) => name !== "version").map((pair) => pair.join("=")).join("\n");

  /* Two people wrote: both texts are shown, nothing is overwritten. */
  function clash(form, found, tell) {
    tell((found.detail || "Somebody changed this.") + " Your words are still here and are not saved.");
    if (desk.one(".versions", form)) return;
    const both = document.createElement("div");
    both.className = "versions";
    const theirs = document.createElement("div"), title = document.createElement("h3"), text = document.createElement("pre");
    title.textContent = "Saved by a colleague";
    text.textContent = found.text || "";
    theirs.append(title, text);
    both.append(theirs);
    desk.one(".composer__body", form).prepend(both);
    if (found.version) form.dataset.version = form.elements.version.value = found.version;
  }

  function count(form) {
    const limit = Number(form.dataset.limit || 0), over = desk.one("[data-over]", form);
    if (!limit || !over) return;
    const left = limit - [...form.elements.text.value].length;
    over.textContent = left < 0 ? -left + " characters too many." : left < limit / 10 ? left + " characters left." : "";
  }

  /* ";;" opens the standard lines; choosing one puts it where the cursor is. */
  document.addEventListener("input", (event) => {
    const area = event.target, form = area.closest && area.closest("[data-draft]");
    if (!form || area.name !== "text") return;
    const at = area.selectionStart, opener = desk.one("[data-lines]", form);
    if (opener && area.value.slice(at - 2, at) === ";;") {
      area.setRangeText("", at - 2, at, "end");
      opener.click();
      desk.focus(desk.one("#lines button"));
    } else if (area.value[at - 1] === "@" && form.elements.tell) form.elements.tell.focus();
  });

  document.addEventListener("click", (event) => {
    const line = event.target.closest("[data-insert]");
    if (!line) return;
    event.preventDefault();
    const form = line.closest("[data-draft]"), area = form.elements.text, used = document.createElement("input");
    line.closest("[popover]").hidePopover();
    area.setRangeText(line.dataset.insert, area.selectionStart, area.selectionEnd, "end");
    used.type = "hidden"; used.name = "lines"; used.value = line.value;
    form.append(used);
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });

  const all = () => desk.all("[data-draft]").forEach(watch);
  document.addEventListener("htmx:afterSettle", all);
  all();
})();
