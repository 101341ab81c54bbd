//! An update that is appended to a PDF (ISO 32000-2, 7.5.6): objects, cross-references of the
//! kind that the file has, trailer. Nothing that stands before is touched.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lopdf::{Object, ObjectId};

use super::file::File;

/// What is known of the file that an update is appended to.
pub(super) struct Base {
    startxref: usize,
    is_table: bool,
    /// The entries of the trailer that stay: `/Root`, `/Info`, `/ID`.
    trailer: String,
}

impl Base {
    /// `fresh` becomes the second part of `/ID` (14.4), where there is one.
    pub fn of(file: &File, fresh: [u8; 16]) -> Self {
        let mut trailer = String::new();
        let old = &file.document.trailer;
        for key in ["Root", "Info"] {
            if let Ok((number, generation)) = old.get(key.as_bytes()).and_then(Object::as_reference)
            {
                let _ = write!(trailer, "/{key} {number} {generation} R ");
            }
        }
        let id = old
            .get_deref(b"ID", &file.document)
            .and_then(Object::as_array);
        let first = id.ok().and_then(|id| id.first()?.as_str().ok());
        if let Some(first) = first {
            let _ = write!(trailer, "/ID [<{}> <{}>] ", hex(first), hex(&fresh));
        }
        Self {
            startxref: file.startxref,
            is_table: file.is_table,
            trailer,
        }
    }
}

/// An update in the making.
pub(super) struct Update {
    bytes: Vec<u8>,
    base: Base,
    /// Generation and offset of each object, by its number.
    objects: BTreeMap<u32, (u16, usize)>,
    /// The next number that is free.
    next: u32,
}

impl Update {
    /// `size`: the first number that is free in `bytes`.
    pub fn new(mut bytes: Vec<u8>, base: Base, size: u32) -> Self {
        if !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
        Self {
            bytes,
            base,
            objects: BTreeMap::new(),
            next: size,
        }
    }

    /// A number for a new object.
    pub fn number(&mut self) -> ObjectId {
        self.next += 1;
        (self.next - 1, 0)
    }

    /// Writes an object; where its value begins.
    pub fn object(&mut self, id: ObjectId, value: &[u8]) -> usize {
        let (number, generation) = id;
        self.objects.insert(number, (generation, self.bytes.len()));
        self.bytes
            .extend_from_slice(format!("{number} {generation} obj\n").as_bytes());
        let start = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.bytes.extend_from_slice(b"\nendobj\n");
        start
    }

    /// The whole file, with cross-references and trailer.
    pub fn finish(mut self) -> Vec<u8> {
        let at = self.bytes.len();
        if self.base.is_table {
            self.table();
        } else {
            self.stream();
        }
        let end = format!("startxref\n{at}\n%%EOF\n");
        self.bytes.extend_from_slice(end.as_bytes());
        self.bytes
    }

    /// Numbers that follow one another, with what is known of each.
    fn sections(&self) -> Vec<(u32, Vec<(u16, usize)>)> {
        let mut sections: Vec<(u32, Vec<(u16, usize)>)> = Vec::new();
        for (number, entry) in &self.objects {
            match sections.last_mut() {
                Some((first, entries)) if *first as usize + entries.len() == *number as usize => {
                    entries.push(*entry);
                }
                _ => sections.push((*number, vec![*entry])),
            }
        }
        sections
    }

    /// 7.5.4: 20 bytes an entry.
    fn table(&mut self) {
        let mut text = String::from("xref\n");
        for (first, entries) in self.sections() {
            let _ = writeln!(text, "{first} {}", entries.len());
            for (generation, offset) in entries {
                let _ = write!(text, "{offset:010} {generation:05} n\r\n");
            }
        }
        let Base {
            trailer, startxref, ..
        } = &self.base;
        let size = self.next;
        let _ = writeln!(
            text,
            "trailer\n<< /Size {size} {trailer}/Prev {startxref} >>"
        );
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// 7.5.8: the stream lists itself too.
    fn stream(&mut self) {
        let (number, _) = self.number();
        self.objects.insert(number, (0, self.bytes.len()));
        let mut index = String::new();
        let mut content = Vec::new();
        for (first, entries) in self.sections() {
            let _ = write!(index, "{first} {} ", entries.len());
            for (generation, offset) in entries {
                content.push(1);
                content.extend_from_slice(&(offset as u64).to_be_bytes());
                content.extend_from_slice(&generation.to_be_bytes());
            }
        }
        let Base {
            trailer, startxref, ..
        } = &self.base;
        let (size, len) = (self.next, content.len());
        let head = format!(
            "{number} 0 obj\n<< /Type /XRef /Size {size} {trailer}/Prev {startxref} /W [1 8 2] \
             /Index [{}] /Length {len} >>\nstream\n",
            index.trim_end()
        );
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(&content);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
    }
}

/// Upper-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
