// A button where the browser's own menu would do.
const button = document.querySelector("#print");
button.hidden = false;
button.addEventListener("click", () => print());
