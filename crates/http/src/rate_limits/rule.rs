//! What is bounded, and for whom.

use std::{
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use cardium_kernel::{AccountId, CredentialId, digest128};

use super::{
    RateSettings,
    window::{Sharing, Terms},
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// How many times more often than a stranger an address asks about tokens: those of many owners are
/// renewed where a hosted client runs.
const EXCHANGES: u32 = 10;
/// Documents that are fetched for an account.
const DOCUMENTS: u32 = 10;
/// Whoever has one IPv6 address has its whole network of this length (RFC 6177).
const SITE: u32 = 64;

/// Something that is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// All requests of a credential.
    Minute,
    /// All requests of a credential.
    Day,
    /// Requests of an address that no valid credential came with.
    Anonymous,
    /// Attempts to sign in.
    SignIns,
    /// New accounts.
    Accounts,
    /// New OAuth clients.
    Registrations,
    /// Requests of OAuth clients for tokens, or about them.
    Exchanges,
    /// Documents of clients that are fetched for an account.
    Documents,
    /// Card numbers shown.
    Reveals,
    /// Passwords that a signed-in account gives again.
    PasswordChecks,
}

impl Rule {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Day => "day",
            Self::Anonymous => "anonymous",
            Self::SignIns => "sign_ins",
            Self::Accounts => "accounts",
            Self::Registrations => "registrations",
            Self::Exchanges => "exchanges",
            Self::Documents => "documents",
            Self::Reveals => "reveals",
            Self::PasswordChecks => "password_checks",
        }
    }

    /// What a refusal calls it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Minute => "requests in a minute",
            Self::Day => "requests in a day",
            Self::Anonymous => "requests in a minute without a valid credential",
            Self::SignIns => "sign-ins in a minute from one address",
            Self::Accounts => "new accounts in an hour from one address",
            Self::Registrations => "new clients in an hour from one address",
            Self::Exchanges => "requests in a minute about tokens from one address",
            Self::Documents => "client documents in a minute",
            Self::Reveals => "card numbers in a minute",
            Self::PasswordChecks => "requests with a password in a minute",
        }
    }

    pub fn terms(self, settings: &RateSettings) -> Terms {
        let (limit, span) = match self {
            Self::Minute => (settings.per_minute, MINUTE),
            Self::Day => (settings.per_day, DAY),
            Self::Anonymous => (settings.unauthenticated_per_minute, MINUTE),
            Self::SignIns => (settings.sign_in_per_minute, MINUTE),
            Self::Accounts => (settings.accounts_per_hour, HOUR),
            Self::Registrations => (settings.registrations_per_hour, HOUR),
            Self::Exchanges => {
                (settings.unauthenticated_per_minute.saturating_mul(EXCHANGES), MINUTE)
            }
            Self::Documents => (DOCUMENTS, MINUTE),
            Self::Reveals => (settings.reveals_per_minute, MINUTE),
            Self::PasswordChecks => (settings.password_checks_per_minute, MINUTE),
        };
        Terms { limit: i64::from(limit), span }
    }

    /// Strangers cause no write: theirs is counted in each process.
    pub const fn sharing(self) -> Sharing {
        match self {
            Self::Anonymous | Self::Exchanges | Self::Documents => Sharing::Alone,
            Self::Minute
            | Self::Day
            | Self::SignIns
            | Self::Accounts
            | Self::Registrations
            | Self::Reveals
            | Self::PasswordChecks => Sharing::Together,
        }
    }
}

/// Which count, and what holds for it.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub rule: Rule,
    /// The identity of its own count.
    pub id: u128,
    /// That of the count that it shares with other newcomers where there is no room for one more.
    pub crowd: u128,
    pub terms: Terms,
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A session or API key.
    Credential(CredentialId),
    /// An account, whichever of its credentials asks.
    Account(AccountId),
    /// An address, or an IPv6 site; none where the transport has no addresses.
    Address(Option<IpAddr>),
}

impl Subject {
    /// Its count under a rule.
    pub fn key(self, rule: Rule, settings: &RateSettings) -> Key {
        let crowd = digest128(&[rule.word().as_bytes(), b"crowd", self.word()]);
        Key { rule, id: self.id(rule), crowd, terms: rule.terms(settings) }
    }

    const fn word(self) -> &'static [u8] {
        match self {
            Self::Credential(_) => b"credential",
            Self::Account(_) => b"account",
            Self::Address(_) => b"address",
        }
    }

    /// The identity of its count under a rule: nobody reads an address from it.
    pub fn id(self, rule: Rule) -> u128 {
        let (rule, word) = (rule.word().as_bytes(), self.word());
        match self {
            Self::Credential(id) => digest128(&[rule, word, &id.value().to_be_bytes()]),
            Self::Account(id) => digest128(&[rule, word, &id.value().to_be_bytes()]),
            Self::Address(address) => {
                let site = address.map_or(Ipv6Addr::UNSPECIFIED, site);
                digest128(&[rule, word, &site.octets()])
            }
        }
    }
}

fn site(address: IpAddr) -> Ipv6Addr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => {
            let mask = u128::MAX << (128 - SITE);
            Ipv6Addr::from_bits(address.to_bits() & mask)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_one_subject_and_rules_are_counted_apart() {
        let id = |text: &str, rule| Subject::Address(Some(text.parse().unwrap())).id(rule);
        let minute = |text| id(text, Rule::Anonymous);
        assert_eq!(minute("2001:db8::1"), minute("2001:db8::ffff:1"));
        assert_ne!(minute("2001:db8::1"), minute("2001:db8:0:1::1"));
        assert_eq!(minute("192.0.2.1"), minute("::ffff:192.0.2.1"));
        assert_ne!(minute("192.0.2.1"), minute("192.0.2.2"));
        assert_ne!(minute("192.0.2.1"), id("192.0.2.1", Rule::SignIns));
    }
}
