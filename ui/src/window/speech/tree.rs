//! A screen as a tree of names and roles: one function for each kind of element.

use std::hash::{DefaultHasher, Hash, Hasher};

use accesskit::{Action, Invalid, Live, Node, NodeId, Role, Toggled, TreeId, TreeInfo, TreeUpdate};
use securesign_app::screen::{
    Action as Deed, Button, CertificateCard, Choice, Counter, Fact, Field, Figure, Kept, Level,
    Line, Notice, Row, Screen,
};

use super::super::stop::Stop;
use super::{View, rect};

/// What a node stands for. Nodes keep their number from screen to screen, so that
/// only differences are told; a button's depends on what it does, so that a wish
/// meant for another screen presses nothing else.
#[derive(Clone, Copy, Hash)]
enum Part {
    Window,
    Dialog,
    Progress,
    Title,
    Text(usize),
    Verbatim(usize),
    Fact(usize),
    Copy(usize),
    Fold(usize),
    Compare,
    Figure,
    Counter(usize),
    Cards,
    Card(usize),
    Details(usize),
    Choice(usize),
    Option(usize, usize),
    Rows,
    Row(usize),
    RowButton(usize),
    Line(usize),
    Link(usize, Deed),
    Field(usize),
    Reveal(usize),
    Notice,
    Waiting,
    TurnedAway,
    Button(usize, Deed),
    Strip,
    Lock,
}

impl Part {
    fn id(self) -> NodeId {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        NodeId(hasher.finish())
    }
}

/// The node of something that can have the focus.
pub fn node(screen: &Screen, stop: Stop) -> Option<NodeId> {
    let part = match stop {
        Stop::Copy(at) => Part::Copy(at),
        Stop::Fold(at) => Part::Fold(at),
        Stop::Compare => Part::Compare,
        Stop::Card(at) => Part::Card(at),
        Stop::Details(at) => Part::Details(at),
        Stop::Choice(at) => Part::Choice(at),
        Stop::Row(at) => Part::RowButton(at),
        Stop::Line(at) => Part::Line(at),
        Stop::Link(at) => Part::Link(at, screen.links.get(at)?.action),
        Stop::Field(at) => Part::Field(at),
        Stop::Reveal(at) => Part::Reveal(at),
        Stop::Button(at) => Part::Button(at, screen.buttons.get(at)?.action),
        Stop::Lock => Part::Lock,
    };
    Some(part.id())
}

/// The whole tree, in reading order.
pub fn tree(view: &View) -> TreeUpdate {
    let mut grove = Grove {
        view,
        nodes: Vec::new(),
    };
    let screen = &view.screen;
    let mut parts = Vec::new();
    if let Some(progress) = &screen.progress {
        parts.push(grove.add(Part::Progress, label(progress)));
    }
    parts.push(grove.add(Part::Title, title(screen)));
    parts.extend(grove.texts(screen));
    parts.extend(grove.facts(screen));
    if let Some(offered) = &screen.compare {
        parts.push(grove.add_stop(Stop::Compare, button(offered, true)));
    }
    if let Some(shown) = &screen.figure {
        parts.push(grove.add(Part::Figure, figure(shown)));
    }
    for (at, count) in screen.counters.iter().enumerate() {
        parts.push(grove.add(Part::Counter(at), counter(count)));
    }
    for (at, offered) in screen.choices.iter().enumerate() {
        parts.push(grove.choice(at, offered));
    }
    parts.extend(grove.cards(screen));
    parts.extend(grove.rows(screen));
    for (at, asked) in screen.lines.iter().enumerate() {
        parts.push(grove.add_stop(Stop::Line(at), line(asked)));
    }
    for (at, asked) in screen.fields.iter().enumerate() {
        parts.push(grove.add_stop(Stop::Field(at), field(asked, view.caps_lock)));
        parts.push(grove.add_stop(Stop::Reveal(at), named(Role::Button, &asked.show)));
    }
    if let Some(told) = &screen.notice {
        parts.push(grove.add(Part::Notice, notice(told)));
    }
    for (at, offered) in screen.buttons.iter().enumerate() {
        let live = view.live.get(at).copied().unwrap_or_default();
        parts.push(grove.add_stop(Stop::Button(at), button(offered, live)));
    }
    for (at, offered) in screen.links.iter().enumerate() {
        parts.push(grove.add_stop(Stop::Link(at), button(offered, true)));
    }
    if let Some(waiting) = &screen.waiting {
        parts.push(grove.add(Part::Waiting, label(&waiting.text)));
    }
    if let Some(turned_away) = &screen.turned_away {
        parts.push(grove.add(Part::TurnedAway, label(turned_away)));
    }
    if let Some(kept) = &screen.kept {
        parts.push(grove.add(Part::Strip, countdown(kept)));
        parts.push(grove.add_stop(Stop::Lock, lock(kept)));
    }
    grove.finish(parts)
}

