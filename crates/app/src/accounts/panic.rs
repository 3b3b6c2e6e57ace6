use cardium_accounts::Account;
use cardium_auth::CredentialError;
use cardium_cards::{CardStatus, FreezeReason};
use cardium_kernel::{AccountId, CardId, Change, CredentialId, GrantId, PageLimit};

use super::StepUp;
use crate::{
    CommandError, CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase,
    cards::freeze,
    grants::{self, Held},
    reads::{ByCreation, CardFilter, CardSort, GrantFilter, ListQuery, ReadResult, Reads},
    unit::owned,
};

/// What of an account can still act, a page of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Running {
    /// Open grants.
    pub grants: Vec<GrantId>,
    /// Cards that spend.
    pub cards: Vec<CardId>,
}

impl Running {
    /// Looks for it. Once an account is locked it only gets less.
    ///
    /// # Errors
    /// When the database fails.
    pub fn find(reads: &dyn Reads, account: AccountId) -> ReadResult<Self> {
        let mut grants = ListQuery::first(account, ByCreation);
        grants.filter = GrantFilter { open: Some(true), ..GrantFilter::default() };
        grants.limit = all();
        let mut cards = ListQuery::first(account, CardSort::CreatedAt);
        cards.filter = CardFilter { status: Some(CardStatus::Active), ..CardFilter::default() };
        cards.limit = all();
        let grants = reads.list_grants(&grants)?.items;
        let cards = reads.list_cards(&cards)?.items;
        Ok(Self {
            grants: grants.iter().map(|view| view.grant.id).collect(),
            cards: cards.iter().map(|view| view.card.id).collect(),
        })
    }

    /// Whether nothing is left to stop.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.grants.is_empty() && self.cards.is_empty()
    }
}

/// Stops everything on an account: no agent acts, no card spends, nothing is issued, loaded or paid
/// out. What more there is than one command takes is stopped by [`StopRest`] with what is found
/// running then; nothing new starts meanwhile.
#[derive(Debug, Clone)]
pub struct LockAccount {
    /// Which account.
    pub account: AccountId,
    /// What was found running.
    pub running: Running,
}

impl UseCase for LockAccount {
    type Output = Account;

    fn hints(&self, _: &Context) -> Hints {
        let rows = [RowKey::Account(self.account), RowKey::Sequence(self.account)];
        let grants =
            self.running.grants.iter().flat_map(|id| {
                [RowKey::Grant(*id), RowKey::Credential(CredentialId::new(id.value()))]
            });
        let hints = Hints::rows(rows.into_iter().chain(grants));
        let hints = Hints { alone: true, ..hints };
        self.running.cards.iter().fold(hints, |hints, card| hints.with_card(*card))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Account> {
        let mut account = get(unit, self.account)?;
        if account.lock(unit.now()) == Change::Applied {
            unit.tx.save_account(account.clone())?;
            unit.audit(self.account, "account.locked", &self.account)?;
        }
        let mut held = self.held(unit)?;
        grants::end_all(unit, self.account, &mut held)?;
        for id in &self.running.cards {
            self.freeze(unit, *id)?;
        }
        Ok(Ending::Done(account))
    }
}

impl LockAccount {
    /// What runs of the account's grants.
    fn held(&self, unit: &mut Unit<'_>) -> Result<Vec<Held>, CommandError> {
        let mut held = Vec::new();
        for id in &self.running.grants {
            let grant = unit.tx.find_grant(*id)?.filter(|grant| grant.account == self.account);
            let credential = unit.tx.find_credential(CredentialId::new(id.value()))?;
            held.extend(
                grant.zip(credential).map(|(grant, credential)| Held { grant, credential }),
            );
        }
        Ok(held)
    }

    fn freeze(&self, unit: &mut Unit<'_>, id: CardId) -> Result<(), CommandError> {
        let found = unit.tx.find_card(id)?.filter(|card| card.account == self.account);
        let Some(mut card) = found.filter(|card| card.status == CardStatus::Active) else {
            return Ok(());
        };
        let change = card.freeze(FreezeReason::AccountLocked, unit.now())?;
        freeze::note_frozen(unit, (card, change))?;
        Ok(())
    }
}

/// Stops more of an account that is stopped already; nothing of one that was let go on meanwhile.
#[derive(Debug, Clone)]
pub struct StopRest(pub LockAccount);

impl UseCase for StopRest {
    type Output = Account;

    fn hints(&self, context: &Context) -> Hints {
        self.0.hints(context)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Account> {
        let account = get(unit, self.0.account)?;
        match account.locked_at {
            Some(_) => self.0.run(unit),
            None => Ok(Ending::Done(account)),
        }
    }
}

/// Lets things go on. Cards are unfrozen one by one, and grants are given anew.
#[derive(Debug, Clone)]
pub struct UnlockAccount {
    /// That the owner is there.
    pub step_up: StepUp,
}

impl UseCase for UnlockAccount {
    type Output = Account;

    fn hints(&self, context: &Context) -> Hints {
        match context.actor {
            crate::Actor::Credential { account, .. } => Hints::rows([RowKey::Account(account)]),
            _ => Hints::default(),
        }
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Account> {
        if unit.grant().is_some() {
            return Err(CredentialError::SessionRequired.into());
        }
        self.step_up.check(unit)?;
        let id = unit.account()?;
        let mut account = get(unit, id)?;
        if account.unlock(unit.now()) == Change::Applied {
            unit.tx.save_account(account.clone())?;
            unit.audit(id, "account.unlocked", &id)?;
        }
        Ok(Ending::Done(account))
    }
}

/// As many as a page has.
fn all() -> PageLimit {
    PageLimit::new(i64::from(PageLimit::MAX)).unwrap_or(PageLimit::DEFAULT)
}

fn get(unit: &mut Unit<'_>, id: AccountId) -> Result<Account, CommandError> {
    owned(unit.tx.find_account(id)?, |found| found.id, id, "account")
}
