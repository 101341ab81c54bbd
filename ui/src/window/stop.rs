//! Where the focus can be.

/// What has the focus, in terms of the screen, so that it outlives the widgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Where the document may be dropped.
    Compare,
    /// A certificate that can be chosen.
    Card(usize),
    /// Something to set.
    Choice(usize),
    /// The button of a row.
    Row(usize),
    /// A box for a plain text.
    Line(usize),
    /// A box for a secret.
    Field(usize),
    /// A button.
    Button(usize),
    /// A way to another page.
    Link(usize),
    /// What locks a kept PIN.
    Lock,
}
