//! The unit of work.

use cardium_accounts::AccountError;
use cardium_auth::{Credential, CredentialError, CredentialKind, grants::Grant};
use cardium_kernel::{
    AccountId, AuditId, Book, CardId, EventId, GrantId, IdSource, Problem, StoreError, Timestamp,
};
use cardium_ledger::{LedgerError, Posting, book_posting};

use crate::{
    Actor, CommandError, Context, EventDraft, EventType, Policy, RequestInfo, Snapshot,
    audit::AuditDraft, tx::Tx,
};

/// The unit of work: the open transaction with the command's time, ids and actor.
pub struct Unit<'a> {
    /// The transaction's ports.
    pub tx: &'a mut dyn Tx,
    /// What the command was given.
    pub context: &'a Context,
    /// The command's ids.
    pub ids: IdSource,
    /// The only book that the acting key may touch; none where it may touch both.
    confined_to: Option<Book>,
    /// The acting grant, where one acts.
    grant: Option<Grant>,
    /// The idempotency record of the request; zero where it has none.
    pub(crate) key: u128,
}

impl<'a> Unit<'a> {
    /// A unit of work on an open transaction; ids start over, so a rerun mints the same ones.
    pub fn new(tx: &'a mut dyn Tx, context: &'a Context) -> Self {
        Self { tx, context, ids: context.ids.clone(), confined_to: None, grant: None, key: 0 }
    }

