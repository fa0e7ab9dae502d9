// Keeps a part of the page up to date while something is being made for it, such as a PDF. The part has an id, the
// address to look at in data-poll, and aria-live. The answer is that part again; without data-poll, it is finished.

const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 15000;
// About ten minutes. A page that looks for ever would keep a session open for ever.
const LOOKS = 45;

/** Starts looking, for each of these parts of the page. */
export function poll(parts) {
  for (const part of parts) keepLooking(part);
}

async function keepLooking(part) {
  let pause = FIRST_PAUSE;
  for (let look = 0; look < LOOKS && part.dataset.poll; look += 1) {
    await new Promise((resume) => setTimeout(resume, pause));
    pause = Math.min(pause * 1.3, LONGEST_PAUSE);
    const fresh = await fetchPart(part).catch(() => null);
    if (fresh) update(part, fresh);
  }
}

async function fetchPart(part) {
  const response = await fetch(part.dataset.poll);
  if (!response.ok) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html").getElementById(part.id);
}

/** Only a change is put in, since each one is read out. */
function update(part, fresh) {
  if (fresh.textContent.trim() !== part.textContent.trim()) part.replaceChildren(...fresh.childNodes);
  if (fresh.dataset.poll) part.dataset.poll = fresh.dataset.poll;
  else delete part.dataset.poll;
}
