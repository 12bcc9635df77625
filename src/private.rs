//! Files that nobody else on this machine may read: the database, its log and its copies, the
//! secret. 0600 in folders of 0700, whatever the umask says, and made so at the next start where an
//! earlier version left them open.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

const FILE: u32 = 0o600;
const FOLDER: u32 = 0o700;
/// Everything anybody but the owner could do.
const OTHERS: u32 = 0o077;
/// In such a folder everybody keeps files, and nobody may remove another's: `/tmp`.
const SHARED: u32 = 0o1000;

/// Whether a house keeps files of this name: databases and their copies, secrets and keys.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    let begins = ["queqiao", ".queqiao", "secret", "keys"];
    let holds = [".sqlite3", ".before-restore", ".key"];
    begins.iter().any(|part| name.starts_with(part)) || holds.iter().any(|part| name.contains(part))
}

/// Makes a new file and opens it for writing.
///
/// # Errors
/// As [`OpenOptions::open`] with `create_new`: also where there is one already.
pub fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(FILE).open(path)?;
    // A umask can take from the owner as well.
    file.set_permissions(Permissions::from_mode(FILE))?;
    Ok(file)
}

/// Sees to a folder: made where it is not there, and closed to others where everything in it is
/// ours. `is_ours` is asked about names; a folder that holds something else, or belongs to somebody
/// else, is left as it is and told about, for closing it could take from others what is theirs.
///
/// # Errors
/// Where it can be neither read nor made.
pub fn folder(path: &Path, is_ours: impl Fn(&str) -> bool) -> io::Result<()> {
    if !path.exists() {
        DirBuilder::new().recursive(true).mode(FOLDER).create(path)?;
        return fs::set_permissions(path, Permissions::from_mode(FOLDER));
    }
    let found = fs::metadata(path)?;
    if found.mode() & OTHERS == 0 || found.mode() & SHARED != 0 || !is_own(&found) {
        return Ok(());
    }
    let mut others = fs::read_dir(path)?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !is_ours(name));
    if let Some(other) = others.next() {
        let folder = path.display();
        tracing::warn!(%folder, %other, "others on this machine can list this folder, and it is not ours alone to close");
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(FOLDER))?;
    tracing::warn!(folder = %path.display(), "others on this machine could look into this folder; closed (0700)");
    Ok(())
}

/// Closes a file to others, where there is one and it is ours.
///
/// # Errors
/// Where it is ours and cannot be closed.
pub fn close(path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Err(missing) if missing.kind() == ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    if !found.is_file() || found.mode() & OTHERS == 0 || !is_own(&found) {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(FILE))?;
    tracing::warn!(file = %path.display(), "others on this machine could read this file; closed (0600)");
    Ok(())
}

/// Makes names in a folder as durable as what they name.
///
/// # Errors
/// What the disk says.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The folder a file lies in.
#[must_use]
pub fn around(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn is_own(found: &fs::Metadata) -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == found.uid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn what_is_made_is_closed_and_what_was_open_is_closed_later() {
        let place = tempfile::tempdir().unwrap();
        let (data, file) = (place.path().join("a/data"), place.path().join("a/data/queqiao.sqlite3"));
        folder(&data, |_| true).unwrap();
        create(&file).unwrap();
        assert_eq!((mode(&data), mode(&file)), (0o700, 0o600));
        assert!(create(&file).is_err(), "never over what is there");
        fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        folder(&data, |name| name.starts_with("queqiao")).unwrap();
        close(&file).unwrap();
        assert_eq!((mode(&data), mode(&file)), (0o700, 0o600));
        close(&data.join("nothing")).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_ours_alone_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("srv");
        DirBuilder::new().mode(0o755).create(&data).unwrap();
        fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
        fs::write(data.join("somebody's"), "").unwrap();
        folder(&data, |name| name.starts_with("queqiao")).unwrap();
        assert_eq!(mode(&data), 0o755);
        fs::remove_file(data.join("somebody's")).unwrap();
        fs::set_permissions(&data, Permissions::from_mode(0o1777)).unwrap();
        folder(&data, |_| true).unwrap();
        assert_eq!(mode(&data), 0o1777);
    }
}
