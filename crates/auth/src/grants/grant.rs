use cardium_kernel::{AccountId, CardId, Change, CredentialId, GrantId, Metadata, Timestamp};

use super::{Mandate, Reach, Spent};
use crate::{
    AllowList, Credential, CredentialError, CredentialKind, CredentialRecord, ScopeSet, TokenHash,
};

/// How a client that holds `card:reveal_pan` gets at a card number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reveal {
    /// Whenever it asks.
    Always,
    /// Each time the owner approves.
    Ask,
    /// Never itself: the owner opens the number in a page of ours.
    Link,
}

impl Reveal {
    /// All ways.
    pub const ALL: [Self; 3] = [Self::Always, Self::Ask, Self::Link];

    /// The way's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Ask => "ask",
            Self::Link => "link",
        }
    }

    /// The way with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == text)
    }
}

/// The stored facts of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRecord {
    /// The grant's id; its value is the credential's.
    pub id: GrantId,
    /// Whose money it is about.
    pub account: AccountId,
    /// The client's `client_id` (RFC 6749, section 2.2).
    pub client_id: String,
    /// What the client called itself when the owner agreed.
    pub client_name: String,
    /// The host that the owner was sent back to.
    pub redirect_host: String,
    /// The only cards it reaches; none where it reaches all.
    pub cards: Option<Vec<CardId>>,
    /// How it may reveal a card number.
    pub reveal: Reveal,
    /// What it may spend.
    pub mandate: Mandate,
    /// What it spent.
    pub spent: Spent,
    /// Whether the client was told to ask for more, and has not asked yet.
    pub step_up_asked: bool,
    /// When each question that waits for its owner is void.
    pub questions: Vec<Timestamp>,
    /// When the owner first agreed.
    pub created_at: Timestamp,
    /// When it last changed; spending is no change.
    pub updated_at: Timestamp,
    /// When it was revoked, if it was.
    pub ended_at: Option<Timestamp>,
    /// Raised by one with every write.
    pub version: i64,
}

/// What an owner gave a client. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant(GrantRecord);

impl std::ops::Deref for Grant {
    type Target = GrantRecord;

    fn deref(&self) -> &GrantRecord {
        &self.0
    }
}

/// As many questions wait for the owner as may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the agent waits for as many answers of its owner as it may")]
pub struct TooManyQuestions {
    /// When the first of them is void.
    pub until: Timestamp,
}

/// What an owner agrees to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// The new grant's id.
    pub id: GrantId,
    /// Whose it is.
    pub account: AccountId,
    /// The client's `client_id`.
    pub client_id: String,
    /// What the client calls itself.
    pub client_name: String,
    /// The host that the owner is sent back to.
    pub redirect_host: String,
    /// What it may do.
    pub scopes: ScopeSet,
    /// The only cards it reaches; none for all.
    pub cards: Option<Vec<CardId>>,
    /// How it may reveal a card number.
    pub reveal: Reveal,
    /// What it may spend.
    pub mandate: Mandate,
}

/// Opens a grant and the credential that acts for it.
#[must_use]
pub fn open_grant(new: NewGrant, now: Timestamp) -> (Credential, Grant) {
    let credential = Credential::restore(CredentialRecord {
        id: CredentialId::new(new.id.value()),
        account: new.account,
        kind: CredentialKind::Grant,
        token: token_of(new.id),
        name: new.client_name.clone(),
        prefix: String::new(),
        last4: String::new(),
        scopes: new.scopes,
        mode: None,
        allowed: AllowList::default(),
        metadata: Metadata::default(),
        generation: 0,
        created_at: now,
        expires_at: None,
        revoked_at: None,
        updated_at: now,
        version: 1,
    });
    let grant = Grant::restore(GrantRecord {
        id: new.id,
        account: new.account,
        client_id: new.client_id,
        client_name: new.client_name,
        redirect_host: new.redirect_host,
        cards: new.cards,
        reveal: new.reveal,
        mandate: new.mandate,
        spent: Spent::default(),
        step_up_asked: false,
        questions: Vec::new(),
        created_at: now,
        updated_at: now,
        ended_at: None,
        version: 1,
    });
    (credential, grant)
}

