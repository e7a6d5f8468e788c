// Scoring by keys: 1 to 5 choose the points, Ctrl+Enter (Cmd+Enter) presses the button that saves and goes on.
// <body data-keys="off"> turns the single keys off; Ctrl+Enter stays, since it is none.

const TYPED = "textarea, select, input:not([type=radio]):not([type=checkbox]), [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const button = document.querySelector("[data-go]");
    if (!button) return;
    event.preventDefault();
    button.click();
    return;
  }
  if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest(TYPED)) return;
  const choice = document.querySelector(`[data-scoring] input[name=points][value="${CSS.escape(event.key)}"]`);
  if (!choice) return;
  event.preventDefault();
  choice.focus();
  if (!choice.checked) choice.click();
});