    /// The moment the command was submitted.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.context.now
    }

    /// Fees and caps.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.context.policy
    }

    /// Re-reads the acting credential inside the transaction, so that a revocation holds from
    /// the moment it is answered, in every process.
    ///
    /// # Errors
    /// When it is revoked, expired, ended by a password change, used from elsewhere than it may,
    /// or lacks the operation's scope.
    pub fn admit(&mut self) -> Result<(), CommandError> {
        let Actor::Credential { credential, scope, reach, .. } = self.context.actor else {
            return Ok(());
        };
        let found = self.tx.find_credential(credential)?;
        let found = found.ok_or(CredentialError::Invalid)?;
        found.check(self.now())?;
        found.check_address(self.context.request.as_ref().and_then(RequestInfo::address))?;
        if found.kind == CredentialKind::Session {
            let account = self.tx.find_account(found.account)?;
            let current = account.ok_or(CredentialError::Invalid)?.session_generation;
            found.check_generation(current)?;
        }
        if found.kind == CredentialKind::Grant {
            let grant = self.tx.find_grant(GrantId::new(credential.value()))?;
            let grant = grant.ok_or(CredentialError::Invalid)?;
            grant.check_reach(reach)?;
            self.grant = Some(grant);
        }
        self.confined_to = found.confined_to();
        Ok(scope.map_or(Ok(()), |scope| found.check_scope(scope))?)
    }

    /// The acting grant, as it was when the command began; none where a session, a key or nobody
    /// acts.
    #[must_use]
    pub const fn grant(&self) -> Option<&Grant> {
        self.grant.as_ref()
    }

    /// The acting credential.
    ///
    /// # Errors
    /// `session_required` where none acts.
    pub fn credential(&mut self) -> Result<Credential, CommandError> {
        let acting = self.context.actor.credential().ok_or(CredentialError::SessionRequired)?;
        let found = self.tx.find_credential(acting)?;
        Ok(found.ok_or(CredentialError::SessionRequired)?)
    }

    /// The signed-in account.
    ///
    /// # Errors
    /// When nobody is signed in, which is a wiring fault.
    pub fn account(&self) -> Result<AccountId, CommandError> {
        match self.context.actor {
            Actor::Credential { account, .. } => Ok(account),
            Actor::Public | Actor::Network | Actor::System => {
                Err(CommandError::Internal("the use case needs a signed-in account".to_owned()))
            }
        }
    }

    /// Keeps an object of the caller. Anybody else's looks unknown, and so does one of a book that
    /// the caller's key may not touch.
    ///
    /// # Errors
    /// `resource_not_found`.
    pub fn own<T>(
        &self,
        found: Option<T>,
        owner: impl Fn(&T) -> (AccountId, Book),
        object: &str,
    ) -> Result<T, CommandError> {
        let found = found.filter(|found| self.reaches(owner(found).1));
        owned(found, |found| owner(found).0, self.account()?, object)
    }

    /// As [`Self::own`], for what is found through a card: an agent that is narrowed to other cards
    /// does not find it either.
    ///
    /// # Errors
    /// `resource_not_found`.
    pub fn own_by_card<T>(
        &self,
        found: Option<T>,
        owner: impl Fn(&T) -> (AccountId, Book, CardId),
        object: &str,
    ) -> Result<T, CommandError> {
        let found = found.filter(|found| self.reaches_card(owner(found).2));
        self.own(found, |found| (owner(found).0, owner(found).1), object)
    }

    /// Whether the caller may know of a card of its account.
    #[must_use]
    pub fn reaches_card(&self, card: CardId) -> bool {
        self.grant.as_ref().is_none_or(|grant| grant.reaches(card))
    }

    /// Passes while the owner of the account has not stopped everything. The account's row is
    /// locked by it, so that nothing slips past a stop.
    ///
    /// # Errors
    /// `account_locked`.
    pub fn check_unlocked(&mut self, account: AccountId) -> Result<(), CommandError> {
        if self.is_locked(account)? { Err(AccountError::Locked.into()) } else { Ok(()) }
    }

    /// Whether the owner of the account has stopped everything.
    ///
    /// # Errors
    /// When the account's row was not announced.
    pub fn is_locked(&mut self, account: AccountId) -> Result<bool, StoreError> {
        let found = self.tx.find_account(account)?;
        Ok(found.is_some_and(|found| found.locked_at.is_some()))
    }

    /// Passes a book that the caller may open something in.
    ///
    /// # Errors
    /// `insufficient_scope`.
    pub fn check_book(&self, book: Book) -> Result<(), CommandError> {
        if self.reaches(book) { Ok(()) } else { Err(CredentialError::OtherBook.into()) }
    }

    fn reaches(&self, book: Book) -> bool {
        self.confined_to.is_none_or(|only| only == book)
    }

    /// Books a posting, whose accounts were opened before.
    ///
    /// # Errors
    /// When it does not fit an account, or the store fails.
    pub fn book(&mut self, posting: Posting) -> Result<(), LedgerError> {
        book_posting(self.tx, posting, self.context.now)
    }

    /// Appends an event.
    ///
    /// # Errors
    /// When the account's sequence was not announced.
    pub fn emit(&mut self, kind: EventType, snapshot: Snapshot) -> Result<(), StoreError> {
        let id = EventId::new(self.ids.mint());
        self.emit_as(id, kind, snapshot)
    }

    /// Appends an event with an id that the command has minted.
    ///
    /// # Errors
    /// When the account's sequence was not announced.
    pub fn emit_as(
        &mut self,
        id: EventId,
        kind: EventType,
        snapshot: Snapshot,
    ) -> Result<(), StoreError> {
        let at = self.now();
        let actor = self.context.actor.name();
        self.tx.append_event(EventDraft { id, kind, snapshot, actor, at })
    }

    /// Appends an audit row and gives its id.
    ///
    /// # Errors
    /// When the account's sequence was not announced.
    pub fn audit(
        &mut self,
        account: AccountId,
        action: &'static str,
        object: &impl ToString,
    ) -> Result<AuditId, StoreError> {
        let id = AuditId::new(self.ids.mint());
        let actor = self.context.actor.name();
        let request = self.context.request.as_ref();
        self.tx.append_audit(AuditDraft {
            id,
            account,
            action,
            object: object.to_string(),
            actor,
            ip: request.map_or_else(String::new, |request| request.ip.clone()),
            user_agent: request.map_or_else(String::new, |request| request.user_agent.clone()),
            request_id: request.map_or_else(String::new, |request| request.id.to_string()),
            at: self.context.now,
        })?;
        Ok(id)
    }
}

/// Keeps an object that belongs to the account; anybody else's looks unknown.
///
/// # Errors
/// `resource_not_found`.
pub fn owned<T>(
    found: Option<T>,
    owner: impl Fn(&T) -> AccountId,
    account: AccountId,
    object: &str,
) -> Result<T, CommandError> {
    let mine = found.filter(|object| owner(object) == account);
    Ok(mine.ok_or_else(|| Problem::not_found(object))?)
}
