/* Drafts save themselves: 2 s after the last key, on leaving a field and on leaving the page; the state is said in words. */
(() => {
  const clock = (at) => at || new Date().toTimeString().slice(0, 5);
  const watched = new WeakSet();

  function watch(form) {
    if (watched.has(form)) return;
    watched.add(form);
    let saved = words(form), timer = 0, running = false, again = false, retry = 2000, sending = false, pressed = null, failing = false;
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
        failing = true;
        tell(navigator.onLine ? "Not saved. We keep trying; do not close this page." : "You are offline. Your words stay on this page. Do not close it.");
        timer = setTimeout(save, retry = Math.min(retry * 2, 60000));
      }
      running = false;
      if (pressed) { const button = pressed; pressed = null; form.requestSubmit(button); return; }
      if (again) { again = false; save(); }
    }

    async function read(answer, sent) {
      failing = !answer.ok;
      if (answer.status === 401) { pressed = null; tell("Not saved. You were signed out."); desk.signInAgain(() => save()); return; }
      const found = await answer.json().catch(() => ({}));
      if (answer.status === 412 && found.url) { pressed = null; goOn(found, sent); apart(form, found); tell(found.detail); return; }
      if (answer.status === 412 || answer.status === 409) { pressed = null; tell((found.detail || "Somebody changed this.") + " Your words are still here and are not saved."); return; }
      if (answer.status === 422 || answer.status === 413) { tell("Not saved. " + (found.detail || "Something in it is too long.")); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      goOn(found, sent);
      tell("Saved " + clock(found.saved_at) + ".");
    }

    /* What the channel says of these words, unless the page says so above them already. */
    function tellOnce(sentence) {
      const said = desk.all("#composer .notice, #composer .choice__detail").some((one) => one.textContent.includes(sentence));
      desk.one("[data-over]", form).textContent = said ? "" : sentence;
    }

    /* The draft that holds these words from now on. */
    function goOn(found, sent) {
      failing = false;
      saved = sent;
      form.dataset.version = form.elements.version.value = found.version || "";
      if (found.url) moveTo(form, found.url);
      if (found.submit_url) form.action = found.submit_url;
      const away = desk.one('#composer form[action$="/withdraw"]');
      if (away && found.url) { away.action = found.url + "/withdraw"; (away.elements.version || {}).value = found.version; }
      if (found.main) desk.one("[data-label]", form).textContent = found.main;
      if ("told" in found) { tellOnce(found.told); if (!found.told) count(form); }
      if ("gaps" in found && words(form) === sent) desk.one("[data-gaps]", form).textContent = found.gaps;
    }

    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 2000); count(form); });
    form.addEventListener("focusout", () => save());
    form.addEventListener("change", (event) => { if (event.target.matches("select, [type=radio]")) { count(form); save(); } });
    /* Pressed while it saves itself: it waits for the new version, or it would clash with its own writer. */
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (running && event.submitter) { event.preventDefault(); event.stopImmediatePropagation(); pressed = event.submitter; return; }
      sending = true;
    }, { capture: true });
    document.addEventListener("visibilitychange", () => { if (document.hidden) save(true); });
    window.addEventListener("pagehide", () => save(true));
    /* A save on leaving that would be refused again, or is too long for the browser to finish, is no save. */
    window.addEventListener("beforeunload", (event) => {
      const unsaved = words(form) !== saved;
      if (!sending && unsaved && (failing || words(form).length > 20000)) event.preventDefault();
    });
    window.addEventListener("online", () => save());
    window.addEventListener("offline", () => tell("You are offline. Your words stay on this page. Do not close it."));
    count(form);
  }

  /* The first save made the draft: every button that saves goes there from now on, or it would begin another. */
  function moveTo(form, url) {
    desk.all("[formaction]", form).filter((button) => button.getAttribute("formaction") === form.dataset.save).forEach((button) => button.setAttribute("formaction", url));
    form.dataset.save = url;
  }

  function body(form) {
    const data = new FormData(form);
    data.delete("files");
    data.delete("once");
    return data;
  }

  const words = (form) => [...body(form)].filter(([name]) => name !== "version").map((pair) => pair.join("=")).join("\n");

  /* Somebody was first: what stands there is shown beside these words, which are a draft of their own now. */
  function apart(form, found) {
    const old = desk.one(".versions", form), both = document.createElement("div"), theirs = document.createElement("div");
    const title = document.createElement("h3"), text = document.createElement("pre"), read = document.createElement("a");
    if (old) old.remove();
    both.className = "versions";
    title.textContent = "What stands there";
    text.textContent = found.text || "";
    read.href = found.read;
    read.textContent = "Open it";
    theirs.append(title, text, read);
    both.append(theirs);
    desk.one(".composer__body", form).prepend(both);
  }

  function count(form) {
    const way = desk.one('[name="form"]:checked', form), limit = Number((way ? way.dataset.limit : form.dataset.limit) || 0), over = desk.one("[data-over]", form);
    if (over && !limit) over.textContent = "";
    if (!limit || !over) return;
    const left = limit - [...form.elements.text.value].length;
    over.textContent = left < 0 ? -left + " characters too many." : left < limit / 10 ? left + " characters left." : "";
  }

  /* ";;" opens the standard lines; choosing one puts it where the cursor is. */
  document.addEventListener("input", (event) => {
    const area = event.target, form = area.closest && area.closest("form");
    if (!form || area.name !== "text") return;
    const at = area.selectionStart, opener = desk.one("[data-lines]", form);
    if (opener && area.value.slice(at - 2, at) === ";;") {
      area.setRangeText("", at - 2, at, "end");
      opener.click();
      desk.focus(desk.one("#lines [data-filter]"));
    } else if (area.value[at - 1] === "@" && form.elements.tell) form.elements.tell.focus();
  });

  /* The box above the lines leaves those that hold its words; Enter takes the first of them, a number its line. */
  const found = (box) => desk.all("[data-insert]", box.closest("[popover]")).filter((line) => !line.hidden);
  document.addEventListener("input", (event) => {
    const box = event.target;
    if (!box.matches || !box.matches("[data-filter]")) return;
    const words = box.value.trim().toLowerCase();
    for (const line of desk.all("[data-insert]", box.closest("[popover]"))) line.hidden = !(line.textContent + line.dataset.insert).toLowerCase().includes(words);
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!box.matches || !box.matches("[data-filter]")) return;
    const digit = !box.value && /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
    if (event.key !== "Enter" && !digit) return;
    event.preventDefault();
    const line = found(box)[digit ? digit - 1 : 0];
    if (line) line.click();
  });

  document.addEventListener("click", (event) => {
    const line = event.target.closest("[data-insert]");
    if (!line) return;
    event.preventDefault();
    const form = line.closest("form"), area = form.elements.text, used = document.createElement("input");
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
