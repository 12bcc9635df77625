//! Writes down which methods each path knows, as the attributes above the handlers say it: the web
//! server finds a handler by path and method and cannot say what else a path would have taken.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src");
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files)?;
    files.sort();
    let mut routes = Vec::new();
    for file in files {
        read(&fs::read_to_string(file)?, &mut routes);
    }
    routes.sort();
    let mut table = String::from("&[\n");
    for (path, method) in routes {
        let _ = writeln!(table, "    ({path:?}, {method:?}),");
    }
    table.push(']');
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("no OUT_DIR"))?;
    fs::write(Path::new(&folder).join("routes.rs"), table)
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for found in fs::read_dir(folder)? {
        let path = found?.path();
        if path.is_dir() {
            sources(&path, files)?;
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// A handler that is described is a call of the API; any other is a page.
fn read(text: &str, routes: &mut Vec<(String, String)>) {
    let mut described = false;
    for line in text.lines() {
        described |= line.starts_with("#[utoipa::path");
        let Some((method, rest)) = line.strip_prefix("#[").and_then(|line| line.split_once("(\"")) else { continue };
        let Some((path, _)) = rest.split_once('"').filter(|_| METHODS.contains(&method)) else { continue };
        let below = if described { "/api/v1" } else { "" };
        routes.push((format!("{below}{path}"), method.to_uppercase()));
        described = false;
    }
}
