//! Files that appear only when they are whole.
//!
//! A regular file is written beside its target under a name of its own and renamed over it at the end; dropped before
//! that, it is removed and the target stays as it was. Devices and pipes are written directly.

use crate::Error;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// An output that is not there yet.
#[derive(Debug)]
pub struct AsideFile {
    target: PathBuf,
    /// Where it is written meanwhile; `None` for a device or pipe.
    aside: Option<PathBuf>,
    file: Option<File>,
}

impl AsideFile {
    /// Opens the file to write.
    ///
    /// # Errors
    /// [`Error::Output`] if the parent folder is missing, the target is a folder, or nothing may be written there.
    pub fn create(target: &Path) -> Result<AsideFile, Error> {
        let failed = |error: io::Error| Error::output(target, error);
        match fs::metadata(target) {
            Ok(metadata) if metadata.is_dir() => return Err(Error::output(target, "it is a folder")),
            Ok(metadata) if !metadata.is_file() => {
                let file = OpenOptions::new().write(true).open(target).map_err(failed)?;
                return Ok(AsideFile { target: target.to_owned(), aside: None, file: Some(file) });
            }
            _ => {}
        }
        // Through a symbolic link the file behind it is replaced, not the link.
        let target = target.canonicalize().unwrap_or_else(|_| target.to_owned());
        let Some(name) = target.file_name() else { return Err(Error::output(&target, "it has no file name")) };
        let mut attempt = 0;
        loop {
            let mut aside = std::ffi::OsString::from(".");
            aside.push(name);
            aside.push(format!(".{}-{attempt}.part", std::process::id()));
            let aside = target.with_file_name(aside);
            match OpenOptions::new().write(true).create_new(true).open(&aside) {
                Ok(file) => return Ok(AsideFile { target, aside: Some(aside), file: Some(file) }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => attempt += 1,
                Err(error) => return Err(Error::output(&target, error)),
            }
        }
    }

    /// Where to write now, for those who write by name.
    pub fn path(&self) -> &Path {
        self.aside.as_deref().unwrap_or(&self.target)
    }

    /// Whether it is a regular file, which can be read again and rewritten in places.
    pub fn is_regular(&self) -> bool {
        self.aside.is_some()
    }

    /// The open file, for those who write themselves.
    ///
    /// # Errors
    /// [`Error::Output`] if it was taken before.
    pub fn take_file(&mut self) -> Result<File, Error> {
        self.file.take().ok_or_else(|| Error::output(&self.target, "it is in use"))
    }

    /// Writes all of it at once and makes it appear.
    ///
    /// # Errors
    /// [`Error::Output`]; nothing is left then.
    pub fn write(mut self, bytes: &[u8]) -> Result<(), Error> {
        use std::io::Write;
        let mut file = self.take_file()?;
        file.write_all(bytes).map_err(|error| Error::output(&self.target, error))?;
        drop(file);
        self.commit()
    }

    /// Makes it appear under its name.
    ///
    /// # Errors
    /// [`Error::Output`]; nothing is left then.
    pub fn commit(mut self) -> Result<(), Error> {
        if let Some(aside) = &self.aside {
            fs::rename(aside, &self.target).map_err(|error| Error::output(&self.target, error))?;
            self.aside = None;
        }
        Ok(())
    }
}

impl Drop for AsideFile {
    fn drop(&mut self) {
        if let Some(aside) = &self.aside {
            // Nobody is left to tell if even this fails.
            let _ = fs::remove_file(aside);
        }
    }
}
