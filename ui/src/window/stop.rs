//! Where the focus can be.

/// What has the focus, in terms of the screen, so that it outlives the widgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// What copies the value of the fact with this index.
    Copy(usize),
    /// What shows all of the fact with this index, or its ends only.
    Fold(usize),
    /// Where the document may be dropped.
    Compare,
    /// A certificate that can be chosen.
    Card(usize),
    /// What tells more of the certificate with this index.
    Details(usize),
    /// Something to set.
    Choice(usize),
    /// The button of a row.
    Row(usize),
    /// A box for a plain text.
    Line(usize),
    /// A box for a secret.
    Field(usize),
    /// What shows the secret of the field with this index.
    Reveal(usize),
    /// A button.
    Button(usize),
    /// A way to another page.
    Link(usize),
    /// What locks a kept PIN.
    Lock,
}
