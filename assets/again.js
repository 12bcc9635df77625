// Asks until there is an answer: later and later while there is none, at once when the link is back. News
// that come in between are asked for anew, so that whatever was true last is what is shown.

const WAITS = [1000, 2000, 4000, 8000, 15000];
const PATIENCE = 10000;

// `ask` is given a signal that ends it, and throws where nothing came of it; `troubled` hears whether an
// answer is still wanting.
export function insist(ask, troubled = () => {}) {
  let [wanted, got, tries] = [0, 0, 0];
  let timer = null;
  let asking = null;

  const schedule = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(go, wait);
  };

  async function go() {
    asking?.abort();
    const mine = (asking = new AbortController());
    const patience = setTimeout(() => mine.abort(), PATIENCE);
    const version = wanted;
    try {
      await ask(mine.signal);
      if (asking !== mine) return;
      [got, tries] = [version, 0];
      troubled(false);
      if (got !== wanted) schedule(0);
    } catch {
      if (asking !== mine) return;
      troubled(true);
      schedule(WAITS[Math.min(tries++, WAITS.length - 1)] * (0.5 + Math.random()));
    } finally {
      clearTimeout(patience);
    }
  }

  const hurry = () => got !== wanted && schedule(Math.random() * 500);
  addEventListener("online", hurry);

  return {
    // Something is new: asked for within so many milliseconds, and not by the whole hall in the same instant.
    news: (most) => {
      wanted += 1;
      tries = 0;
      schedule(Math.random() * most);
    },
    hurry,
  };
}
