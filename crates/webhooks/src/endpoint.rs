use std::collections::BTreeMap;

use cardium_kernel::{
    AccountId, Book, Change, EndpointId, GrantId, Metadata, MetadataError, Timestamp,
};

use crate::{DisabledBy, Ordering, Payload, WebhookError};

/// The event that goes to the endpoint it is about, whatever that endpoint asks for.
pub const PING: &str = "webhook.ping";

/// Whether an event of this name is its owner's alone: it tells of what agents may do and ask. To
/// an agent other agents' grants and questions are unknown, so no endpoint of one is told of any.
#[must_use]
pub fn is_for_owner(event: &str) -> bool {
    ["grant.", "approval."].iter().any(|kind| event.starts_with(kind))
}

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

/// Whether an endpoint gets anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointStatus {
    /// Events are sent as they come.
    Enabled,
    /// New events pass it by; deliveries on their way wait.
    Disabled,
}

impl EndpointStatus {
    /// The status' word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }

    /// The status with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Enabled, Self::Disabled].into_iter().find(|status| status.as_str() == text)
    }
}

/// The signing secret that takes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextSecret {
    /// It, sealed.
    pub sealed: Vec<u8>,
    /// From when on it is the one that signs.
    pub from: Timestamp,
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
    /// The secret that takes over, while one does.
    pub next_secret: Option<NextSecret>,
    /// How much of an event it is sent.
    pub payload: Payload,
    /// In which order.
    pub ordering: Ordering,
    /// Whether it gets anything.
    pub status: EndpointStatus,
    /// Who disabled it, if it is disabled.
    pub disabled_by: Option<DisabledBy>,
    /// When its owner was warned that it fails, if it still does.
    pub warned_at: Option<Timestamp>,
    /// The grant of the agent that said where events go, or enabled it; none where the account
    /// itself did. It sends nothing beyond that grant's end.
    pub grant: Option<GrantId>,
    /// Its owner's notes.
    pub metadata: Metadata,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
}

/// What becomes of an endpoint; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointPatch {
    /// Where events go.
    pub url: Option<String>,
    /// Which events.
    pub events: Option<EventFilter>,
    /// Only of this book, or, where set to none, of both.
    pub mode: Option<Option<Book>>,
    /// What its owner says of it.
    pub description: Option<String>,
    /// Whether it gets anything.
    pub status: Option<EndpointStatus>,
    /// How much of an event it is sent.
    pub payload: Option<Payload>,
    /// In which order.
    pub ordering: Option<Ordering>,
    /// Its owner's notes, to be merged in.
    pub metadata: BTreeMap<String, Option<String>>,
}

impl Endpoint {
    /// Whether an event of this name, book and object goes to this endpoint.
    #[must_use]
    pub fn wants(&self, event: &str, book: Book, object: u128) -> bool {
        self.status == EndpointStatus::Enabled && self.expects(event, book, object)
    }

    /// Changes it in part, on behalf of an agent or of the account itself. Whoever says where
    /// events go, or enables it, answers for it from then on; the account also by saying once more
    /// that it is enabled.
    ///
    /// # Errors
    /// When its notes would leave their bounds.
    pub fn change(
        &mut self,
        patch: EndpointPatch,
        by: Option<GrantId>,
        now: Timestamp,
    ) -> Result<Change, MetadataError> {
        let before = self.clone();
        let enables = patch.status == Some(EndpointStatus::Enabled);
        self.metadata = self.metadata.merged(patch.metadata)?;
        set(&mut self.url, patch.url);
        set(&mut self.events, patch.events);
        set(&mut self.mode, patch.mode);
        set(&mut self.description, patch.description);
        set(&mut self.payload, patch.payload);
        set(&mut self.ordering, patch.ordering);
        if let Some(status) = patch.status.filter(|status| *status != self.status) {
            self.turn(status, DisabledBy::Owner);
        }
        let anew = before.status == EndpointStatus::Disabled || by.is_none();
        if self.url != before.url || enables && anew {
            self.grant = by;
        }
        if *self == before {
            return Ok(Change::AlreadyApplied);
        }
        self.touch(now);
        Ok(Change::Applied)
    }

    /// Whether it is told of events of this name, book and object, were it enabled: what was not
    /// delivered of them is missing. A ping is for the endpoint that it is about.
    #[must_use]
    pub fn expects(&self, event: &str, book: Book, object: u128) -> bool {
        if event == PING {
            return object == self.id.value();
        }
        let told = self.may_be_told(event);
        told && self.mode.is_none_or(|mode| mode == book) && self.events.wants(event)
    }

    /// Whether whoever set it up may know of events of this name.
    #[must_use]
    pub fn may_be_told(&self, event: &str) -> bool {
        self.grant.is_none() || !is_for_owner(event)
    }

    /// Disables it with the grant that set it up; says whether it was enabled.
    pub fn end(&mut self, now: Timestamp) -> Change {
        if self.status == EndpointStatus::Disabled {
            return Change::AlreadyApplied;
        }
        self.turn(EndpointStatus::Disabled, DisabledBy::Grant);
        self.updated_at = now;
        self.version = self.version.saturating_add(1);
        Change::Applied
    }

    /// Enables it, or disables it on somebody's behalf; a warning is over either way.
    pub(crate) fn turn(&mut self, status: EndpointStatus, who: DisabledBy) {
        self.status = status;
        self.warned_at = None;
        self.disabled_by = match status {
            EndpointStatus::Enabled => None,
            EndpointStatus::Disabled => Some(who),
        };
    }

