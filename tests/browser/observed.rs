//! What stories read of a page without touching it.

/// Keeps whatever the page ever shows, attributes too, and when; across reloads.
pub const WATCH: &str = "(() => {
    let kept;
    try { kept = JSON.parse(sessionStorage.getItem('seen') ?? '[]'); } catch { return; }
    let last = kept.at(-1)?.[1];
    const note = () => {
        const shown = document.body?.outerHTML.replace(/\\d+:\\d\\d/g, '0:00');
        if (!shown || shown === last) return;
        last = shown;
        kept.push([Date.now(), shown]);
        sessionStorage.setItem('seen', JSON.stringify(kept));
    };
    const everything = { childList: true, subtree: true, characterData: true, attributes: true };
    new MutationObserver(note).observe(document, everything);
})()";

/// What a device shows, without what the clock does to it; empty while it is not there yet.
pub const ON_CONSOLE: &str = "(() => { try {
    const at = (id) => document.getElementById(id);
    const each = (rows, told) => [...document.querySelectorAll(rows)].map(told);
    const scene = (id) => [at(id).dataset.kind, at(id).dataset.reveals, at(id).textContent];
    const shown = scene('program');
    // Out of the night the host goes wherever they like.
    const next = shown[0] === 'blank' ? [] : [...scene('preview'), at('aside').disabled];
    return JSON.stringify([at('console').dataset.link, at('console').dataset.moves, shown, next,
        each('#segments li', (row) => row.dataset.state), each('#couples li', (row) => row.textContent),
        ['round-now', 'round-act', 'picks-now'].map((id) => at(id).textContent),
        ['undo', 'picks-act', 'round-act', 'segment-back'].map((id) => at(id).disabled),
    ]).replace(/\\d+:\\d\\d/g, '0:00');
} catch { return ''; } })()";
pub const ON_SCREEN: &str = "(() => { try {
    const scene = document.getElementById('scene');
    const { kind, reveals, moves } = scene.dataset;
    return JSON.stringify([document.body.dataset.link, kind, reveals, moves, scene.textContent]).replace(/\\d+:\\d\\d/g, '0:00');
} catch { return ''; } })()";
pub const ON_PHONE: &str = "(() => { try {
    const lit = [...document.querySelectorAll('.light[aria-pressed=true]')].map((light) => light.value);
    for (const asked of document.querySelectorAll('#followed details')) asked.open = false;
    return JSON.stringify([location.pathname, lit, document.getElementById('followed').innerText]).replace(/\\d+:\\d\\d/g, '0:00');
} catch { return ''; } })()";
