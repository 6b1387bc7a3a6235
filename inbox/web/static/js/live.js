/* Live updates: one event stream for all tabs where the browser can share it. Nothing that is being read moves.
   Events carry a case's reference and no content; what is shown is asked for again, every 1.5 seconds at most. */
(() => {
  const url = document.body.dataset.events;
  if (!url) return;
  const lost = desk.one("#live-state"), channel = "BroadcastChannel" in window ? new BroadcastChannel("inbox-live") : null;
  const list = () => desk.one("#list"), page = desk.one("#main[data-case]"), taken = new Map(), arrived = new Set();
  let since = null, last = Date.now(), lead = false, refreshing = 0, refreshed = 0, count = 0;

  function handle({ kind, data }) {
    last = Date.now();
    if (since) { since = null; lost.textContent = ""; }
    if (kind === "beat" || !data.case) return;
    const here = desk.one("[data-case]");
    if (kind === "presence") { if (here && here.dataset.case === data.case) desk.tellPresence(); return; }
    if (page && page.dataset.case !== data.case || !page && !list()) return;
    if (kind === "arrived") arrived.add(data.case);
    if (kind === "arrived" && page) offer(count += 1);
    if (data.taken_by) taken.set(data.case, data.taken_by);
    if (!refreshing) refreshing = setTimeout(refresh, Math.max(200, refreshed + 1500 - Date.now()));
  }

  function offer(number) {
    const bar = desk.one("#new-messages");
    if (!bar) return;
    bar.textContent = number + " new " + (number === 1 ? "message" : "messages") + ": show";
    bar.hidden = !number;
  }

  /* Rows, messages and what is marked as live are exchanged in place. Nothing is added or taken away, and what has the focus stays as it is. */
  async function refresh() {
    refreshing = 0;
    refreshed = Date.now();
    const answer = await fetch(list() ? desk.one("#new-messages").href : location.href, { headers: { "X-Background": "yes" } }).catch(() => null);
    if (!answer || !answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    desk.all("[data-count]", fresh).forEach((number) => {
      desk.all(`[data-count="${CSS.escape(number.dataset.count)}"]`).forEach((shown) => { shown.textContent = number.textContent; });
    });
    const total = fresh.title.match(/\(\d+\)/);
    if (total) document.title = document.title.replace(/\(\d+\)/, total[0]);
    desk.all(list() ? "#list .row" : "#timeline .message, [data-live]").forEach((element) => exchange(element, fresh));
    if (!list()) return;
    offer([...arrived].filter((reference) => fresh.getElementById("row-" + reference) && !document.getElementById("row-" + reference)).length);
  }

  function exchange(element, fresh) {
    if (element.contains(document.activeElement) || element.getAttribute("aria-busy")) return;
    const other = fresh.getElementById(element.id);
    if (other) {
      keepState(element, other);
      if (!element.isEqualNode(other)) { window.Idiomorph.morph(element, other); window.htmx.process(element); }
    } else if (element.matches(".row")) {
      const line = desk.one(".row__busy", element) || desk.one(".row__body", element).appendChild(Object.assign(document.createElement("p"), { className: "row__busy" }));
      const who = taken.get(element.id.slice(4));
      line.textContent = who ? "Taken by " + who : "No longer in this list";
    }
  }

  /* Ticks, the current row and the one-use keys belong to this page, not to the answer. */
  function keepState(element, other) {
    const ticks = desk.all(".tick", element), keys = desk.all("[name=once]", element), current = desk.one("[aria-current]", element);
    desk.all(".tick", other).forEach((field, index) => { field.checked = !!ticks[index] && ticks[index].checked; });
    desk.all("[name=once]", other).forEach((field, index) => { if (keys[index]) field.setAttribute("value", keys[index].value); });
    const link = desk.one(".row__who", other);
    if (link && current) link.setAttribute("aria-current", "true");
    else if (link) link.removeAttribute("aria-current");
  }

  function listen() {
    lead = true;
    const stream = new EventSource(url);
    for (const kind of ["arrived", "changed", "presence", "delivery", "beat"]) {
      stream.addEventListener(kind, (message) => {
        let data = {};
        try { data = JSON.parse(message.data); } catch { /* a beat may be empty */ }
        handle({ kind, data });
        if (channel) channel.postMessage({ kind, data });
      });
    }
    return new Promise((done) => window.addEventListener("pagehide", () => { stream.close(); lead = false; done(); }, { once: true }));
  }

  if (channel) channel.addEventListener("message", (message) => handle(message.data));
  const begin = () => (navigator.locks && channel ? navigator.locks.request("inbox-live", listen) : listen());
  begin();
  window.addEventListener("pageshow", (event) => { if (event.persisted && !lead) begin(); });

  setInterval(() => {
    if (Date.now() - last < 30000 || since) return;
    since = new Date(last).toTimeString().slice(0, 5);
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Refresh";
    lost.replaceChildren("Not live since " + since + ". ", link);
  }, 5000);
})();
