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

  /* A row that somebody else changed says so; the one in focus and the open pane stay as they are. */
  function changed(data) {
    const row = data.case && desk.one("#row-" + CSS.escape(data.case));
    if (!row || row.contains(document.activeElement) || row.getAttribute("aria-busy")) return;
    if (!data.taken_by) return;
    const line = desk.one(".row__busy", row) || row.appendChild(Object.assign(document.createElement("span"), { className: "row__busy" }));
    line.textContent = "Taken by " + data.taken_by;
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
