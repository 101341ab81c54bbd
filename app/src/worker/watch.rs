//! What waits while the worker stands still: for readers, and for a card that takes long.

use std::time::Duration;

use securesign_card::reader::Readers;

use super::{News, Progress, Report};

/// Reports [`Report::ReadersChanged`] until `report` says that nobody listens any
/// more. For a thread of its own; a service that is down is tried again. `waiting` is
/// called when every change from then on will be reported: what is read after that
/// need not be read twice.
pub fn watch(readers: &mut dyn Readers, waiting: &dyn Fn(), report: &dyn Fn(Report) -> bool) {
    const AGAIN: Duration = Duration::from_secs(2);
    let mut first = true;
    loop {
        let watcher = readers.watcher();
        waiting();
        // What happened while nobody watched is not known.
        if !std::mem::replace(&mut first, false) && !report(Report::ReadersChanged) {
            return;
        }
        if let Ok(mut watcher) = watcher {
            while let Ok(changed) = watcher.wait(AGAIN) {
                if changed && !report(Report::ReadersChanged) {
                    return;
                }
            }
        }
        std::thread::sleep(AGAIN);
    }
}

/// Reports how the worker is getting on, until it ends. For a thread of its own: the
/// worker's stands still meanwhile.
pub fn watch_over(progress: &Progress, report: &dyn Fn(Report)) {
    while let Some(news) = progress.news() {
        report(match news {
            News::Others => Report::Waits(securesign_card::holder::suspects()),
            News::Slow => Report::Slow,
            News::Signs => Report::Signs,
            News::Touch => Report::Touch,
            News::Silence => Report::Silent,
        });
    }
}