struct Grove<'a> {
    view: &'a View,
    nodes: Vec<(NodeId, Node)>,
}

impl Grove<'_> {
    fn add(&mut self, part: Part, node: Node) -> NodeId {
        self.nodes.push((part.id(), node));
        part.id()
    }

    /// Something that can have the focus, if it can now.
    fn add_stop(&mut self, stop: Stop, mut node: Node) -> NodeId {
        let placed = self.view.stops.iter().find(|(other, _)| *other == stop);
        if let Some((_, area)) = placed {
            node.set_bounds(rect(*area, self.view.scale));
            node.add_action(Action::Focus);
        }
        let id = self::node(&self.view.screen, stop).unwrap_or(Part::Dialog.id());
        self.nodes.push((id, node));
        id
    }

    /// Sentences, and lines for others.
    fn texts(&mut self, screen: &Screen) -> Vec<NodeId> {
        let texts = (0..).map(Part::Text).zip(&screen.text);
        let lines = (0..).map(Part::Verbatim).zip(&screen.verbatim);
        let all = texts.chain(lines);
        all.map(|(part, text)| self.add(part, label(text)))
            .collect()
    }

    /// Each with what unfolds and copies it.
    fn facts(&mut self, screen: &Screen) -> Vec<NodeId> {
        let mut parts = Vec::new();
        for (at, told) in screen.facts.iter().enumerate() {
            parts.push(self.add(Part::Fact(at), fact(told)));
            if self.view.has(Stop::Fold(at)) {
                parts.push(self.add_stop(Stop::Fold(at), quiet(&told.label)));
            }
            if let Some(copying) = &told.copy {
                let name = format!("{}: {}", copying.label, told.label);
                parts.push(self.add_stop(Stop::Copy(at), quiet(&name)));
            }
        }
        parts
    }

    fn cards(&mut self, screen: &Screen) -> Option<NodeId> {
        if screen.certificates.is_empty() {
            return None;
        }
        let choosable = screen.is_choice();
        let mut parts = Vec::new();
        for (at, shown) in screen.certificates.iter().enumerate() {
            let node = if choosable {
                choice(shown, screen.chosen == Some(at))
            } else {
                card(Role::ListItem, shown)
            };
            parts.push(self.add_stop(Stop::Card(at), node));
            if let Some(details) = &shown.details {
                let name = format!("{details}: {}", known_by(shown));
                parts.push(self.add_stop(Stop::Details(at), quiet(&name)));
            }
        }
        let role = if choosable {
            Role::RadioGroup
        } else {
            Role::List
        };
        let mut group = named(role, screen.heading.as_deref().unwrap_or_default());
        group.set_children(parts);
        Some(self.add(Part::Cards, group))
    }

    /// The group has the focus, and its name says what is chosen.
    fn choice(&mut self, at: usize, offered: &Choice) -> NodeId {
        let options: Vec<NodeId> = offered
            .options
            .iter()
            .enumerate()
            .map(|(option, text)| {
                let mut node = named(Role::RadioButton, text);
                node.set_toggled(Toggled::from(option == offered.chosen));
                self.add(Part::Option(at, option), node)
            })
            .collect();
        let mut group = named(Role::RadioGroup, &offered.label);
        if let Some(chosen) = offered.options.get(offered.chosen) {
            group.set_description(chosen.as_str());
        }
        group.set_children(options);
        self.add_stop(Stop::Choice(at), group)
    }

    fn rows(&mut self, screen: &Screen) -> Option<NodeId> {
        if screen.rows.is_empty() {
            return None;
        }
        let mut parts = Vec::new();
        let mut buttons = 0;
        for (at, shown) in screen.rows.iter().enumerate() {
            parts.push(self.add(Part::Row(at), row(shown)));
            if let Some(action) = &shown.action {
                let mut node = quiet(&format!("{action}: {}", shown.title));
                node.set_description(shown.detail.as_str());
                parts.push(self.add_stop(Stop::Row(buttons), node));
                buttons += 1;
            }
        }
        let mut list = named(Role::List, screen.heading.as_deref().unwrap_or_default());
        list.set_children(parts);
        Some(self.add(Part::Rows, list))
    }

    fn finish(mut self, parts: Vec<NodeId>) -> TreeUpdate {
        // Within a dialog screen readers read what belongs to it by themselves.
        let mut dialog = named(Role::Dialog, &self.view.screen.title);
        dialog.set_children(parts);
        let dialog = self.add(Part::Dialog, dialog);
        let mut window = named(Role::Window, "SecureSign");
        window.set_children(vec![dialog]);
        let root = self.add(Part::Window, window);
        let focus = self.view.focus;
        TreeUpdate {
            nodes: self.nodes,
            tree: Some(TreeInfo::new(root)),
            tree_id: TreeId::ROOT,
            focus: focus
                .and_then(|stop| node(&self.view.screen, stop))
                .unwrap_or(root),
        }
    }
}

