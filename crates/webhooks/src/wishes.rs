/// How much of an event an endpoint is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Payload {
    /// The whole object as it was after the event.
    #[default]
    Full,
    /// The object's id and kind; the rest is asked for.
    Thin,
}

impl Payload {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Full, Self::Thin];

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Thin => "thin",
        }
    }

    /// The payload with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|payload| payload.as_str() == text)
    }
}

/// In which order events reach an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ordering {
    /// As fast as possible; a failed delivery holds nothing up.
    #[default]
    None,
    /// Events of one object one after the other: the next is sent when the one before it arrived,
    /// or failed for good.
    PerObject,
}

impl Ordering {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::None, Self::PerObject];

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PerObject => "per_object",
        }
    }

    /// The ordering with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ordering| ordering.as_str() == text)
    }
}

/// Who disabled an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisabledBy {
    /// Its owner.
    Owner,
    /// The programme, after days of failures.
    Failures,
    /// The end of the grant that set it up.
    Grant,
}

impl DisabledBy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Failures, Self::Grant];

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Failures => "failures",
            Self::Grant => "grant",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|who| who.as_str() == text)
    }
}
