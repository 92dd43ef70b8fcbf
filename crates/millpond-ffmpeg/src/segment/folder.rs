//! The folder that a presentation is written to.
//!
//! Whatever appears in it is whole: files are written beside their name and renamed. The folder must be new or empty, so
//! that nothing of an older presentation is mixed with this one. Until it is [kept](Folder::keep), dropping it removes all
//! that was made.

use crate::Error;
use crate::aside::AsideFile;
use std::fs;
use std::path::{Path, PathBuf};

/// The output folder.
pub(crate) struct Folder {
    path: PathBuf,
    /// It was not there before.
    is_new: bool,
    /// What was made directly in it.
    made: Vec<PathBuf>,
    is_kept: bool,
}

impl Folder {
    /// Makes the folder, or takes one that is empty.
    pub(crate) fn create(path: &Path) -> Result<Folder, Error> {
        let failed = |error: std::io::Error| Error::output(path, error);
        let is_new = match fs::create_dir(path) {
            Ok(()) => true,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && path.is_dir() => {
                if fs::read_dir(path).map_err(failed)?.next().is_some() {
                    return Err(Error::output(path, "the folder is not empty"));
                }
                false
            }
            Err(error) => return Err(failed(error)),
        };
        Ok(Folder { path: path.to_owned(), is_new, made: Vec::new(), is_kept: false })
    }

    /// Makes a folder in it.
    pub(crate) fn add(&mut self, name: &str) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        fs::create_dir(&path).map_err(|error| Error::output(&path, error))?;
        self.made.push(path.clone());
        Ok(path)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces a file in it, so that a reader sees the old one or the new one.
    pub(crate) fn replace(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        AsideFile::create(&path)?.write(text.as_bytes())?;
        if !self.made.contains(&path) && path.parent() == Some(&self.path) {
            self.made.push(path);
        }
        Ok(())
    }

    /// Leaves everything where it is from now on.
    pub(crate) fn keep(&mut self) {
        self.is_kept = true;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // Nobody is left to tell if any of this fails.
        for path in &self.made {
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
        if self.is_new {
            let _ = fs::remove_dir(&self.path);
        }
    }
}
