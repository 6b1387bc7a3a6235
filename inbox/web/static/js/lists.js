/* Lists and triage: the focus moves on at once, the row says "Filing…" and goes when the server says so. */
(() => {
  const rows = () => desk.all("[data-list] .row:not([hidden])");

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-triage]");
    if (!form) return;
    if (form.popover) form.hidePopover();
    const reading = form.closest("[data-case]");
    const row = reading && desk.one("#row-" + reading.dataset.case);
    if (!row) return;
    markBusy(row);
    const all = rows();
    const next = all[all.indexOf(row) + 1] || all[all.indexOf(row) - 1];
    if (next) desk.focus(desk.one(".row__who", next));
  });

  function markBusy(row) {
    row.setAttribute("aria-busy", "true");
    const words = document.createElement("span");
    words.className = "row__busy";
    words.textContent = "Filing…";
    (desk.one(".row__body", row) || row).append(words);
  }

  function notBusy() {
    desk.all(".row[aria-busy]").forEach((row) => {
      row.removeAttribute("aria-busy");
      const words = desk.one(".row__busy", row);
      if (words) words.remove();
    });
  }
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, notBusy));

  /* The answer names the row that leaves; the row in focus by then opens in the pane. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const bar = event.detail.target.id === "undo" && desk.one("#undo");
    if (!bar) return;
    notBusy();
    const gone = bar.dataset.gone && document.getElementById("row-" + bar.dataset.gone);
    if (!gone) return;
    const focused = document.activeElement.closest(".row");
    gone.remove();
    if (!rows().length) location.reload();
    else if (focused && focused !== gone) {
      desk.keepFocus = true;
      window.htmx.trigger(desk.one(".row__who", focused), "click");
    }
  });

  /* Shift and arrow tick a run of rows. */
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest && event.target.closest(".row");
    if (!row || !event.shiftKey || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const all = rows();
    const next = all[all.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
    [row, next].forEach((each) => { if (each) desk.one(".tick", each).checked = true; });
    count();
    if (next) desk.focus(desk.one(".row__who", next));
  });

  /* The bar of the ticked rows says how many there are, and ticks all that are loaded. */
  const ticks = () => desk.all("[data-list] .tick").filter((tick) => !tick.closest("[hidden]"));
  function count() {
    const words = desk.one("[data-ticked]"), all = desk.one("[data-tick-all]");
    if (!words || !all) return;
    const boxes = ticks(), chosen = boxes.filter((tick) => tick.checked).length;
    words.textContent = chosen ? `${chosen} of ${boxes.length} ticked` : "those ticked";
    all.textContent = chosen === boxes.length ? "Untick all" : "Tick all";
  }
  document.addEventListener("change", (event) => { if (event.target.matches(".tick")) count(); });
  document.addEventListener("htmx:afterSettle", count);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-tick-all]")) return;
    const boxes = ticks(), wanted = boxes.some((tick) => !tick.checked);
    boxes.forEach((tick) => { tick.checked = wanted; });
    count();
    if (!wanted && boxes.length) boxes[0].focus();
  });
  count();

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "bulk" || desk.one(".tick:checked")) return;
    event.preventDefault();
    desk.say("Select a message first");
  });
})();
