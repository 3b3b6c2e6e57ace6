use cardium_kernel::{AccountId, AuthorizationId, DisputeId, TransactionId};

use crate::DisputeError;

/// The most open disputes of one authorization: purchases with more clearings are rare, and a
/// refund looks at all of them.
pub const MAX_OPEN: usize = 8;
/// The most entries of any kind: a purchase has at most 99 clearings, and few of them.
const MAX_ENTRIES: usize = 128;

/// The stored facts of a docket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocketRecord {
    /// Whose captures are disputed.
    pub authorization: AuthorizationId,
    /// The tenant.
    pub account: AccountId,
    /// The captures in dispute with their disputes, oldest first.
    pub open: Vec<(TransactionId, DisputeId)>,
    /// The captures of which a dispute was lost: the network decides once.
    pub lost: Vec<TransactionId>,
    /// Raised by one with every change; zero before the first.
    pub version: i64,
}

/// Which disputes of an authorization are open, and which captures are decided. It is read under
/// the authorization's lock, so it settles who may file, and leads from a refund to the disputes
/// that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Docket(DocketRecord);

impl std::ops::Deref for Docket {
    type Target = DocketRecord;

    fn deref(&self) -> &DocketRecord {
        &self.0
    }
}

impl Docket {
    /// A docket read back from storage.
    #[must_use]
    pub const fn restore(record: DocketRecord) -> Self {
        Self(record)
    }

    /// The docket of an authorization that was never disputed.
    #[must_use]
    pub const fn empty(authorization: AuthorizationId, account: AccountId) -> Self {
        Self(DocketRecord {
            authorization,
            account,
            open: Vec::new(),
            lost: Vec::new(),
            version: 0,
        })
    }

    /// Notes a new dispute of a capture.
    ///
    /// # Errors
    /// [`DisputeError::Exists`] when one is open, [`DisputeError::Decided`] when one was lost,
    /// [`DisputeError::TooManyOpen`].
    pub fn enter(
        &mut self,
        transaction: TransactionId,
        dispute: DisputeId,
    ) -> Result<(), DisputeError> {
        if self.open.iter().any(|(disputed, _)| *disputed == transaction) {
            return Err(DisputeError::Exists);
        }
        if self.lost.contains(&transaction) {
            return Err(DisputeError::Decided);
        }
        let entries = self.open.len().saturating_add(self.lost.len());
        if self.open.len() >= MAX_OPEN || entries >= MAX_ENTRIES {
            return Err(DisputeError::TooManyOpen);
        }
        self.0.open.push((transaction, dispute));
        self.0.version = self.version.saturating_add(1);
        Ok(())
    }

    /// Strikes a dispute that was lost, and notes its capture: it is not disputed again.
    pub fn lose(&mut self, transaction: TransactionId, dispute: DisputeId) {
        if !self.lost.contains(&transaction) {
            self.0.lost.push(transaction);
        }
        self.strike(dispute);
    }

    /// Strikes a dispute that was won.
    pub fn strike(&mut self, dispute: DisputeId) {
        self.0.open.retain(|(_, open)| *open != dispute);
        self.0.version = self.version.saturating_add(1);
    }

    /// The entries as words in hexadecimal, for storage: `transaction:dispute` for what is open,
    /// `transaction:` for what was lost.
    #[must_use]
    pub fn to_text(&self) -> String {
        let open = self.open.iter().map(|(transaction, dispute)| {
            format!("{:032x}:{:032x}", transaction.value(), dispute.value())
        });
        let lost = self.lost.iter().map(|transaction| format!("{:032x}:", transaction.value()));
        open.chain(lost).collect::<Vec<_>>().join(" ")
    }

    /// Reads what [`Self::to_text`] wrote; `None` for anything else.
    #[must_use]
    pub fn parse_entries(text: &str) -> Option<Entries> {
        let number = |digits: &str| u128::from_str_radix(digits, 16).ok();
        let mut entries = Entries::default();
        for word in text.split_whitespace() {
            let (transaction, dispute) = word.split_once(':')?;
            let transaction = TransactionId::new(number(transaction)?);
            if dispute.is_empty() {
                entries.lost.push(transaction);
            } else {
                entries.open.push((transaction, DisputeId::new(number(dispute)?)));
            }
        }
        Some(entries)
    }
}

/// What a docket holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entries {
    /// See [`DocketRecord::open`].
    pub open: Vec<(TransactionId, DisputeId)>,
    /// See [`DocketRecord::lost`].
    pub lost: Vec<TransactionId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn docket() -> Docket {
        Docket::empty(AuthorizationId::new(0x100), AccountId::new(0x200))
    }

    type Read = (Vec<(TransactionId, DisputeId)>, Vec<TransactionId>);

    fn entries(text: &str) -> Option<Read> {
        Docket::parse_entries(text).map(|Entries { open, lost }| (open, lost))
    }

    #[test]
    fn a_capture_has_one_open_dispute() {
        let mut docket = docket();
        let (capture, other) = (TransactionId::new(1), TransactionId::new(2));
        docket.enter(capture, DisputeId::new(0x100)).unwrap();
        assert_eq!(docket.enter(capture, DisputeId::new(0x200)), Err(DisputeError::Exists));
        docket.enter(other, DisputeId::new(0x300)).unwrap();
        docket.strike(DisputeId::new(0x100));
        docket.enter(capture, DisputeId::new(0x400)).unwrap();
        assert_eq!((docket.open.len(), docket.version), (2, 4));
        assert_eq!(entries(&docket.to_text()), Some((docket.open.clone(), Vec::new())));
    }

    #[test]
    fn what_was_lost_is_not_disputed_again() {
        let mut docket = docket();
        let (capture, other) = (TransactionId::new(1), TransactionId::new(2));
        for (transaction, dispute) in [(capture, 0x100), (other, 0x200)] {
            docket.enter(transaction, DisputeId::new(dispute)).unwrap();
        }
        docket.lose(capture, DisputeId::new(0x100));
        let again = docket.enter(capture, DisputeId::new(0x300));
        assert_eq!(again, Err(DisputeError::Decided));
        let kept = (vec![(other, DisputeId::new(0x200))], vec![capture]);
        assert_eq!((docket.open.clone(), docket.lost.clone()), kept);
        assert_eq!(entries(&docket.to_text()), Some(kept));
    }

    #[test]
    fn what_is_open_is_bounded() {
        let mut docket = docket();
        for n in 0..u128::try_from(MAX_OPEN).unwrap() {
            docket.enter(TransactionId::new(n), DisputeId::new(n << 8)).unwrap();
        }
        let more = docket.enter(TransactionId::new(99), DisputeId::new(0x9900));
        assert_eq!(more, Err(DisputeError::TooManyOpen));
        assert_eq!(entries("1"), None);
        assert_eq!(entries(""), Some((Vec::new(), Vec::new())));
    }
}
