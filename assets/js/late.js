// Ticks "tell those still to come" once a panel is late enough for it, until somebody has decided on it themselves.
document.addEventListener("input", (event) => {
  const minutes = event.target.closest("[data-tell-from]");
  const tell = minutes?.form.elements.tell;
  if (tell && !tell.dataset.decided) tell.checked = Number(minutes.value) >= Number(minutes.dataset.tellFrom);
});
document.addEventListener("change", (event) => {
  if (event.target.name === "tell") event.target.dataset.decided = "yes";
});