fn named(role: Role, name: &str) -> Node {
    let mut node = Node::new(role);
    node.set_label(name);
    node
}

fn label(text: &str) -> Node {
    let mut node = Node::new(Role::Label);
    node.set_value(text);
    node
}

/// Said when it becomes another one: some screens have nothing for the focus.
fn title(screen: &Screen) -> Node {
    let mut node = named(Role::Heading, &screen.title);
    node.set_level(1);
    node.set_live(Live::Polite);
    node
}

fn fact(fact: &Fact) -> Node {
    let Fact {
        label, value, mark, ..
    } = fact;
    self::label(&match mark {
        Some(mark) => format!("{label}: {value} ({mark})"),
        None => format!("{label}: {value}"),
    })
}

fn figure(figure: &Figure) -> Node {
    let mut node = named(Role::Image, &figure.token);
    node.set_description(format!("{}: {}", figure.letter, figure.codes.join(", ")));
    node
}

fn counter(counter: &Counter) -> Node {
    label(&format!("{}: {}", counter.caption, counter.value))
}

fn card(role: Role, card: &CertificateCard) -> Node {
    let mut node = named(role, &known_by(card));
    let validity = card.validity.as_ref().map(|validity| &validity.text);
    let more = [validity, Some(&card.pill), card.unusable.as_ref()];
    let more: Vec<&str> = more.into_iter().flatten().map(String::as_str).collect();
    node.set_description(more.join(", "));
    node
}

/// The name of a card: two certificates of one person must not sound the same.
fn known_by(card: &CertificateCard) -> String {
    format!("{}, {}", card.title, card.detail)
}

fn choice(shown: &CertificateCard, chosen: bool) -> Node {
    let mut node = card(Role::RadioButton, shown);
    node.set_toggled(Toggled::from(chosen));
    if shown.unusable.is_some() {
        node.set_disabled();
    } else {
        node.add_action(Action::Click);
    }
    node
}

fn row(row: &Row) -> Node {
    let mut node = named(Role::ListItem, &row.title);
    let more = [&row.detail, &row.pill].map(String::as_str);
    node.set_description(more.join(", ").trim_end_matches(", "));
    node
}

fn line(line: &Line) -> Node {
    let mut node = named(Role::TextInput, &line.label);
    node.set_value(line.text.as_str());
    if line.fault {
        node.set_invalid(Invalid::True);
    }
    node
}

/// A secret has a name, and at most the warning about Caps Lock: no value, no text, no
/// length.
fn field(field: &Field, caps_lock: bool) -> Node {
    let mut node = named(Role::PasswordInput, &field.label);
    if caps_lock {
        node.set_description(field.caps_lock.as_str());
    }
    node
}

fn notice(notice: &Notice) -> Node {
    let mut node = named(Role::Alert, &notice.text);
    node.set_live(match notice.level {
        Level::Info | Level::Success => Live::Polite,
        Level::Warning | Level::Error => Live::Assertive,
    });
    node
}

fn button(button: &Button, live: bool) -> Node {
    let mut node = named(Role::Button, &button.label);
    if !live {
        node.set_disabled();
    }
    if !button.action.commits() {
        node.add_action(Action::Click);
    }
    node
}

/// One that any program may press.
fn quiet(name: &str) -> Node {
    let mut node = named(Role::Button, name);
    node.add_action(Action::Click);
    node
}

/// Not said by itself: it is another text every second.
fn countdown(kept: &Kept) -> Node {
    named(Role::Status, &kept.text)
}

fn lock(kept: &Kept) -> Node {
    let mut node = button(&kept.lock, true);
    node.set_description(kept.text.as_str());
    node
}
