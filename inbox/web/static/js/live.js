/* Live updates: one event stream for all tabs where the browser can share it. Nothing that is being read moves. */
(() => {
  const url = document.body.dataset.events;
  if (!url) return;
  const lost = desk.one("#live-state"), channel = "BroadcastChannel" in window ? new BroadcastChannel("inbox-live") : null;
  const arrived = new Set();
  let since = null, last = Date.now(), lead = false;

  function handle(event) {
    last = Date.now();
    if (since) { since = null; lost.textContent = ""; }
    const data = event.data || {};
    if (event.kind === "arrived") arrival(data);
    if (event.kind === "changed") changed(data);
    if (event.kind === "presence") presence(data);
    if (event.kind === "delivery") changed(data);
    if (data.counts) counts(data.counts);
  }

  function arrival(data) {
    const bar = desk.one("#new-messages");
    if (!bar) return;
    const list = desk.one("#list"), page = desk.one("#main[data-case]");
    if (page ? page.dataset.case !== data.case : !list || (data.views || [list.dataset.view]).indexOf(list.dataset.view) < 0) return;
    arrived.add(data.id || data.case);
    const number = arrived.size;
    bar.textContent = number + " new " + (number === 1 ? "message" : "messages") + ": show";
    bar.hidden = false;
  }

  /* What changed elsewhere is fetched a second later and exchanged in place: rows of a list, messages of a case.
     Nothing is added or taken away; what has the focus stays as it is; a row that left says who took it. */
  const stale = new Map();
  let refreshing = 0;

  function changed(data) {
    const here = desk.one("#main[data-case]");
    if (!data.case || !(here ? here.dataset.case === data.case : desk.one("#row-" + CSS.escape(data.case)))) return;
    stale.set(data.case, data.taken_by || "");
    clearTimeout(refreshing);
    refreshing = setTimeout(refresh, 1000);
  }

  async function refresh() {
    const wanted = new Map(stale), list = desk.one("#list");
    stale.clear();
    const answer = await fetch(list ? desk.one("#new-messages").href : location.href, { headers: { "X-Background": "yes" } }).catch(() => null);
    if (!answer || !answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (list) wanted.forEach((who, reference) => exchange(desk.one("#row-" + CSS.escape(reference)), fresh, who));
    else desk.all("#timeline .message").forEach((message) => exchange(message, fresh, ""));
  }

  function exchange(element, fresh, who) {
    if (!element || element.contains(document.activeElement) || element.getAttribute("aria-busy")) return;
    const other = fresh.getElementById(element.id);
    if (other) { window.Idiomorph.morph(element, other); window.htmx.process(element); return; }
    if (!element.matches(".row")) return;
    const line = desk.one(".row__busy", element) || desk.one(".row__body", element).appendChild(Object.assign(document.createElement("p"), { className: "row__busy" }));
    line.textContent = who ? "Taken by " + who : "No longer in this list";
  }

  function presence(data) {
    const place = desk.one("#presence"), here = desk.one("[data-case]");
    if (place && here && here.dataset.case === data.case) place.textContent = data.words || "";
  }

  function counts(numbers) {
    for (const [address, number] of Object.entries(numbers)) {
      const place = desk.one(`[data-count="${CSS.escape(address)}"]`);
      if (place) place.textContent = number;
    }
  }

  function listen() {
    lead = true;
    const stream = new EventSource(url);
    for (const kind of ["arrived", "changed", "presence", "delivery", "beat"]) {
      stream.addEventListener(kind, (message) => {
        let data = {};
        try { data = JSON.parse(message.data); } catch { /* an id alone */ }
        const event = { kind, data };
        handle(event);
        if (channel) channel.postMessage(event);
      });
    }
    stream.addEventListener("open", () => handle({ kind: "beat" }));
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
