// Passkeys, where the browser has them: the form's options are asked of the server, the device answers, and the answer
// is sent with the form as any other field. Without support the password form is all there is.

const able =
  window.PublicKeyCredential?.parseRequestOptionsFromJSON &&
  window.PublicKeyCredential?.parseCreationOptionsFromJSON &&
  !/^[\d.]+$|:/.test(location.hostname); // browsers keep passkeys for names, not for numbers

const ask = {
  get: async (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  create: async (options) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
};

async function answer(form) {
  const token = form.elements.csrf_token?.value;
  const reply = await fetch(form.dataset.options, { method: "POST", headers: token ? { "X-CSRFToken": token } : {} });
  if (!reply.ok) throw new Error(`options: ${reply.status}`);
  const credential = await ask[form.dataset.passkey](await reply.json());
  form.elements.answer.value = JSON.stringify(credential.toJSON());
  form.submit();
}

for (const form of able ? document.querySelectorAll("[data-passkey]") : []) {
  form.hidden = false;
  for (const button of document.querySelectorAll(`[form="${form.id}"]`)) button.hidden = false;
  for (const note of document.querySelectorAll("[data-passkey-not]")) note.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(form).catch(() => {
      // The person closed the device's window, or it has no passkey for us: they are where they were.
    });
  });
}
