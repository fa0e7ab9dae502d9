// Says when a session is about to end, and lets the person stay (WCAG 2.2.1). Visits and saves count as being there.

const WARNING = 120;

/** Warns two minutes before the end of a session of so many seconds; each save starts the time again. */
export function warnBeforeEnd(seconds) {
  let timers = [];
  const start = () => {
    timers.forEach(clearTimeout);
    document.querySelector(".portal-session")?.remove();
    const early = Math.min(WARNING, seconds / 2);
    timers = [
      setTimeout(() => warn(early, start), (seconds - early) * 1000),
      setTimeout(() => say("You have been signed out. Sign in again to go on."), seconds * 1000),
    ];
  };
  document.addEventListener("portal:seen", start);
  start();
}

function warn(secondsLeft, start) {
  const end = new Date(Date.now() + secondsLeft * 1000);
  const time = end.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-!-margin-bottom-0";
  button.textContent = "Stay signed in";
  button.addEventListener("click", () => stay(start));
  say(`You will be signed out at ${time}, to keep this account safe.`, button);
}

/** Any visit keeps the session; the start page's has no side effects. */
async function stay(start) {
  const response = await fetch("/", { method: "HEAD" }).catch(() => null);
  if (response?.ok) start();
  else say("We couldn't keep you signed in: there is no connection. Copy anything long before you go on.");
}

function say(words, button) {
  document.querySelector(".portal-session")?.remove();
  const banner = document.createElement("div");
  banner.className = "portal-session";
  banner.setAttribute("role", "alert");
  const inside = document.createElement("div");
  inside.className = "govuk-width-container";
  const text = document.createElement("p");
  text.className = "govuk-body govuk-!-font-weight-bold";
  text.textContent = words;
  inside.append(text);
  if (button) inside.append(button);
  banner.append(inside);
  document.body.prepend(banner);
}
