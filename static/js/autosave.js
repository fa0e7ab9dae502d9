// Saves each question a moment after it changes, by the same route as the Save button: same address, same fields, same
// checks. Saves go one at a time and in order. Values are read when they are sent, so the newest always wins.

const PAUSE = 1500;
const LONGEST_PAUSE = 60000;
const PATIENCE = 15000;
const ALWAYS_SENT = ["csrfmiddlewaretoken", "typed_by", "sure_about_numbers"];
const SIGNED_OUT = "you have been signed out. Select Save: you will be asked to sign in, and what you typed is kept.";

/** Saves the questions (`data-question`) of this form while somebody fills it in. */
export function autosave(form) {
  new Autosave(form);
}

class Autosave {
  constructor(form) {
    this.form = form;
    this.address = form.getAttribute("action") || window.location.href;
    this.waiting = new Set();
    this.sending = null;
    this.pause = PAUSE;
    this.status = statusLine(form);
    form.addEventListener("input", (event) => this.note(event));
    form.addEventListener("change", (event) => this.note(event));
    form.addEventListener("submit", (event) => this.giveWay(event));
    document.addEventListener("click", (event) => this.holdBack(event));
    window.addEventListener("beforeunload", (event) => this.isBehind() && event.preventDefault());
    window.addEventListener("pagehide", () => this.leave());
  }

  /** Something changed. A question with files is left to the Save button: a file is chosen once, not typed. */
  note(event) {
    const question = event.target.closest("[data-question]");
    if (!question || question.querySelector('input[type="file"]')) return;
    this.waiting.add(question.dataset.question);
    this.later(PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  async send() {
    if (this.sending || !this.waiting.size) return;
    const ids = [...this.waiting];
    this.waiting.clear();
    this.sending = this.deliver(ids);
    await this.sending;
    this.sending = null;
    if (this.waiting.size) this.later(this.pause);
  }

  async deliver(ids) {
    const answer = await post(this.address, fieldsOf(this.form, ids));
    if (answer.saved) this.saved(answer);
    else this.failed(answer, ids);
  }

  /** The next save replaces the answers that this one made. */
  saved(answer) {
    for (const [id, base] of Object.entries(answer.base ?? {})) {
      const field = this.form.elements[`base_${id}`];
      if (field) field.value = base;
    }
    this.pause = PAUSE;
    this.say(answer.notice ? `Saved ${answer.saved}. ${answer.notice}` : `Saved ${answer.saved}`);
    document.dispatchEvent(new Event("portal:seen"));
  }

  /** Tries again when that can help. When signed out, sends all that was typed, for the server to keep. */
  async failed(answer, ids) {
    this.say(`Not saved: ${answer.problem}`, true);
    if (answer.signedOut) await post(this.address, fieldsOf(this.form));
    if (!answer.again) return;
    ids.forEach((id) => this.waiting.add(id));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  /** The Save button sends everything, but not while a save is on its way: it would replace an answer that is gone. */
  async giveWay(event) {
    clearTimeout(this.timer);
    this.waiting.clear();
    if (!this.sending) return;
    event.preventDefault();
    await this.sending;
    this.form.requestSubmit(event.submitter);
  }

  /** Whether something was typed since the save that is on its way: sent now, it would replace an answer that is gone. */
  isBehind() {
    return this.sending !== null && this.waiting.size > 0;
  }

  /** A link waits for that save; `leave` then sends the rest. Other ways out of the page ask first whether to go. */
  async holdBack(event) {
    const link = event.target.closest("a[href]");
    const staysHere = !link || link.getAttribute("href").startsWith("#") || event.ctrlKey || event.metaKey || event.shiftKey;
    if (staysHere || !this.isBehind()) return;
    event.preventDefault();
    await this.sending;
    window.location.assign(link.href);
  }

  /** The page is going away: what is still waiting is sent without waiting for the answer. */
  leave() {
    if (this.waiting.size) post(this.address, fieldsOf(this.form, [...this.waiting]), { keepalive: true });
    this.waiting.clear();
  }

  say(words, failed = false) {
    this.status.textContent = words;
    this.status.classList.toggle("portal-saved--failed", failed);
  }
}

/** Sends one save. Answers `saved`, `base` and perhaps `notice`; or `problem`, perhaps with `again` or `signedOut`. */
async function post(address, body, options = {}) {
  const headers = { "X-Autosave": "1", Accept: "application/json" };
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    const response = await fetch(address, { method: "POST", body, headers, redirect: "manual", signal, ...options });
    return await read(response);
  } catch {
    return { problem: "there is no connection. We are trying again.", again: true };
  }
}

async function read(response) {
  if (response.type === "opaqueredirect") return { problem: SIGNED_OUT, signedOut: true };
  if (response.status >= 500) return { problem: "the service isn't answering. We are trying again.", again: true };
  const answer = await response.json().catch(() => ({}));
  if (response.ok && answer.saved) return answer;
  return { problem: answer.problem ?? "select Save to see why." };
}

/** The fields of these questions, or all, with what the server needs to trust and to compare them. Never files. */
function fieldsOf(form, ids) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const wanted = !ids || ALWAYS_SENT.includes(name) || ids.some((id) => belongs(name, id));
    if (wanted && typeof value === "string") body.append(name, value);
  }
  return body;
}

/** Fields are named by the question's id and a path below it: S1-04, S1-04.0.outcome, S1-05-day. */
function belongs(name, id) {
  return name === id || name === `base_${id}` || name.startsWith(`${id}.`) || name.startsWith(`${id}-`);
}

/** The line that says "Saved 10:42": before the form's own buttons, and empty at first, to be announced later. */
function statusLine(form) {
  const line = document.createElement("p");
  line.className = "govuk-body portal-saved";
  line.setAttribute("aria-live", "polite");
  const groups = [...form.querySelectorAll(".govuk-button-group")];
  const buttons = groups.findLast((group) => !group.closest("[data-question]"));
  if (buttons) buttons.before(line);
  else form.append(line);
  return line;
}
