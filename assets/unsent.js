// What somebody wrote is not lost where their sign-in had ended before they sent it. It waits in this
// tab and nowhere else, until it was sent, somebody else is here, or its person signs out. Nothing is
// kept of passwords, codes and files, nor of a form that says so (data-unkept).

const KEY = "unsent";
const KEPT = "textarea, select, input:not([type=hidden], [type=password], [type=file], [autocomplete=one-time-code])";
const shelf = openShelf();
const { person, kept: words } = document.body.dataset;

const read = () => JSON.parse(shelf?.getItem(KEY) ?? "null");
const keep = (draft) => shelf?.setItem(KEY, JSON.stringify(draft));
const forget = () => shelf?.removeItem(KEY);
const action = (form) => new URL(form.getAttribute("action") ?? "", location.href).pathname;
const fields = (form) => [...form.elements].filter((field) => field.name && field.matches(KEPT));
const ticked = (field) => field.type === "checkbox" || field.type === "radio";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (action(form) === "/sign-out") forget();
  else if (person && !event.defaultPrevented && form.method === "post" && !("unkept" in form.dataset)) {
    const typed = fields(form).map(({ name, value, checked }) => ({ name, value, checked }));
    if (typed.length) keep({ person, action: action(form), typed });
  }
});

// None where the browser keeps nothing.
function openShelf() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

function restore(draft) {
  const form = [...document.forms].find((form) => form.method === "post" && action(form) === draft.action);
  if (!form) return;
  const left = fields(form);
  for (const { name, value, checked } of draft.typed) {
    const at = left.findIndex((field) => field.name === name && (!ticked(field) || field.value === value));
    const [field] = at < 0 ? [] : left.splice(at, 1);
    if (!field) continue;
    if (ticked(field)) field.checked = checked;
    else field.value = value;
  }
  for (let place = form; place; place = place.parentElement) if (place.matches("details")) place.open = true;
  const notice = document.createElement("p");
  Object.assign(notice, { className: "notice", role: "status", textContent: words });
  form.prepend(notice);
  notice.scrollIntoView({ block: "center" });
}

const draft = read();
const ended = document.querySelector("[data-unsent]");
if (draft && ended) {
  keep({ ...draft, unsent: true });
  for (const told of ended.querySelectorAll("[hidden]")) told.hidden = false;
} else if (draft && person) {
  // It was answered; or it is another's.
  if (!draft.unsent || draft.person !== person) forget();
  else restore(draft);
} else if (draft && !draft.unsent) forget();
