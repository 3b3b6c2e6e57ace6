use super::{Due, Notice, Spreading};
use crate::{CommandResult, Context, Ending, Hints, RowKey, Snapshot, Unit, UseCase};

/// The most accounts that one command tells: their sequences are locked until it commits, and
/// everything that happens on those accounts waits for it.
pub const ROUND: usize = 256;

/// Tells the next accounts of an announcement, together with noting that they were told; says
/// whether it did, for another process may have been faster.
#[derive(Debug, Clone)]
pub struct SpreadAnnouncement {
    /// Whom, and of what.
    pub due: Due,
}

impl UseCase for SpreadAnnouncement {
    type Output = bool;

    fn hints(&self, _: &Context) -> Hints {
        let sequences = self.due.accounts.iter().copied().map(RowKey::Sequence);
        sequences.fold(Hints::cold(), Hints::with)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<bool> {
        let found = unit.tx.take_announcement(self.due.id)?;
        let Some(spreading) = found.filter(|found| found.reached == self.due.reached) else {
            return Ok(Ending::Preview(false));
        };
        let announcement = &spreading.announcement;
        for account in self.due.accounts.iter().copied() {
            let notice = Notice { account, announcement: announcement.clone() };
            unit.emit(announcement.kind.event(), Snapshot::Announcement(notice))?;
        }
        let reached = self.due.accounts.last().copied().or(spreading.reached);
        let finished = self.due.accounts.len() < ROUND;
        unit.tx.save_announcement(&Spreading { reached, finished, ..spreading })?;
        Ok(Ending::Done(true))
    }
}

#[cfg(test)]
mod tests {
    use cardium_kernel::{AccountId, AnnouncementId};

    use super::*;
    use crate::{
        announcements::{Announcement, AnnouncementKind, AnnouncementRecord},
        testing::{MockTx, NOW, context},
    };

    const ID: AnnouncementId = AnnouncementId::new(9);

    fn spreading(reached: Option<AccountId>) -> Spreading {
        let record = AnnouncementRecord {
            id: ID,
            kind: AnnouncementKind::Maintenance,
            message: "We move house.".to_owned(),
            starts_at: None,
            ends_at: None,
            sunset_at: None,
            url: None,
            created_at: NOW,
        };
        let begun = Spreading::begin(Announcement::restore(record), Some(AccountId::new(1_000)));
        Spreading { reached, ..begun }
    }

    fn run(tx: &mut MockTx, reached: Option<AccountId>, accounts: u128) -> Option<bool> {
        let accounts = (1..=accounts).map(AccountId::new).collect();
        let spread = SpreadAnnouncement { due: Due { id: ID, reached, accounts } };
        spread.run(&mut Unit::new(tx, &context())).ok().map(Ending::into_inner)
    }

    #[test]
    fn each_account_of_a_round_is_told_and_the_last_one_noted() {
        for (accounts, finished) in [(256, false), (255, true)] {
            let mut tx = MockTx::new();
            tx.expect_take_announcement().return_once(|_| Ok(Some(spreading(None))));
            let told = usize::try_from(accounts).expect("a round is small");
            tx.expect_append_event().times(told).returning(|_| Ok(()));
            let last = Some(AccountId::new(accounts));
            tx.expect_save_announcement()
                .withf(move |saved| (saved.reached, saved.finished) == (last, finished))
                .times(1)
                .return_once(|_| Ok(()));
            assert_eq!(run(&mut tx, None, accounts), Some(true));
        }
    }

    #[test]
    fn a_round_that_another_process_took_tells_nobody() {
        let elsewhere = Some(AccountId::new(256));
        for found in [None, Some(spreading(elsewhere))] {
            let mut tx = MockTx::new();
            tx.expect_take_announcement().return_once(move |_| Ok(found));
            assert_eq!(run(&mut tx, None, 256), Some(false));
        }
    }

    #[test]
    fn when_nobody_is_left_it_ends_where_it_was() {
        let reached = Some(AccountId::new(256));
        let mut tx = MockTx::new();
        tx.expect_take_announcement().return_once(move |_| Ok(Some(spreading(reached))));
        tx.expect_save_announcement()
            .withf(move |saved| (saved.reached, saved.finished) == (reached, true))
            .times(1)
            .return_once(|_| Ok(()));
        assert_eq!(run(&mut tx, reached, 0), Some(true));
    }
}
