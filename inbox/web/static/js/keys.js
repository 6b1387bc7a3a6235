/* Letter keys. Every key presses a visible button or link that names it in aria-keyshortcuts; they can be turned off. */
(() => {
  const letters = desk.root.dataset.letters || "off";
  let going = 0;

  const typing = (element) => !!element.closest && !!element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const seen = (element) => element.getClientRects().length > 0;
  const openMenu = () => desk.all("[popover]").find((menu) => menu.matches(":popover-open"));
  const openDialog = () => desk.one("dialog[open]");

  function pressed(scope, key) {
    const all = desk.all("[aria-keyshortcuts]", scope).filter((element) => element.getAttribute("aria-keyshortcuts").split(" ").includes(key) && desk.within(element));
    const found = all.find((element) => element.matches("textarea")) || all[0];
    if (!found) return false;
    if (found.matches("input[type=search], textarea, select")) { found.focus(); found.scrollIntoView({ block: "center" }); }
    else {
      if (found.matches("[popovertarget]") && found.closest("[data-more]")) found.closest("[data-more]").open = true;
      if (found.matches("[popovertarget]")) found.scrollIntoView({ block: "nearest" });
      found.click();
      if (found.matches("[popovertarget]")) intoMenu(found);
    }
    return true;
  }

  function intoMenu(button) {
    const menu = document.getElementById(button.getAttribute("popovertarget"));
    if (menu && menu.matches(":popover-open")) desk.focus(desk.one("button", menu));
  }

  function move(step) {
    const links = desk.all("[data-list] .row__who").filter(seen);
    if (!links.length) return false;
    const here = document.activeElement.closest(".row");
    const at = here ? links.findIndex((link) => here.contains(link)) : links.findIndex((link) => link.hasAttribute("aria-current")) - (step > 0 ? 0 : 1);
    const next = links[Math.min(Math.max(at + step, 0), links.length - 1)];
    desk.focus(next);
    const reading = desk.one("#reading[data-case]");
    if (reading && seen(reading) && next) { desk.keepFocus = true; window.htmx.trigger(next, "click"); }
    return true;
  }

  function messages(step) {
    const all = desk.all("#main .message");
    const at = all.findIndex((message) => message.contains(document.activeElement));
    return desk.focus(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
  }

  function tick() {
    const row = document.activeElement.closest(".row") || (desk.one(".row__who[aria-current]") || document.body).closest(".row");
    if (row) desk.one(".tick", row).click();
    return !!row;
  }

  const own = {
    j: () => move(1), k: () => move(-1), ArrowDown: () => onRow() && move(1), ArrowUp: () => onRow() && move(-1),
    o: () => { const row = document.activeElement.closest(".row"); if (row) desk.one(".row__who", row).click(); return !!row; },
    x: tick, "]": () => messages(1), "[": () => messages(-1),
    "?": () => { desk.show("#keys"); return true; },
    z: () => { const button = desk.one("#undo form button"); if (button) button.click(); return !!button; },
    g: () => { going = Date.now(); return true; },
  };
  const onRow = () => !!document.activeElement.closest(".row");

  desk.show = (selector) => {
    const dialog = desk.one(selector);
    const before = document.activeElement;
    if (!dialog || dialog.open) return;
    dialog.showModal();
    dialog.addEventListener("close", () => desk.focus(before), { once: true });
  };

  function closeMore(back) {
    const more = desk.one("[data-more][open]");
    if (!more) return false;
    more.open = false;
    if (back) desk.focus(desk.one("summary", more));
    return true;
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-more]")) closeMore(false);
    const close = event.target.closest("[data-close]");
    if (close) close.closest("dialog").close();
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat && !["j", "k", "ArrowDown", "ArrowUp"].includes(event.key)) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); desk.show("#palette"); return; }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { mainButton(event); return; }
    if (event.key === "Escape") { back(event); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey && event.key.startsWith("Arrow")) return;
    if (openDialog() || typing(event.target) || letters === "off") return;
    if (letters === "lists" && !event.target.closest(".rows, .menu")) return;
    if (letter(event.key)) event.preventDefault();
  });

  function letter(key) {
    if (going && Date.now() - going < 2000) {
      going = 0;
      const place = desk.one(`[data-go="${CSS.escape(key)}"]`);
      if (place) place.click();
      else cannot("Nothing in your menu goes by that key");
      return true;
    }
    const menu = openMenu();
    if (menu) return pressed(menu, key);
    const pane = desk.one("#reading[data-case]");
    if (!pane && onRow() && ASKS.concat(ACTS).includes(key)) return onUnopened(key);
    if (pane && pressed(pane, key) || pressed(document, key)) return true;
    if (own[key]) return own[key]();
    if (desk.isKey(key)) cannot(pane && pane.dataset["no" + key.toUpperCase()] || "That key has nothing to do here");
    return desk.isKey(key);
  }

  /* Why a key does nothing, on the row that is open, else at the foot of the page if nothing can be undone there. */
  function cannot(words) {
    const open = desk.one("[data-list] .row__who[aria-current]");
    if (open) sayOn(open.closest(".row"), words);
    else if (desk.one("#undo form")) desk.say(words);
    else desk.tell(words);
  }

  /* A row that is not open: keys that ask first open it and ask; the others say why they do nothing. */
  const ASKS = ["m", "h", "p", "a", "b"];
  const ACTS = ["y", "1", "2", "3", "n", "q", "c", "v", "r", "i", "f", "d", "e", "s"];
  function sayOn(row, words) {
    desk.all(".row__busy[data-said]").forEach((old) => old.remove());
    const said = document.createElement("span");
    said.className = "row__busy";
    said.dataset.said = "";
    said.textContent = words;
    (desk.one(".row__body", row) || row).append(said);
    desk.say(words);
    setTimeout(() => said.remove(), 5000);
  }
  function onUnopened(key) {
    const row = document.activeElement.closest(".row");
    if (!ASKS.includes(key)) { sayOn(row, "Open it first: press Enter"); return true; }
    document.addEventListener("htmx:afterSettle", () => {
      const pane = desk.one("#reading[data-case]");
      if (pane && !pressed(pane, key)) sayOn(row, pane.dataset["no" + key.toUpperCase()] || "That cannot be done with this message");
    }, { once: true });
    desk.one(".row__who", row).click();
    return true;
  }

  function mainButton(event) {
    const form = event.target.closest && event.target.closest("form");
    const button = (form && desk.one("[data-main], .button--main", form)) || desk.one("#main [data-main]");
    if (button) { event.preventDefault(); button.click(); }
  }

  function back(event) {
    if (openDialog() || openMenu()) return;
    if (typing(event.target)) { event.target.blur(); return; }
    if (closeMore(true)) return;
    const link = letters !== "off" && desk.one("#main [data-back]");
    if (link && seen(link)) link.click();
  }
})();
