// Adds, removes and moves the rows of a question without leaving the page. It presses the same button that works
// without scripts, in the background, and puts the question that comes back in place of the old one.

/** Listens for the row buttons; `enhance` starts the scripts of a question that has been put in. */
export function rows(enhance) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="rows"]');
    if (!button) return;
    event.preventDefault();
    press(button, enhance);
  });
}

async function press(button, enhance) {
  const form = button.form;
  const old = button.closest("[data-question]");
  old.inert = true; // What is typed into it now would be lost.
  const fresh = await pressed(form, button)
    .then((page) => page.getElementById(old.id))
    .catch(() => null);
  old.inert = false;
  if (fresh) swap(old, fresh, enhance);
  else form.requestSubmit(button); // The long way round says what is wrong.
}

/** The page that this button leads to. Files stay here: they are sent with the Save button, once. */
async function pressed(form, button) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  body.append(button.name, button.value);
  const response = await fetch(form.getAttribute("action") || window.location.href, { method: "POST", body });
  if (response.redirected) throw new Error("Signed out");
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** An autosave may have come back meanwhile: the answer to be replaced is the one that this page knows of. */
function swap(old, fresh, enhance) {
  const base = `input[name="base_${old.dataset.question}"]`;
  if (fresh.querySelector(base)) fresh.querySelector(base).value = old.querySelector(base).value;
  old.replaceWith(fresh);
  enhance(fresh);
  placeToGoOn(fresh)?.focus();
  // For the autosave: other rows, another answer.
  fresh.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The row that the server names, as it does without scripts. The focus must never fall back to the top of the page. */
function placeToGoOn(question) {
  return question.querySelector("[autofocus]") ?? question.querySelector('button[value^="add "]');
}
