//! Exclusive canonical XML without comments (W3C, Exclusive XML Canonicalization 1.0), over
//! the raw tokens of quick-xml. What it does not take is refused: a document type, entities,
//! and all that is not well-formed, so that no other reader finds something else in it.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Fault;
use super::characters::{
    attribute, checked, is_name, is_space, lines, reference, write_attribute, write_text,
};

/// Most elements in one another.
const DEPTH: usize = 100;
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Apex {
    /// All of it.
    Document,
    /// The element whose tag begins there.
    At(usize),
}

/// What was read.
#[derive(Debug)]
pub(super) struct Canonical {
    /// The apex in canonical form.
    pub text: String,
    /// Where the only element of the outermost level stands.
    pub root: Root,
    /// Values of the attributes `Id`, `ID`, `id` and `xml:id`, and where each tag begins.
    pub ids: Vec<(String, usize)>,
}

/// Where the root element stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Root {
    pub start: usize,
    /// Where its end tag begins, or the `/>` of an empty one.
    pub inner_end: usize,
    pub end: usize,
    pub is_empty: bool,
    pub name: String,
}

/// A prefix and the namespace that it stands for; both are empty where that is the default one
/// and there is none.
type Namespace = (String, String);
/// Name and value.
type Attribute = (String, String);

struct Element {
    name: String,
    declared: Vec<Namespace>,
    rendered: Vec<Namespace>,
    is_written: bool,
}

struct Walker {
    apex: Apex,
    skip: Option<usize>,
    open: Vec<Element>,
    /// How many elements were open at the apex, and at what is skipped, while inside.
    apex_depth: Option<usize>,
    skip_depth: Option<usize>,
    seen_root: bool,
    out: Canonical,
}

/// Writes what stands below `apex`, but for the element whose tag begins at `skip`.
pub(super) fn canonical(text: &str, apex: Apex, skip: Option<usize>) -> Result<Canonical, Fault> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut walker = Walker {
        apex,
        skip,
        open: Vec::new(),
        apex_depth: None,
        skip_depth: None,
        seen_root: false,
        out: Canonical {
            text: String::new(),
            root: Root::default(),
            ids: Vec::new(),
        },
    };
    loop {
        let at = position(&reader)?;
        let event = reader.read_event().map_err(|_| Fault::IllFormed)?;
        let end = position(&reader)?;
        match event {
            Event::Eof => break,
            Event::Start(start) => walker.start(&start, at)?,
            Event::End(_) => walker.end(at, end, false)?,
            Event::Empty(start) => {
                walker.start(&start, at)?;
                walker.end(end - 2, end, true)?;
            }
            Event::Text(text) => walker.text(utf8(&text)?)?,
            Event::CData(data) => walker.data(utf8(&data)?)?,
            Event::GeneralRef(name) => walker.character(utf8(&name)?)?,
            Event::PI(instruction) => walker.instruction(utf8(&instruction)?)?,
            Event::Comment(comment) => _ = checked(utf8(&comment)?)?,
            Event::Decl(_) if at == 0 => {}
            Event::DocType(_) => return Err(Fault::Doctype),
            Event::Decl(_) => return Err(Fault::IllFormed),
        }
    }
    let is_whole = walker.seen_root && walker.open.is_empty();
    is_whole.then_some(walker.out).ok_or(Fault::IllFormed)
}

fn position(reader: &Reader<&[u8]>) -> Result<usize, Fault> {
    usize::try_from(reader.buffer_position()).map_err(|_| Fault::IllFormed)
}

fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|_| Fault::Encoding)
}

