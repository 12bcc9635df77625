//! The files of an embedded database are for this house alone.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::private;

/// Nobody else on this machine reads it, nor what lies beside it: the file, its log, and copies that
/// earlier versions left open. SQLite gives its log the rights the file has.
pub(super) fn keep_private(file: &Path) -> std::io::Result<()> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = stem_of(file);
    let folder = private::around(file);
    keep_folder(file)?;
    match private::create(file) {
        Err(refused) if refused.kind() != ErrorKind::AlreadyExists => return Err(refused),
        _ => {}
    }
    for beside in fs::read_dir(folder)?.flatten() {
        let other = beside.file_name().to_string_lossy().into_owned();
        if other.starts_with(&name) || (other.starts_with(&stem) && other.contains(".before-restore")) {
            private::close(&beside.path())?;
        }
    }
    Ok(())
}

/// Sees to the folder the database lies in.
pub(super) fn keep_folder(file: &Path) -> std::io::Result<()> {
    let stem = stem_of(file);
    private::folder(private::around(file), |other| private::is_ours(other) || other.starts_with(&stem))
}

fn stem_of(file: &Path) -> String {
    file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
