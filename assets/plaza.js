// The plaza, a little quicker: hearts that answer at once, photos that are small before they travel.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.like) return;
  event.preventDefault();
  const button = form.querySelector("button");
  const likes = button.getAttribute("aria-pressed") !== "true";
  button.disabled = true;
  try {
    const answer = await fetch(form.dataset.like, { method: likes ? "POST" : "DELETE" });
    if (!answer.ok) throw new Error(String(answer.status));
    const { likes: count } = await answer.json();
    button.setAttribute("aria-pressed", String(likes));
    button.querySelector(".figure").textContent = count;
    form.elements.likes.value = likes ? "no" : "yes";
  } catch {
    // The form itself knows how to say what is wrong.
    HTMLFormElement.prototype.submit.call(form);
  } finally {
    button.disabled = false;
  }
}, { capture: true });

const LONGEST = 2048;

// A photo as it came, or a smaller JPEG of it: most phones send five times what anybody will see.
async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size < 1_000_000 && file.type === "image/jpeg") return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88));
    return blob ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

function shown(file) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => done(null);
    reader.readAsDataURL(file);
  });
}

for (const input of document.querySelectorAll("input[data-photos]")) {
  const previews = input.parentElement.querySelector(".previews");
  input.addEventListener("change", async () => {
    const chosen = [...input.files].slice(0, Number(input.dataset.photos));
    const button = input.form.querySelector("button");
    button.disabled = true;
    const files = await Promise.all(chosen.map(smaller));
    const parcel = new DataTransfer();
    for (const file of files) parcel.items.add(file);
    input.files = parcel.files;
    previews.replaceChildren();
    for (const file of files) {
      const address = await shown(file);
      if (!address) continue;
      const picture = document.createElement("img");
      picture.src = address;
      picture.alt = "";
      const place = document.createElement("li");
      place.append(picture);
      previews.append(place);
    }
    button.disabled = false;
  });
}

// Whoever opens the sheet wants to write on it.
for (const sheet of document.querySelectorAll("details.compose")) {
  sheet.addEventListener("toggle", () => sheet.open && sheet.querySelector("textarea")?.focus());
}
