//! axe-core reads a page as assistive technology would. It is nobody's dependency: `.ci/run` and the
//! README fetch it into `target/axe` (or wherever `AXE` points).

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::driver::did_not_run;
use crate::window::Window;

/// Its source; None where nobody fetched it, which the run says at its end, and CI refuses.
pub fn source() -> Option<&'static str> {
    static SOURCE: OnceLock<Option<String>> = OnceLock::new();
    let source = SOURCE.get_or_init(|| {
        let fetched = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe/node_modules/axe-core/axe.min.js");
        let file = std::env::var_os("AXE").map_or_else(fetched, PathBuf::from);
        std::fs::read_to_string(file).ok()
    });
    if source.is_none() {
        did_not_run("axe-core (npm install --no-save --prefix target/axe axe-core@4)");
    }
    source.as_deref()
}

/// The serious and critical violations of the page in the window, one line each.
pub async fn violations(window: &Window, source: &str) -> Vec<String> {
    window.run(&format!("if (!globalThis.axe) {{\n{source}\n}}; 0")).await;
    let found = window
        .run(
            "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
                .filter(({ impact }) => impact === 'serious' || impact === 'critical')
                .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 4).map(node => node.html.slice(0, 160) + ' ' + (node.any[0]?.message ?? '')).join(' | ')}`))",
        )
        .await;
    found.as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
