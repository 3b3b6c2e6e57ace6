macro_rules! scopes {
    ($($name:ident = $bit:literal, $text:literal;)+) => {
        /// One permission; every operation declares the one it needs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Scope {
            $(
                #[doc = concat!("`", $text, "`")]
                $name = $bit,
            )+
        }

        impl Scope {
            /// All scopes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The scope's word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            const fn bit(self) -> i64 {
                match self {
                    $(Self::$name => 1 << $bit,)+
                }
            }
        }
    };
}

scopes! {
    AccountRead = 0, "account:read";
    AccountWrite = 1, "account:write";
    ApikeyRead = 2, "apikey:read";
    BalanceRead = 3, "balance:read";
    TopupCreate = 4, "topup:create";
    TopupRead = 5, "topup:read";
    CardRead = 6, "card:read";
    CardIssue = 7, "card:issue";
    CardControl = 8, "card:control";
    CardFund = 9, "card:fund";
    CardRevealPan = 10, "card:reveal_pan";
    TransactionRead = 11, "transaction:read";
    WithdrawalCreate = 12, "withdrawal:create";
    WithdrawalRead = 13, "withdrawal:read";
    DisputeRead = 14, "dispute:read";
    DisputeWrite = 15, "dispute:write";
    WebhookRead = 16, "webhook:read";
    WebhookWrite = 17, "webhook:write";
    SupportRead = 18, "support:read";
    SupportWrite = 19, "support:write";
    AuditRead = 20, "audit:read";
    ActivityRead = 21, "activity:read";
    SystemRead = 22, "system:read";
}

impl Scope {
    /// The scope with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text)
    }

    /// Whether it lets a holder look, and nothing else.
    #[must_use]
    pub fn is_read(self) -> bool {
        self.as_str().ends_with(":read")
    }

    /// The scopes a grant of this one brings along, so that tokens older than the finer scopes
    /// keep working.
    const fn implied(self) -> &'static [Self] {
        match self {
            Self::AccountRead => &[Self::ActivityRead],
            Self::CardIssue => &[Self::CardFund],
            Self::DisputeWrite => &[Self::DisputeRead],
            Self::WebhookWrite => &[Self::WebhookRead],
            _ => &[],
        }
    }
}

/// A set of scopes, closed under implication where it is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScopeSet(i64);

impl ScopeSet {
    /// Every scope.
    #[must_use]
    pub fn all() -> Self {
        Scope::ALL.iter().copied().collect()
    }

    /// A set read back from storage.
    #[must_use]
    pub const fn from_bits(bits: i64) -> Self {
        Self(bits)
    }

    /// The set as a number, for storage.
    #[must_use]
    pub const fn bits(self) -> i64 {
        self.0
    }

    /// The set with one scope more, and with none of those that it implies.
    #[must_use]
    pub const fn plus(self, scope: Scope) -> Self {
        Self(self.0 | scope.bit())
    }

    /// A set of these scopes, and of none that they imply: what somebody chose by name.
    #[must_use]
    pub fn exactly(scopes: impl IntoIterator<Item = Scope>) -> Self {
        scopes.into_iter().fold(Self::default(), Self::plus)
    }

    /// Whether the scope is in the set.
    #[must_use]
    pub const fn allows(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether all scopes of the other set are in this one.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// The scopes of both sets.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The scopes that are in both sets.
    #[must_use]
    pub const fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The scopes in the set, in their fixed order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.allows(*scope))
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let bits = scopes.into_iter().fold(0, |bits, scope| {
            let implied = scope.implied().iter().fold(0, |sum, other| sum | other.bit());
            bits | scope.bit() | implied
        });
        Self(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_grants_imply_the_finer_scopes() {
        let set: ScopeSet = [Scope::CardIssue].into_iter().collect();
        assert!(set.allows(Scope::CardFund));
        assert!(!set.allows(Scope::CardRevealPan));
        let chosen = ScopeSet::exactly([Scope::CardIssue]);
        assert!(chosen.allows(Scope::CardIssue) && !chosen.allows(Scope::CardFund));
    }

    #[test]
    fn words_round_trip() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(*scope));
        }
        assert_eq!(ScopeSet::all().iter().count(), Scope::ALL.len());
    }
}
