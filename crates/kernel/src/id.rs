use std::fmt;

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a {0} id")]
pub struct IdError(pub &'static str);

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LENGTH: usize = 26;

/// Crockford's base 32 in lower case: 26 characters that sort as the number does.
fn encode(value: u128) -> String {
    let mut text = [0_u8; TEXT_LENGTH];
    let mut rest = value;
    for slot in text.iter_mut().rev() {
        let digit = usize::try_from(rest & 31).unwrap_or(0);
        *slot = ALPHABET.get(digit).copied().unwrap_or(b'0');
        rest >>= 5;
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn decode(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    if bytes.len() != TEXT_LENGTH || *bytes.first()? > b'7' {
        return None;
    }
    bytes.iter().try_fold(0_u128, |value, byte| {
        let digit = ALPHABET.iter().position(|symbol| symbol == byte)?;
        Some((value << 5) | u128::try_from(digit).ok()?)
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// What the text form begins with.
            pub const PREFIX: &'static str = $prefix;

            /// The id with this value.
            #[must_use]
            pub const fn new(value: u128) -> Self {
                Self(value)
            }

            /// The 128-bit value.
            #[must_use]
            pub const fn value(self) -> u128 {
                self.0
            }

            /// Reads the text form.
            ///
            /// # Errors
            /// When the prefix or the digits are wrong.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(Self::PREFIX)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(IdError(Self::PREFIX))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", Self::PREFIX, encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )+};
}

ids! {
    /// The tenant that owns a treasury and its cards.
    AccountId = "acc";
    /// An API key or a session: whatever a bearer token stands for.
    CredentialId = "key";
    /// A request for a crypto deposit.
    TopupId = "top";
    /// One transfer seen on a chain.
    DepositId = "dep";
    /// A payment card.
    CardId = "card";
    /// What the network asked and what came of it.
    AuthorizationId = "auth";
    /// One step of an authorization's life, or a decline.
    TransactionId = "tx";
    /// A balanced set of ledger lines.
    PostingId = "post";
    /// One line of a posting, as a balance history shows it.
    EntryId = "bal";
    /// A state change that subscribers are told of.
    EventId = "evt";
    /// A webhook endpoint.
    EndpointId = "wh";
    /// One event on its way to one endpoint.
    DeliveryId = "dlv";
    /// One row of the audit log.
    AuditId = "audit";
    /// One exchange with the card network, derived from the message's key fields.
    MessageId = "msg";
    /// One HTTP request.
    RequestId = "req";
    /// A cardholder's objection to a captured transaction.
    DisputeId = "dp";
    /// One piece of evidence of a dispute.
    EvidenceId = "ev";
    /// A payment of treasury money to an address on a chain.
    WithdrawalId = "wd";
    /// A cardholder's question to the programme.
    TicketId = "tk";
    /// An event as the activity list shows it; the value is the event's.
    ActivityId = "act";
    /// A file that is kept beside the database's rows.
    BlobId = "blob";
    /// What the operator tells every account.
    AnnouncementId = "ann";
    /// What an owner gave an OAuth client; the value is that of the credential that acts for it.
    GrantId = "grant";
    /// What an agent asked its owner for.
    ApprovalId = "apr";
    /// An authorization request that an owner is asked about.
    ConsentId = "consent";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_prefixes_and_bad_digits_are_refused() {
        let id = CardId::new(42).to_string();
        assert!(TopupId::parse(&id).is_err());
        for bad in ["card_", "card_8", "card_zzzzzzzzzzzzzzzzzzzzzzzzzz", "card", ""] {
            assert!(CardId::parse(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn text_round_trips_and_sorts(a: u128, b: u128) {
            let (left, right) = (CardId::new(a), CardId::new(b));
            proptest::prop_assert_eq!(CardId::parse(&left.to_string()), Ok(left));
            proptest::prop_assert_eq!(left.cmp(&right), left.to_string().cmp(&right.to_string()));
        }
    }
}
