//! What a client asks for (RFC 6749 section 3.3): scopes, names for several of them, and cards.
//!
//! Invariants: a word that is not known is refused and never skipped; no alias stands for
//! `card:reveal_pan` or `withdrawal:create`; a card only narrows.

use std::collections::BTreeSet;

use cardium_kernel::CardId;

use super::error::{OAuthError, invalid_scope};
use crate::{Scope, ScopeSet};

/// The longest `scope`, and the most words in one.
const LONGEST: usize = 4_096;
const WORDS: usize = 100;
/// The most cards in one; a client may say again what it was told of its grant.
pub const MOST_CARDS: usize = 50;
/// A word of OpenID Connect that asks for a refresh token; every client gets one anyway.
const IGNORED: &str = "offline_access";
/// What a client gets that names nothing and registered nothing.
const DEFAULT: &str = "read";
const CARD: &str = "card:";

/// Names that stand for several scopes.
const ALIASES: [(&str, Holds); 2] = [(DEFAULT, Scope::is_read), ("cards:write", is_card_write)];

type Holds = fn(Scope) -> bool;

const fn is_card_write(scope: Scope) -> bool {
    matches!(scope, Scope::CardRead | Scope::CardIssue | Scope::CardControl | Scope::CardFund)
}

enum Word {
    Scopes(ScopeSet),
    Card(CardId),
    Ignored,
}

impl Word {
    fn parse(text: &str) -> Option<Self> {
        if text == IGNORED {
            return Some(Self::Ignored);
        }
        if let Some(scope) = Scope::parse(text) {
            return Some(Self::Scopes([scope].into_iter().collect()));
        }
        if let Some((_, holds)) = ALIASES.iter().find(|(name, _)| *name == text) {
            let scopes = Scope::ALL.iter().copied().filter(|scope| holds(*scope));
            return Some(Self::Scopes(scopes.collect()));
        }
        let card = text.strip_prefix(CARD).and_then(|id| CardId::parse(id).ok());
        card.map(Self::Card)
    }
}

/// Scopes by the words that were used, what they stand for, and the cards they are narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeRequest {
    words: Vec<String>,
    scopes: ScopeSet,
    cards: BTreeSet<CardId>,
}

impl ScopeRequest {
    /// Reads the words of a `scope` parameter. Cards without a scope stand for looking at them:
    /// narrowing nothing would be nothing.
    ///
    /// # Errors
    /// `invalid_scope`.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let mut read = Self::default();
        if text.len() > LONGEST {
            return Err(invalid_scope("scope is too long."));
        }
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            read.add(word)?;
        }
        if read.words.len() > WORDS || read.cards.len() > MOST_CARDS {
            return Err(invalid_scope("scope names at most 100 words, and 50 cards."));
        }
        if read.scopes == ScopeSet::default() && !read.cards.is_empty() {
            read.scopes = [Scope::CardRead, Scope::TransactionRead].into_iter().collect();
        }
        Ok(read)
    }

    /// What is asked for by a client that may have no more than it registered; where it names
    /// nothing, what it registered, or else `read`.
    ///
    /// # Errors
    /// `invalid_scope`.
    pub fn resolve(asked: Option<&str>, ceiling: Option<&Self>) -> Result<Self, OAuthError> {
        let asked = Self::parse(asked.unwrap_or_default())?;
        let asked = match (asked.is_empty(), ceiling) {
            (true, Some(ceiling)) if !ceiling.is_empty() => return Ok(ceiling.clone()),
            (true, _) => Self::parse(DEFAULT)?,
            (false, _) => asked,
        };
        match ceiling.filter(|ceiling| !ceiling.is_empty()) {
            Some(ceiling) => asked.within(ceiling),
            None => Ok(asked),
        }
    }

    /// The same, if the ceiling has room for it; narrowed to its cards.
    ///
    /// # Errors
    /// `invalid_scope`.
    pub fn within(mut self, ceiling: &Self) -> Result<Self, OAuthError> {
        if !ceiling.scopes.covers(self.scopes) {
            return Err(invalid_scope("The client registered for less than this scope."));
        }
        if ceiling.cards.is_empty() {
            return Ok(self);
        }
        if self.cards.is_empty() {
            self.cards = ceiling.cards.clone();
            self.words.extend(self.cards.iter().map(card_word));
        }
        if !self.cards.is_subset(&ceiling.cards) {
            return Err(invalid_scope("The client registered for other cards."));
        }
        Ok(self)
    }

    /// The same for all cards. What is given is kept like this: the grant holds its cards.
    #[must_use]
    pub fn without_cards(mut self) -> Self {
        self.cards.clear();
        self.words.retain(|word| !matches!(Word::parse(word), Some(Word::Card(_))));
        self
    }

    /// Whether nothing was named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scopes == ScopeSet::default()
    }

    /// What the words stand for.
    #[must_use]
    pub const fn scopes(&self) -> ScopeSet {
        self.scopes
    }

    /// The cards it is narrowed to; none where it is not.
    #[must_use]
    pub const fn cards(&self) -> &BTreeSet<CardId> {
        &self.cards
    }

    /// The words as a `scope` parameter has them.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.join(" ")
    }

    /// What came of the request where its owner gave this much: the client's own words as far as
    /// all that they stand for was given, and scopes and cards by name for the rest.
    #[must_use]
    pub fn granted(&self, scopes: ScopeSet, cards: &BTreeSet<CardId>) -> Self {
        let mut given = Self { cards: cards.clone(), ..Self::default() };
        for word in &self.words {
            if let Some(Word::Scopes(held)) = Word::parse(word)
                && scopes.covers(held)
            {
                given.words.push(word.clone());
                given.scopes = given.scopes.with(held);
            }
        }
        for scope in scopes.iter().filter(|scope| !given.scopes.allows(*scope)) {
            // Scopes that the client's own word implies are not named once more.
            if self.scopes.allows(scope) {
                given.words.push(scope.as_str().to_owned());
            }
        }
        given.scopes = scopes;
        given.words.extend(cards.iter().map(card_word));
        given
    }

    fn add(&mut self, text: &str) -> Result<(), OAuthError> {
        let message = || format!("scope has a word that is not known: {}.", shown(text));
        match Word::parse(text).ok_or_else(|| invalid_scope(message()))? {
            Word::Ignored => return Ok(()),
            Word::Scopes(scopes) => self.scopes = self.scopes.with(scopes),
            Word::Card(card) => {
                self.cards.insert(card);
            }
        }
        if !self.words.iter().any(|word| word == text) {
            self.words.push(text.to_owned());
        }
        Ok(())
    }

    /// All words that a client may use, but for those that name a card.
    #[must_use]
    pub fn vocabulary() -> Vec<&'static str> {
        let aliases = ALIASES.iter().map(|(name, _)| *name);
        aliases.chain(Scope::ALL.iter().map(|scope| scope.as_str())).collect()
    }
}

fn card_word(card: &CardId) -> String {
    format!("{CARD}{card}")
}

/// The beginning of a word, for a message.
fn shown(word: &str) -> String {
    word.chars().take(40).collect()
}