    /// Marks a change, and leaves behind a secret whose time is over.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.settle_secret(now);
        self.updated_at = now;
        self.version = self.version.saturating_add(1);
    }

    /// Lets an event be sent once more.
    ///
    /// # Errors
    /// [`WebhookError::Disabled`].
    pub fn check_replayable(&self) -> Result<(), WebhookError> {
        match self.status {
            EndpointStatus::Enabled => Ok(()),
            EndpointStatus::Disabled => Err(WebhookError::Disabled),
        }
    }
}

fn set<T>(value: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *value = new;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(9);

    fn endpoint() -> Endpoint {
        crate::testing::picky()
    }

    #[test]
    fn a_ping_is_for_the_endpoint_it_is_about() {
        let endpoint = endpoint();
        assert!(endpoint.expects(PING, Book::Sandbox, 1) && !endpoint.expects(PING, Book::Live, 2));
        assert!(endpoint.expects("card.issued", Book::Live, 2));
        assert!(!endpoint.expects("card.issued", Book::Sandbox, 2));
        assert!(!endpoint.expects("card.frozen", Book::Live, 2));
    }

    #[test]
    fn filters_round_trip() {
        let named = EventFilter::Named(vec!["card.issued".into(), "card.loaded".into()]);
        assert_eq!(EventFilter::from_text(&named.to_text()), named);
        assert!(named.wants("card.issued") && !named.wants("card.frozen"));
        assert!(EventFilter::from_text("*").wants("anything"));
    }

    #[test]
    fn a_disabled_endpoint_wants_nothing_and_replays_nothing() {
        let mut endpoint = endpoint();
        assert!(
            endpoint.wants("card.issued", Book::Live, 7) && endpoint.check_replayable().is_ok()
        );
        assert!(!endpoint.wants("card.issued", Book::Sandbox, 7));
        let status = Some(EndpointStatus::Disabled);
        let patch = EndpointPatch { status, ..EndpointPatch::default() };
        assert_eq!(endpoint.change(patch.clone(), None, NOW), Ok(Change::Applied));
        assert!(!endpoint.wants("card.issued", Book::Live, 7));
        assert_eq!(endpoint.check_replayable(), Err(WebhookError::Disabled));
        let later = Timestamp::from_unix_seconds(10);
        assert_eq!(endpoint.change(patch, None, later), Ok(Change::AlreadyApplied));
        assert_eq!(endpoint.updated_at, NOW);
    }

    #[test]
    fn what_a_change_does_not_name_stays() {
        let mut changed = endpoint();
        let note = |value: &str| [("team".to_owned(), Some(value.to_owned()))].into();
        let patch =
            EndpointPatch { mode: Some(None), metadata: note("a"), ..EndpointPatch::default() };
        assert_eq!(changed.change(patch, None, NOW), Ok(Change::Applied));
        let metadata = Metadata::try_new([("team".to_owned(), "a".to_owned())].into()).unwrap();
        let expected = Endpoint { mode: None, metadata, updated_at: NOW, version: 2, ..endpoint() };
        assert_eq!(changed, expected);
        let patch = EndpointPatch { metadata: note(&"v".repeat(501)), ..EndpointPatch::default() };
        assert_eq!(changed.change(patch, None, NOW), Err(MetadataError::Value));
        assert_eq!(changed, expected);
    }

    #[test]
    fn whoever_says_where_events_go_or_enables_it_answers_for_it() {
        let (one, two) = (Some(GrantId::new(1)), Some(GrantId::new(2)));
        let status = |status| EndpointPatch { status: Some(status), ..EndpointPatch::default() };
        let (on, off) = (status(EndpointStatus::Enabled), status(EndpointStatus::Disabled));
        let url = |url: &str| EndpointPatch { url: Some(url.into()), ..EndpointPatch::default() };
        let told = || EndpointPatch { description: Some("x".into()), ..EndpointPatch::default() };
        for (grant, patches, by, then) in [
            (None, vec![url("https://b.example.com/")], one, one),
            (one, vec![url("https://b.example.com/")], two, two),
            (one, vec![url("https://b.example.com/")], None, None),
            (one, vec![on.clone()], None, None),
            (one, vec![on.clone()], two, one),
            (None, vec![on.clone()], one, None),
            (None, vec![off.clone(), on.clone()], one, one),
            (one, vec![off.clone()], None, one),
            (one, vec![off, on], None, None),
            (one, vec![told()], None, one),
        ] {
            let mut endpoint = Endpoint { grant, ..endpoint() };
            for patch in patches.clone() {
                endpoint.change(patch, by, NOW).unwrap();
            }
            assert_eq!(endpoint.grant, then, "{grant:?} {patches:?} {by:?}");
        }
    }

    #[test]
    fn it_ends_once_and_is_no_failure_of_its_own() {
        let mut endpoint = Endpoint { warned_at: Some(NOW), ..endpoint() };
        assert_eq!(endpoint.end(NOW), Change::Applied);
        let disabled = (EndpointStatus::Disabled, Some(DisabledBy::Grant), None, 2);
        let ended = endpoint.clone();
        assert_eq!((ended.status, ended.disabled_by, ended.warned_at, ended.version), disabled);
        assert_eq!(endpoint.end(Timestamp::from_unix_seconds(10)), Change::AlreadyApplied);
        assert_eq!(endpoint, ended);
    }

    #[test]
    fn no_agent_is_told_of_grants_and_approvals() {
        let mine = Endpoint { events: EventFilter::Everything, ..endpoint() };
        let agents = Endpoint { grant: Some(GrantId::new(1)), ..mine.clone() };
        for (event, told) in [
            ("grant.created", false),
            ("grant.revoked", false),
            ("approval.requested", false),
            ("card.issued", true),
            ("webhook.disabled", true),
        ] {
            assert!(mine.expects(event, Book::Live, 7), "{event}");
            assert_eq!(agents.expects(event, Book::Live, 7), told, "{event}");
        }
    }
}
