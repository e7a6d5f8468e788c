// Switches GOV.UK's components on. Their own inline script is not used, so that no page needs one.
import { initAll } from "./govuk-frontend-6.6.0.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// Parts that htmx has just put in the page need their components switched on too.
document.addEventListener("htmx:afterSettle", (event) => initAll({ scope: event.target }));

// The cookie line is the same for every stranger, because their pages are cached; it goes once a choice was made.
if (document.cookie.split("; ").some((pair) => pair.startsWith("cookie_choice="))) {
  for (const notice of document.querySelectorAll("[data-cookie-notice]")) notice.hidden = true;
}