impl Walker {
    fn writes(&self) -> bool {
        let inside = self.apex == Apex::Document || self.apex_depth.is_some();
        inside && self.skip_depth.is_none()
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<(), Fault> {
        if self.open.len() >= DEPTH {
            return Err(Fault::Deep);
        }
        if self.open.is_empty() && std::mem::replace(&mut self.seen_root, true) {
            return Err(Fault::IllFormed);
        }
        let name = utf8(tag.name().into_inner())?.to_owned();
        if self.open.is_empty() {
            self.out.root.start = at;
            self.out.root.name.clone_from(&name);
        }
        if self.apex == Apex::At(at) {
            self.apex_depth = Some(self.open.len());
        }
        if self.skip == Some(at) {
            self.skip_depth = Some(self.open.len());
        }
        let (declared, attributes) = attributes(tag)?;
        self.open.push(Element {
            name: name.clone(),
            declared,
            rendered: Vec::new(),
            is_written: self.writes(),
        });
        let (prefix, _) = split(&name)?;
        let mut used = vec![prefix.to_owned()];
        let mut named: Vec<(String, &str, &str, &str)> = Vec::new();
        for (name, value) in &attributes {
            let (prefix, local) = split(name)?;
            let namespace = match prefix {
                "" => String::new(),
                "xml" => XML.to_owned(),
                prefix => {
                    used.push(prefix.to_owned());
                    self.namespace(prefix)?
                }
            };
            if ["Id", "ID", "id", "xml:id"].contains(&name.as_str()) {
                self.out.ids.push((value.clone(), at));
            }
            named.push((namespace, local, name, value));
        }
        named.sort();
        let is_twice =
            |two: &[(String, &str, &str, &str)]| (&two[0].0, two[0].1) == (&two[1].0, two[1].1);
        if named.windows(2).any(is_twice) {
            return Err(Fault::IllFormed);
        }
        let rendered = self.to_render(used)?;
        if self.writes() {
            self.write_start(&name, &rendered, &named);
            if let Some(element) = self.open.last_mut() {
                element.rendered = rendered;
            }
        }
        Ok(())
    }

    fn write_start(
        &mut self,
        name: &str,
        namespaces: &[Namespace],
        attributes: &[(String, &str, &str, &str)],
    ) {
        let to = &mut self.out.text;
        to.push('<');
        to.push_str(name);
        let declared = namespaces.iter().map(|(prefix, uri)| {
            let name = match prefix.as_str() {
                "" => "xmlns".to_owned(),
                prefix => format!("xmlns:{prefix}"),
            };
            (name, uri.as_str())
        });
        let attributes = attributes
            .iter()
            .map(|(_, _, name, value)| ((*name).to_owned(), *value));
        for (name, value) in declared.chain(attributes) {
            to.push(' ');
            to.push_str(&name);
            to.push_str("=\"");
            write_attribute(value, to);
            to.push('"');
        }
        to.push('>');
    }

    /// The prefixes that are visibly used and not rendered with the same namespace already.
    fn to_render(&self, mut used: Vec<String>) -> Result<Vec<Namespace>, Fault> {
        used.sort();
        used.dedup();
        let mut rendered = Vec::new();
        for prefix in used {
            let uri = self.namespace(&prefix)?;
            if prefix == "xml" {
                continue;
            }
            let above = self.open.iter().rev().filter(|element| element.is_written);
            let mut above = above.flat_map(|element| &element.rendered);
            let before = above.find(|(other, _)| *other == prefix);
            let before = before.map_or("", |(_, uri)| uri.as_str());
            if before != uri {
                rendered.push((prefix, uri));
            }
        }
        Ok(rendered)
    }

    /// The namespace of a prefix; the default one may be none.
    fn namespace(&self, prefix: &str) -> Result<String, Fault> {
        if prefix == "xml" {
            return Ok(XML.to_owned());
        }
        let mut declared = self.open.iter().rev().flat_map(|element| &element.declared);
        match declared.find(|(other, _)| other == prefix) {
            Some((_, uri)) => Ok(uri.clone()),
            None if prefix.is_empty() => Ok(String::new()),
            None => Err(Fault::IllFormed),
        }
    }

    fn end(&mut self, at: usize, end: usize, is_empty: bool) -> Result<(), Fault> {
        let element = self.open.pop().ok_or(Fault::IllFormed)?;
        let depth = self.open.len();
        if self.writes() {
            self.out.text.push_str(&format!("</{}>", element.name));
        }
        self.apex_depth = self.apex_depth.filter(|apex| *apex != depth);
        self.skip_depth = self.skip_depth.filter(|skip| *skip != depth);
        if depth == 0 {
            let root = &mut self.out.root;
            root.inner_end = at;
            root.end = end;
            root.is_empty = is_empty;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        let text = checked(text)?;
        if text.contains("]]>") || (self.open.is_empty() && !is_space(text)) {
            return Err(Fault::IllFormed);
        }
        self.write(&lines(text));
        Ok(())
    }

    fn data(&mut self, data: &str) -> Result<(), Fault> {
        if self.open.is_empty() {
            return Err(Fault::IllFormed);
        }
        self.write(&lines(checked(data)?));
        Ok(())
    }

    fn character(&mut self, name: &str) -> Result<(), Fault> {
        let character = reference(name)?;
        if self.open.is_empty() {
            return Err(Fault::IllFormed);
        }
        self.write(character.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn write(&mut self, text: &str) {
        // White space beside the root is nobody's.
        if self.writes() && !self.open.is_empty() {
            write_text(text, &mut self.out.text);
        }
    }

    /// Beside the root, on a line of its own.
    fn instruction(&mut self, raw: &str) -> Result<(), Fault> {
        let raw = lines(checked(raw)?);
        let end = raw.find([' ', '\t', '\n']).unwrap_or(raw.len());
        let (target, data) = raw.split_at(end);
        if !is_name(target) || target.eq_ignore_ascii_case("xml") {
            return Err(Fault::IllFormed);
        }
        if !self.writes() {
            return Ok(());
        }
        let data = data.trim_start_matches([' ', '\t', '\n']);
        let to = &mut self.out.text;
        if self.open.is_empty() && self.seen_root {
            to.push('\n');
        }
        to.push_str("<?");
        to.push_str(target);
        if !data.is_empty() {
            to.push(' ');
            to.push_str(data);
        }
        to.push_str("?>");
        if self.open.is_empty() && !self.seen_root {
            to.push('\n');
        }
        Ok(())
    }
}

/// Declarations of namespaces, and all other attributes.
fn attributes(tag: &BytesStart<'_>) -> Result<(Vec<Namespace>, Vec<Attribute>), Fault> {
    let raw = tag.attributes_raw();
    let mut declared = Vec::new();
    let mut others = Vec::new();
    for one in tag.attributes() {
        let one = one.map_err(|_| Fault::IllFormed)?;
        let key = one.key.into_inner();
        // White space has to stand before each (3.1).
        let at = (key.as_ptr() as usize).wrapping_sub(raw.as_ptr() as usize);
        let before = at.checked_sub(1).and_then(|before| raw.get(before));
        if before.is_none_or(|byte| !byte.is_ascii_whitespace()) {
            return Err(Fault::IllFormed);
        }
        let name = utf8(key)?;
        let value = attribute(utf8(&one.value)?)?;
        let (prefix, local) = split(name)?;
        match (prefix, local) {
            ("", "xmlns") => {
                if [XML, XMLNS].contains(&value.as_str()) {
                    return Err(Fault::IllFormed);
                }
                declared.push((String::new(), value));
            }
            ("xmlns", prefix) => {
                let is_bound = (prefix == "xml") == (value == XML);
                if value.is_empty() || value == XMLNS || prefix == "xmlns" || !is_bound {
                    return Err(Fault::IllFormed);
                }
                declared.push((prefix.to_owned(), value));
            }
            _ => others.push((name.to_owned(), value)),
        }
    }
    Ok((declared, others))
}

/// Prefix and local part of a name.
fn split(name: &str) -> Result<(&str, &str), Fault> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let is_whole = is_name(local) && (prefix.is_empty() || is_name(prefix));
    let has_both = !name.starts_with(':');
    (is_whole && has_both)
        .then_some((prefix, local))
        .ok_or(Fault::IllFormed)
}
