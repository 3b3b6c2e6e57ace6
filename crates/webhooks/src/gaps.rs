//! Which of an account's events an endpoint should have got and did not.
//!
//! Invariants: gaps rise, do not overlap, and count every missing event once; no delivered event
//! lies in one. Deliberately absent: how events and deliveries are found.

use cardium_kernel::Book;

use crate::{Endpoint, EventRef};

/// How far an event is on its way to an endpoint: the best of its deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// It was never sent there.
    NotSent,
    /// Every delivery failed for good.
    Failed,
    /// It will be sent, for the first time or again.
    Underway,
    /// The receiver took it.
    Delivered,
}

/// An event and how far it is on its way to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventProgress {
    /// The event.
    pub event: EventRef,
    /// Its name.
    pub kind: String,
    /// Its book.
    pub book: Book,
    /// How far it is.
    pub progress: Progress,
}

/// Missing events that follow each other among those that the endpoint asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The first one's place in the account's sequence.
    pub from: i64,
    /// The last one's.
    pub to: i64,
    /// How many there are; what the endpoint does not ask for is not counted.
    pub count: i64,
    /// How far all of them are; never [`Progress::Delivered`].
    pub progress: Progress,
}

/// The gaps among events in the order of their sequence. Where a book is named, only its events
/// count.
#[must_use]
pub fn find_gaps(endpoint: &Endpoint, only: Option<Book>, events: &[EventProgress]) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    let mut open = false;
    for EventProgress { event, kind, book, progress } in events {
        let asked = endpoint.expects(kind, *book, event.object);
        if !asked || only.is_some_and(|only| only != *book) {
            continue;
        }
        let seq = event.account_seq;
        let missing = *progress != Progress::Delivered;
        match gaps.last_mut().filter(|gap| open && gap.progress == *progress) {
            Some(gap) => {
                gap.to = seq;
                gap.count = gap.count.saturating_add(1);
            }
            None if missing => {
                gaps.push(Gap { from: seq, to: seq, count: 1, progress: *progress });
            }
            None => {}
        }
        open = missing;
    }
    gaps
}

#[cfg(test)]
mod tests {
    use cardium_kernel::{AccountId, EventId, Timestamp};
    use proptest::prelude::*;

    use super::{Progress::*, *};
    use crate::testing::picky as endpoint;

    fn event(seq: i64, kind: &str, book: Book, progress: Progress) -> EventProgress {
        let event = EventRef {
            id: EventId::new(u128::from(seq.unsigned_abs())),
            account: AccountId::new(2),
            object: 5,
            account_seq: seq,
            created_at: Timestamp::EPOCH,
        };
        EventProgress { event, kind: kind.to_owned(), book, progress }
    }

    fn wanted(seq: i64, progress: Progress) -> EventProgress {
        event(seq, "card.issued", Book::Live, progress)
    }

    fn rows(gaps: &[Gap]) -> Vec<(i64, i64, i64, Progress)> {
        gaps.iter().map(|gap| (gap.from, gap.to, gap.count, gap.progress)).collect()
    }

    #[test]
    fn gaps_end_at_what_was_delivered_and_at_another_reason() {
        let events = [
            wanted(1, NotSent),
            wanted(2, NotSent),
            wanted(3, Failed),
            wanted(4, Delivered),
            wanted(5, Failed),
            event(6, "card.frozen", Book::Live, NotSent),
            event(7, "card.issued", Book::Sandbox, NotSent),
            wanted(8, Failed),
            wanted(9, Underway),
        ];
        let found = rows(&find_gaps(&endpoint(), None, &events));
        let gaps = [(1, 2, 2, NotSent), (3, 3, 1, Failed), (5, 8, 2, Failed), (9, 9, 1, Underway)];
        assert_eq!(found, gaps);
        assert_eq!(find_gaps(&endpoint(), Some(Book::Sandbox), &events), []);
        assert_eq!(find_gaps(&endpoint(), None, &[]), []);
    }

    fn progress() -> impl Strategy<Value = Progress> {
        prop_oneof![Just(NotSent), Just(Failed), Just(Underway), Just(Delivered)]
    }

    proptest! {
        #[test]
        fn every_missing_event_is_in_one_gap_and_nothing_else_is(
            events in proptest::collection::vec((progress(), any::<bool>()), 0..60)
        ) {
            let kind = |asked: bool| if asked { "card.issued" } else { "card.frozen" };
            let events: Vec<_> = (1..)
                .zip(events)
                .map(|(seq, (progress, asked))| event(seq, kind(asked), Book::Live, progress))
                .collect();
            let gaps = find_gaps(&endpoint(), None, &events);
            for event in events.iter().filter(|event| event.kind == "card.issued") {
                let seq = event.event.account_seq;
                let around: Vec<_> =
                    gaps.iter().filter(|gap| (gap.from..=gap.to).contains(&seq)).collect();
                if event.progress == Delivered {
                    prop_assert!(around.is_empty());
                } else {
                    prop_assert_eq!(around.len(), 1);
                    prop_assert_eq!(around[0].progress, event.progress);
                }
            }
            let missing = events
                .iter()
                .filter(|event| event.kind == "card.issued" && event.progress != Delivered);
            let counted: i64 = gaps.iter().map(|gap| gap.count).sum();
            prop_assert_eq!(counted, i64::try_from(missing.count()).unwrap());
            prop_assert!(gaps.windows(2).all(|two| two[0].to < two[1].from));
        }
    }
}
