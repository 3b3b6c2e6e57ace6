use cardium_kernel::{AccountId, Book, EndpointId, Timestamp};

/// Which events an endpoint wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventFilter {
    /// All of them, those of later versions included.
    Everything,
    /// Those with these names.
    Named(Vec<String>),
}

impl EventFilter {
    /// Whether an event of this name is wanted.
    #[must_use]
    pub fn wants(&self, event: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Named(names) => names.iter().any(|name| name == event),
        }
    }

    /// One name a line, `*` for everything, for storage.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Everything => "*".to_owned(),
            Self::Named(names) => names.join("\n"),
        }
    }

    /// Reads what [`Self::to_text`] wrote.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        if text == "*" {
            return Self::Everything;
        }
        Self::Named(text.lines().map(str::to_owned).collect())
    }
}

/// Where an account wants its events sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The endpoint's id.
    pub id: EndpointId,
    /// Whose events it gets.
    pub account: AccountId,
    /// Where they go.
    pub url: String,
    /// Which ones.
    pub events: EventFilter,
    /// Only events of this book, where set.
    pub mode: Option<Book>,
    /// What its owner says of it.
    pub description: String,
    /// The sealed signing secret.
    pub secret: Vec<u8>,
    /// Whether it gets anything.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Endpoint {
    /// Whether an event of this name and book goes to this endpoint.
    #[must_use]
    pub fn wants(&self, event: &str, book: Book) -> bool {
        self.enabled && self.mode.is_none_or(|mode| mode == book) && self.events.wants(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_round_trip() {
        let named = EventFilter::Named(vec!["card.issued".into(), "card.loaded".into()]);
        assert_eq!(EventFilter::from_text(&named.to_text()), named);
        assert!(named.wants("card.issued") && !named.wants("card.frozen"));
        assert!(EventFilter::from_text("*").wants("anything"));
    }
}
