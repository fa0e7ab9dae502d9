// Passkeys: the form carries what the browser was asked for, and is posted with what the passkey answered.

const BINARY = ["challenge", "id", "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

/** A button with `data-passkey="create"` or `"get"` asks the passkey first, then sends its form. */
export function passkey(button) {
  button.hidden = !window.PublicKeyCredential;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const options = decoded(JSON.parse(document.getElementById("passkey-options").textContent));
    try {
      const credential = await navigator.credentials[button.dataset.passkey](options);
      button.form.elements.credential.value = JSON.stringify(encoded(credential));
      button.form.requestSubmit();
    } catch {
      say(button, "The passkey wasn’t used. Try again, or use a code instead.");
    }
  });
}

function say(button, words) {
  let line = button.parentElement.querySelector("[role=alert]");
  if (!line) {
    line = document.createElement("p");
    line.setAttribute("role", "alert");
    line.className = "govuk-error-message";
    button.before(line);
  }
  line.textContent = words;
}

/** What the server says in base64url, as the bytes that the browser wants. */
function decoded(value, name) {
  if (typeof value === "string") return BINARY.includes(name) ? bytes(value) : value;
  if (Array.isArray(value)) return value.map((item) => decoded(item));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decoded(item, idOf(value, key))]));
}

/** The id of the site is a name; all other ids are bytes. */
function idOf(owner, key) {
  return key === "id" && "name" in owner && !("displayName" in owner) ? "rp" : key;
}

function encoded(credential) {
  const response = {};
  for (const name of BINARY) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function bytes(words) {
  const plain = atob(words.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
