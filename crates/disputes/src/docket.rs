use cardium_kernel::{AccountId, AuthorizationId, DisputeId, TransactionId};

use crate::DisputeError;

/// The most open disputes of one authorization: purchases with more clearings are rare, and a
/// refund looks at all of them.
pub const MAX_OPEN: usize = 8;

/// The stored facts of a docket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocketRecord {
    /// Whose captures are disputed.
    pub authorization: AuthorizationId,
    /// The tenant.
    pub account: AccountId,
    /// The captures in dispute with their disputes, oldest first.
    pub open: Vec<(TransactionId, DisputeId)>,
    /// Raised by one with every change; zero before the first.
    pub version: i64,
}

/// Which disputes of an authorization are open. It is read under the authorization's lock, so it
/// settles who may file, and leads from a refund to the disputes that it answers.
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
        Self(DocketRecord { authorization, account, open: Vec::new(), version: 0 })
    }

    /// Notes a new dispute of a capture.
    ///
    /// # Errors
    /// [`DisputeError::Exists`] when one is open, [`DisputeError::TooManyOpen`].
    pub fn enter(
        &mut self,
        transaction: TransactionId,
        dispute: DisputeId,
    ) -> Result<(), DisputeError> {
        if self.open.iter().any(|(disputed, _)| *disputed == transaction) {
            return Err(DisputeError::Exists);
        }
        if self.open.len() >= MAX_OPEN {
            return Err(DisputeError::TooManyOpen);
        }
        self.0.open.push((transaction, dispute));
        self.0.version = self.version.saturating_add(1);
        Ok(())
    }

    /// Strikes a dispute that is decided.
    pub fn strike(&mut self, dispute: DisputeId) {
        self.0.open.retain(|(_, open)| *open != dispute);
        self.0.version = self.version.saturating_add(1);
    }

    /// The open disputes as one word, `transaction:dispute` each in hexadecimal, for storage.
    #[must_use]
    pub fn to_text(&self) -> String {
        let word = |(transaction, dispute): &(TransactionId, DisputeId)| {
            format!("{:032x}:{:032x}", transaction.value(), dispute.value())
        };
        self.open.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    /// Reads what [`Self::to_text`] wrote; `None` for anything else.
    #[must_use]
    pub fn parse_open(text: &str) -> Option<Vec<(TransactionId, DisputeId)>> {
        let number = |digits: &str| u128::from_str_radix(digits, 16).ok();
        let pair = |word: &str| {
            let (transaction, dispute) = word.split_once(':')?;
            Some((TransactionId::new(number(transaction)?), DisputeId::new(number(dispute)?)))
        };
        text.split_whitespace().map(pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn docket() -> Docket {
        Docket::empty(AuthorizationId::new(0x100), AccountId::new(0x200))
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
        assert_eq!(Docket::parse_open(&docket.to_text()), Some(docket.open.clone()));
    }

    #[test]
    fn what_is_open_is_bounded() {
        let mut docket = docket();
        for n in 0..u128::try_from(MAX_OPEN).unwrap() {
            docket.enter(TransactionId::new(n), DisputeId::new(n << 8)).unwrap();
        }
        let more = docket.enter(TransactionId::new(99), DisputeId::new(0x9900));
        assert_eq!(more, Err(DisputeError::TooManyOpen));
        assert_eq!(Docket::parse_open("1"), None);
        assert_eq!(Docket::parse_open(""), Some(Vec::new()));
    }
}
