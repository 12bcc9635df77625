// What was typed into a form that saves is asked for before it is lost. One that came back refused was typed, too.

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  let unsaved = Boolean(form.querySelector("[aria-invalid]"));
  form.addEventListener("input", () => (unsaved = true));
  form.addEventListener("submit", (event) => {
    // A preview into its frame saves nothing.
    if (!event.submitter?.formTarget) unsaved = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}
