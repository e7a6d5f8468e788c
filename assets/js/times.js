// Says in the bar below the times which one is chosen. Without it the chosen one is only marked.

const bar = document.querySelector("[data-chosen]");
const form = document.querySelector("[data-times]");

function show() {
  const chosen = form.querySelector("input[name=slot]:checked");
  if (!chosen) return;
  const when = document.createElement("b");
  when.textContent = chosen.dataset.words;
  bar.replaceChildren(bar.firstElementChild, document.createElement("br"), when, `, ${chosen.dataset.where}`);
}

if (bar && form) {
  form.addEventListener("change", show);
  show();
}
