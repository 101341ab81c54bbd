//! Reads a file that a person gave, if it is one that has an end.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use securesign_app::document::{self, DOCUMENT_LIMIT, Unreadable};
use securesign_app::language::Language;
use securesign_card::certificate::Certificate;
use securesign_card::text;
use securesign_documents::chain;

/// What is in it. `name` is for people.
pub fn read(path: &Path, name: &str) -> Result<Vec<u8>, Unreadable> {
    let failed = |error: std::io::Error| Unreadable::Failed {
        name: name.to_owned(),
        reason: text::reason(&error),
    };
    // Looked at before it is opened: to open a pipe waits for who writes into it.
    let about = path.metadata().map_err(failed)?;
    if !about.is_file() {
        return Err(Unreadable::NoDocument(name.to_owned()));
    }
    if about.len() > DOCUMENT_LIMIT {
        return Err(Unreadable::TooLarge(name.to_owned()));
    }
    let mut content = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(DOCUMENT_LIMIT + 1)
        .read_to_end(&mut content)
        .map_err(failed)?;
    // It may have grown meanwhile; and some files of the system tell no length.
    if content.len() as u64 > DOCUMENT_LIMIT {
        return Err(Unreadable::TooLarge(name.to_owned()));
    }
    Ok(content)
}

/// What is in a file that is named on the command line, or what to tell.
pub fn named(path: &Path, l: Language) -> Result<Vec<u8>, String> {
    read(path, &document::name(path)).map_err(|error| error.tell(l))
}

/// All certificates in files that are named: each in PEM, or the only one in DER.
pub fn certificates(paths: &[PathBuf], l: Language) -> Result<Vec<Certificate>, String> {
    let mut all = Vec::new();
    for path in paths {
        let found = chain::certificates(&named(path, l)?);
        if found.is_empty() {
            let file = [("file", document::name(path).into())];
            return Err(l.say_with("sign-file-no-chain", file));
        }
        all.extend(found);
    }
    Ok(all)
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use securesign_app::document::{DOCUMENT_LIMIT, Unreadable};

    use super::read;

    #[test]
    fn what_is_no_document_is_refused_without_waiting() {
        let folder = std::env::temp_dir().join(format!("file-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let pipe = folder.join("pipe");
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        for path in [&*pipe, &folder, Path::new("/dev/zero")] {
            let refused = Err(Unreadable::NoDocument("it".into()));
            assert_eq!(read(path, "it"), refused, "{}", path.display());
        }
        let large = folder.join("large");
        let file = fs::File::create(&large).unwrap();
        file.set_len(DOCUMENT_LIMIT + 1).unwrap();
        assert_eq!(read(&large, "it"), Err(Unreadable::TooLarge("it".into())));
        file.set_len(3).unwrap();
        assert_eq!(read(&large, "it"), Ok(vec![0; 3]));
        fs::remove_dir_all(&folder).unwrap();
        assert!(matches!(read(&large, "it"), Err(Unreadable::Failed { .. })));
    }
}
