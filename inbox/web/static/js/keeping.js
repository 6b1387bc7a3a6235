/* A form used on the road is kept on the server while it is typed; it is sent only by somebody who is signed in. */
(() => {
  const form = desk.one("form[data-keep]");
  if (!form) return;
  const state = desk.one("[data-state]", form);
  const OFFLINE = "You are offline. Your words stay on this page. Do not close it.";
  const tell = (sentence) => { if (state.textContent !== sentence) state.textContent = sentence; };
  let kept = words(), timer = 0, sure = false;

  function body() {
    const data = new FormData(form);
    data.delete("once");
    return data;
  }

  function words() { return [...body()].map((pair) => pair.join("=")).join("\n"); }

  /* Whether the server answered that we are known there. `repeat` runs after signing in again. */
  async function keep(repeat, leaving = false) {
    clearTimeout(timer);
    const sent = words();
    let answer;
    try { answer = await desk.post(form.dataset.keep, body(), { keepalive: leaving }); } catch { tell(OFFLINE); return false; }
    if (answer.status === 401) { tell("Not kept. You were signed out."); desk.signInAgain(repeat); return false; }
    if (answer.ok) { kept = sent; tell("Kept " + (await answer.json()).saved_at + "."); }
    return true;
  }

  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => keep(() => keep()), 2000); });
  form.addEventListener("submit", async (event) => {
    if (sure) return;
    event.preventDefault();
    if (!await keep(() => form.requestSubmit())) return;
    sure = true;
    form.requestSubmit();
  });
  window.addEventListener("online", () => { if (words() !== kept) keep(() => keep()); });
  window.addEventListener("pageshow", () => { sure = false; });
  document.addEventListener("visibilitychange", () => { if (document.hidden && !sure && words() !== kept) keep(() => keep(), true); });
})();
