//! What the program does, whatever shows it: the flow from a link to its answer, the screens,
//! the one thread that talks to cards, the journal. No window and no card family in here.

pub mod document;
pub mod flow;
pub mod journal;
pub mod screen;
pub mod worker;
