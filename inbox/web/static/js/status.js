/* What was done is said once in one status region; where the focus goes after an act; errors said in place. */
desk.say = (words) => {
  const region = desk.one("#announce");
  if (!region || !words) return;
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = words; });
};

/* The same at the foot of the page, for those who see it. */
desk.tell = (words) => {
  const bar = desk.one("#undo");
  if (bar) {
    bar.classList.remove("undo--empty");
    const sentence = document.createElement("p");
    sentence.textContent = words;
    bar.replaceChildren(sentence);
  }
  desk.say(words);
};

desk.focus = (element) => {
  if (!element) return false;
  element.focus({ preventScroll: false });
  return document.activeElement === element;
};

desk.fail = (status) => {
  const words = {
    0: "We could not reach the office server. Your words stay on this page.",
    403: "You cannot do this, or it does not exist.",
    404: "You cannot see this, or it does not exist.",
    429: "Too many tries. Wait a minute, then try again.",
  };
  return words[status] || "That did not work. Nothing was changed. Try again.";
};

(() => {
  const place = document.title.split(" – ").slice(-2).map((part) => part.replace(/ \(\d+\)$/, ""));
  desk.focus(desk.one("[data-focus]"));

  /* What can be stopped until it leaves: after that the button is gone, and the bar says so. */
  const leaving = desk.one("#undo[data-seconds]");
  if (leaving) setTimeout(() => {
    const button = desk.one("form", leaving);
    if (!button || !leaving.dataset.then) return;
    const had = button.contains(document.activeElement);
    button.remove();
    desk.one("p", leaving).textContent = leaving.dataset.then;
    if (had) desk.focus(desk.one("[data-dismiss]", leaving));
  }, leaving.dataset.seconds * 1000);

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss=undo]")) {
      const bar = desk.one("#undo");
      bar.classList.add("undo--empty");
      bar.replaceChildren();
      const view = desk.one("[data-list] [aria-current]") || desk.one("#main h1");
      if (view && !view.hasAttribute("href")) view.tabIndex = -1;
      desk.focus(view);
    }
    const frame = event.target.closest("details[data-frame] > summary");
    if (frame) showFrame(frame.parentElement);
  });

  /* The formatted mail is its own document in a sandbox; it is fetched only when somebody asks for it. */
  function showFrame(details) {
    if (details.querySelector("iframe")) return;
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.className = "message__frame";
    frame.title = "Formatted message";
    frame.src = details.dataset.frame;
    details.append(frame);
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    const swapped = desk.one("#" + (event.detail.target.id || "nothing"));
    if (!swapped) return;
    desk.say(swapped.dataset.say);
    if (swapped.id === "reading") {
      markCurrent(swapped.dataset.case);
      if (!desk.keepFocus) desk.focus(desk.one("[data-heading]", swapped));
      desk.keepFocus = false;
      if (swapped.dataset.title) document.title = [swapped.dataset.title, ...place].join(" – ");
    }
    desk.focus(desk.one("[data-focus]", swapped));
  });

  function markCurrent(reference) {
    desk.all(".row__who[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
    const link = reference && desk.one("#row-" + reference + " .row__who");
    if (link) link.setAttribute("aria-current", "true");
  }

  document.addEventListener("htmx:responseError", (event) => problem(event, event.detail.xhr.status));
  document.addEventListener("htmx:sendError", (event) => problem(event, 0));
  document.addEventListener("htmx:timeout", (event) => problem(event, 0));

  /* Waiting is silent for 4 s; the old content stays where it is. */
  const waits = new WeakMap();
  document.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.target.setAttribute("aria-busy", "true");
    waits.set(event.detail.xhr, setTimeout(() => desk.say("Still loading"), 4000));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    clearTimeout(waits.get(event.detail.xhr));
    event.detail.target.removeAttribute("aria-busy");
  });

  function problem(event, status) {
    if (status === 401) {
      const asked = event.detail.elt;
      desk.signInAgain(() => window.htmx.trigger(asked, asked.matches("form") ? "submit" : "click"));
      return;
    }
    if ([409, 413, 422, 429].includes(status)) return;
    desk.tell(desk.fail(status));
  }
})();
