// A name reads in its own direction and turns nothing beside it.
export function bdi(name) {
  return Object.assign(document.createElement("bdi"), { textContent: name ?? "" });
}
