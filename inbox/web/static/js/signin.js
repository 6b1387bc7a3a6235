/* Signed out while writing: a dialog over the page, sign-in in another tab, then the refused request again. */
(() => {
  const dialog = desk.one("#sign-in-again");
  let waiting = [];
  desk.signInAgain = (repeat) => {
    if (repeat) waiting.push(repeat);
    desk.show("#sign-in-again");
  };
  if (!dialog) return;

  /* The new session has a new token: every form on this page gets it before anything is sent again. */
  dialog.addEventListener("close", async () => {
    const answer = await fetch("/session", { headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok) { desk.say("You are not signed in yet."); return; }
    renew((await answer.json()).csrf_token);
    const repeats = waiting;
    waiting = [];
    repeats.forEach((repeat) => repeat());
  });

  function renew(token) {
    desk.token = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRF-Token": token }));
    desk.all("input[name=csrf_token]").forEach((field) => { field.value = token; });
  }
})();
