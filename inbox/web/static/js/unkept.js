/* A form whose words are nowhere else yet (data-unkept): leaving the page asks first; sending waits for somebody who is signed in. */
(() => {
  const ASK = "You typed words here that are not kept. Leave this page without them?";
  const AWAY = "We could not reach the office server. Nothing was sent. Your words stay on this page.";
  const forms = () => desk.all("form[data-unkept]");
  let leaving = false, sure = false, waiting = false;

  function changed(field) {
    if (field.matches("select")) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    return !field.matches("[type=hidden], button, fieldset") && field.value !== field.defaultValue;
  }

  /* A page that answers a form holds what was typed and not taken (data-answers); "begun": it is in the form's hidden fields. */
  const words = (form) => [...form.elements].some((field) => field.matches("textarea, input:not([type=hidden], [type=checkbox], [type=radio])") && field.value.trim());
  const refused = (form) => form.dataset.unkept === "begun" || "answers" in document.body.dataset && words(form);
  const unkept = (form) => refused(form) || [...form.elements].some(changed);
  const atRisk = (but) => !leaving && forms().some((form) => form !== but && unkept(form));

  /* Asked once: what was answered here is not asked again by the browser. */
  function ask(event, but) {
    if (!atRisk(but)) return;
    if (window.confirm(ASK)) leaving = true;
    else event.preventDefault();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    if (!link || "unasked" in link.dataset || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.target || link.hasAttribute("download") || !link.protocol.startsWith("http")) return;
    if (link.hash && link.href.split("#")[0] === location.href.split("#")[0]) return;
    ask(event);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.target) return;
    if ("unasked" in form.dataset) leaving = true;
    ask(event, form);
    if (event.defaultPrevented || !form.matches("[data-unkept]")) return;
    if (sure) { leaving = true; return; }
    event.preventDefault();
    if (!waiting) known(() => { sure = true; form.requestSubmit(event.submitter); });
  });

  /* Sent into no network, or after the session ended, the words would be gone: first the server says who we are. */
  async function known(go) {
    waiting = true;
    const answer = await fetch("/session", { headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
    waiting = false;
    if (answer && answer.status === 401) desk.signInAgain(go);
    else if (answer && answer.ok) go();
    else desk.tell(AWAY);
  }

  window.addEventListener("beforeunload", (event) => { if (atRisk()) event.preventDefault(); });
  window.addEventListener("pageshow", () => { leaving = sure = false; });
})();
