use std::fmt;

/// One of the two ledgers that never mix; the wire calls it `mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Book {
    /// Real money on real rails (or rails simulated on the operator's word).
    Live,
    /// Play money: simulated chain, simulated network.
    Sandbox,
}

impl Book {
    /// Both books, in storage order.
    pub const ALL: [Self; 2] = [Self::Live, Self::Sandbox];

    /// The word used on the wire and in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Sandbox => "sandbox",
        }
    }

    /// The book's small number in storage: 1 live, 2 sandbox.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Live => 1,
            Self::Sandbox => 2,
        }
    }

    /// The book with this storage number.
    #[must_use]
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Live),
            2 => Some(Self::Sandbox),
            _ => None,
        }
    }

    /// The book with this wire word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|book| book.as_str() == text)
    }
}

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
