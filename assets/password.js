// Where a password is chosen: a button that shows what was typed, and a word on how hard it is to
// guess. A rough guess on the careful side: the house judges for itself, with dictionaries, when the
// form is sent.

const KNOWN =
  /pass(word)?|qwer(ty)?|asdf|zxcv|admin|welcome|iloveyou|woaini|5201?314|1314|520|queqiao|qixi|gonghui|xiangqin|鹊桥|七夕|工会|相亲|(19|20)\d\d/gi;

function bits(password, own) {
  let rest = password.normalize("NFKC").replace(KNOWN, "~");
  for (const word of own) if (word.length > 1) rest = rest.split(word).join("~");
  // A character that repeats its neighbour or comes next after it adds nothing.
  const steps = [...rest].filter((c, at, all) => {
    const step = at ? c.codePointAt(0) - all[at - 1].codePointAt(0) : 9;
    return Math.abs(step) > 1;
  });
  const different = new Set(steps).size;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^\x00-\x7f]/, /[^\w]/].filter((kind) => kind.test(rest)).length;
  return Math.min(steps.length, different * 2) * (2.2 + kinds * 0.5);
}

for (const shown of document.querySelectorAll(".strength[data-of]")) {
  const field = document.getElementById(shown.dataset.of);
  const own = shown.dataset.own.split(" ").map((id) => document.getElementById(id));
  const [meter, words] = [shown.querySelector("meter"), shown.querySelector("output")];
  const say = () => {
    shown.hidden = !field.value;
    const parts = own.flatMap((other) => other?.value.toLowerCase().split(/[^\p{L}\p{N}]+/u) ?? []);
    const strength = bits(field.value, parts);
    const long = [...field.value].length >= 8;
    const level = !long || strength < 22 ? 1 : strength < 34 ? 2 : 3;
    meter.value = level;
    words.value = [shown.dataset.weak, shown.dataset.fair, shown.dataset.good][level - 1];
  };
  for (const input of [field, ...own]) input?.addEventListener("input", say);
}

for (const button of document.querySelectorAll(".reveal[data-of]")) {
  const field = document.getElementById(button.dataset.of);
  const words = [button.textContent, button.dataset.hide];
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = words[Number(shown)];
  };
  button.hidden = false;
  button.addEventListener("click", () => show(field.type === "password"));
  // Sent and kept by the browser as what it is.
  field.form.addEventListener("submit", () => show(false));
}