/// A credential's token has to be unique; a grant has none. This one is no hash of any text that
/// can be found, so nobody can present it.
fn token_of(id: GrantId) -> TokenHash {
    let mut bytes = [0; 32];
    let (head, _) = bytes.split_at_mut(16);
    head.copy_from_slice(&id.value().to_be_bytes());
    TokenHash(bytes)
}

impl Grant {
    /// Most questions that wait for the owner at once.
    pub const QUESTIONS: usize = 20;

    /// A grant read back from storage.
    #[must_use]
    pub const fn restore(record: GrantRecord) -> Self {
        Self(record)
    }

    /// The credential that acts for it.
    #[must_use]
    pub const fn credential(&self) -> CredentialId {
        CredentialId::new(self.0.id.value())
    }

    /// Whether it reaches a card.
    #[must_use]
    pub fn reaches(&self, card: CardId) -> bool {
        self.cards.as_ref().is_none_or(|cards| cards.contains(&card))
    }

    /// Passes an operation that the grant is not too narrow for.
    ///
    /// # Errors
    /// [`CredentialError::Narrowed`].
    pub fn check_reach(&self, reach: Reach) -> Result<(), CredentialError> {
        let refused = reach == Reach::All && self.cards.is_some();
        if refused { Err(CredentialError::Narrowed) } else { Ok(()) }
    }

    /// Takes new terms: the owner narrowed or widened it. What was spent stays spent.
    pub fn agree(
        &mut self,
        terms: (Option<Vec<CardId>>, Reveal, Mandate),
        now: Timestamp,
    ) -> Change {
        let shown = (self.client_name.clone(), self.redirect_host.clone());
        self.agree_anew(shown, terms, now)
    }

    /// Takes new terms from an owner whom the client asked again, with the name and the host that
    /// the owner was shown.
    pub fn agree_anew(
        &mut self,
        (name, host): (String, String),
        (cards, reveal, mandate): (Option<Vec<CardId>>, Reveal, Mandate),
        now: Timestamp,
    ) -> Change {
        let shown = self.client_name == name && self.redirect_host == host;
        let same = self.cards == cards && self.reveal == reveal && self.mandate == mandate;
        if shown && same && !self.step_up_asked {
            return Change::AlreadyApplied;
        }
        let record = &mut self.0;
        (record.client_name, record.redirect_host) = (name, host);
        (record.cards, record.reveal, record.mandate) = (cards, reveal, mandate);
        record.step_up_asked = false;
        record.updated_at = now;
        self.touch();
        Change::Applied
    }

    /// Notes what was spent.
    pub fn count(&mut self, spent: Spent) {
        self.0.spent = spent;
        self.touch();
    }

    /// Notes whether the client was told to ask for more.
    pub fn note_step_up(&mut self, asked: bool) -> Change {
        if self.step_up_asked == asked {
            return Change::AlreadyApplied;
        }
        self.0.step_up_asked = asked;
        self.touch();
        Change::Applied
    }

    /// Counts a question that its owner is asked, until it is answered or void.
    ///
    /// # Errors
    /// [`TooManyQuestions`].
    pub fn ask(&mut self, until: Timestamp, now: Timestamp) -> Result<(), TooManyQuestions> {
        let open = self.questions.iter().filter(|end| **end > now);
        if open.clone().count() >= Self::QUESTIONS {
            return Err(TooManyQuestions { until: open.min().copied().unwrap_or(until) });
        }
        self.0.questions.retain(|end| *end > now);
        self.0.questions.push(until);
        self.touch();
        Ok(())
    }

    /// Takes back a question that its owner answered.
    pub fn answered(&mut self, until: Timestamp) -> Change {
        let Some(place) = self.questions.iter().position(|end| *end == until) else {
            return Change::AlreadyApplied;
        };
        self.0.questions.swap_remove(place);
        self.touch();
        Change::Applied
    }

    /// Ends it. Its credential is revoked beside.
    pub fn end(&mut self, now: Timestamp) -> Change {
        if self.ended_at.is_some() {
            return Change::AlreadyApplied;
        }
        self.0.ended_at = Some(now);
        self.0.updated_at = now;
        self.touch();
        Change::Applied
    }

    fn touch(&mut self) {
        self.0.version = self.version.saturating_add(1);
    }
}
