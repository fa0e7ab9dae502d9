// Starts the scripts of every page. They only add to pages that work without them, and nothing is written into the
// page, so the strict content security policy holds. Parts that few pages need are fetched by those pages alone.

import {
  createAll,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  FileUpload,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
} from "../vendor/govuk-frontend/govuk-frontend.min.js";

const COMPONENTS = [
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  FileUpload,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
];

/** Starts GOV.UK Frontend within `scope`: the whole page, or a part that has just been put into it. */
function enhance(scope) {
  for (const Component of COMPONENTS) createAll(Component, undefined, scope);
  scope.querySelectorAll('[data-module="govuk-radios"]').forEach(revealByRadio);
}

/** Shows what an answer asks for besides, below it. Ours, because GOV.UK's says aria-expanded of a radio, which no radio has. */
function revealByRadio(group) {
  const show = () =>
    group.querySelectorAll("input[data-aria-controls]").forEach((input) => {
      const more = document.getElementById(input.dataset.ariaControls);
      more?.classList.toggle("govuk-radios__conditional--hidden", !input.checked);
    });
  group.addEventListener("change", show);
  show();
}

/** A second press on a slow line must not send the form twice. The buttons stay enabled, so their values are sent. */
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // A form whose answer is a download leaves the page where it was, and may be wanted again.
  setTimeout(() => delete form.dataset.sent, 3000);
}

/** Buttons that print are hidden until it is known that they can. */
function offerPrinting(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/** Fetches only what this page needs. */
async function start() {
  const form = document.querySelector("form[data-autosave]");
  if (form) (await import("./autosave.js")).autosave(form);
  if (document.querySelector('button[name="rows"]')) (await import("./rows.js")).rows(enhance);
  const waiting = document.querySelectorAll("[data-poll]");
  if (waiting.length) (await import("./poll.js")).poll(waiting);
  const keys = document.querySelectorAll("[data-passkey]");
  if (keys.length) keys.forEach((await import("./passkey.js")).passkey);
  const seconds = Number(document.body.dataset.sessionSeconds);
  if (seconds) (await import("./session.js")).warnBeforeEnd(seconds);
}

document.body.classList.add("js-enabled", "govuk-frontend-supported");
enhance(document);
document.addEventListener("submit", sendOnce);
document.querySelectorAll("[data-print]").forEach(offerPrinting);
start();
