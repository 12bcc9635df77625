// What a scanner read and what people type, as the server reads it.

const LETTERS = 26;

function plain(read) {
  return read.normalize("NFKC").replace(/\s/g, "").split(/[?#]/)[0].replace(/[^\p{L}\p{N}]+$/u, "").toUpperCase();
}

// The code of a badge: the last 26 letters, whatever stands before them. Null where there is none.
export function codeIn(read) {
  const letters = /[A-Z2-7]*$/.exec(plain(read))[0];
  return letters.length >= LETTERS ? letters.slice(-LETTERS) : null;
}

// Whether the letters of a code are all there is after the last sign: then no more are to come.
export const endsWithCode = (read) => /(?:^|[^\p{L}\p{N}])[A-Z2-7]{26}$/u.test(plain(read));

// As the server, which keeps what is no code too.
export const bareCode = (read) => codeIn(read) ?? plain(read).split("/").at(-1);

// 男013 out of whatever people type for it; null where it names no badge.
export function wornNumber(typed) {
  const plain = typed.normalize("NFKC").replace(/[\s\-#._方号]/g, "").toLowerCase();
  const found = /^(男|men|m|女|women|w|f)(\d{1,9})$/.exec(plain);
  if (!found || Number(found[2]) === 0) return null;
  const side = ["男", "men", "m"].includes(found[1]) ? "男" : "女";
  return side + String(Number(found[2])).padStart(3, "0");
}
