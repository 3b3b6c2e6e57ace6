use cardium_accounts::{Account, Attempt, Email, Notifications, PasswordHash, is_address_free};
use cardium_kernel::Change;

use super::{Names, Proof, email_taken, password_required, step_up::refuse_agents, wrong_password};
use crate::{
    Actor, CommandError, CommandResult, Context, Ending, EventType, Hints, NaturalKey, RowKey,
    Snapshot, Unit, UseCase, unit::owned,
};

/// What came of the current password.
#[derive(Debug, Clone)]
pub enum Confirmed {
    /// None was given.
    NotGiven,
    /// It fits this hash.
    Right(PasswordHash),
    /// It fits no longer, but the new one is the account's by now: the retry of a change that was
    /// made. It must not make another.
    Stale,
}

/// Changes what the owner sets: address, password, notifications. All of it, or nothing.
#[derive(Debug, Clone)]
pub struct UpdateAccount {
    /// The new address.
    pub email: Option<Email>,
    /// The hash of the new password.
    pub password: Option<PasswordHash>,
    /// What the owner wants to be told of.
    pub notifications: NotificationsPatch,
    /// The current password.
    pub confirmed: Confirmed,
}

/// Wishes to be told of something; what is absent stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct NotificationsPatch {
    /// News of the account by e-mail.
    pub email: Option<bool>,
    /// Endpoints that stopped taking webhooks.
    pub webhook_failures: Option<bool>,
    /// Sign-ins and changed credentials.
    pub security: Option<bool>,
}

impl NotificationsPatch {
    fn apply(self, now: Notifications) -> Notifications {
        Notifications {
            email: self.email.unwrap_or(now.email),
            webhook_failures: self.webhook_failures.unwrap_or(now.webhook_failures),
            security: self.security.unwrap_or(now.security),
        }
    }
}

impl UseCase for UpdateAccount {
    type Output = Account;

    fn hints(&self, context: &Context) -> Hints {
        let Actor::Credential { account, .. } = context.actor else {
            return Hints::default();
        };
        let hints = Hints::rows([RowKey::Account(account)]);
        let email = self.email.iter().cloned();
        email.fold(hints, |hints, email| hints.with_name(NaturalKey::Email(email)))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Account> {
        let id = unit.account()?;
        let mut account = owned(unit.tx.find_account(id)?, |found| found.id, id, "account")?;
        if self.is_the_owners() {
            refuse_agents(unit)?;
        }
        self.confirm(unit, &mut account)?;
        let moved = self.change_email(unit, &mut account)?;
        self.change_password(unit, &mut account)?;
        let wishes = self.notifications.apply(account.notifications);
        if account.choose_notifications(wishes, unit.now()) == Change::Applied {
            unit.audit(id, "account.notifications_changed", &id)?;
        }
        unit.tx.save_account(account.clone())?;
        if moved == Change::Applied {
            unit.emit(EventType::AccountEmailChanged, Snapshot::Account(account.clone()))?;
        }
        if self.password.is_some() {
            let snapshot = Snapshot::Account(account.clone());
            unit.emit(EventType::AccountPasswordChanged, snapshot)?;
        }
        Ok(Ending::Done(account))
    }
}

impl UpdateAccount {
    /// Whether it is about what the owner signs in with.
    const fn is_the_owners(&self) -> bool {
        let confirms = !matches!(self.confirmed, Confirmed::NotGiven);
        confirms || self.email.is_some() || self.password.is_some()
    }

    /// Whoever finds a session open must not take the account over with it.
    fn confirm(&self, unit: &mut Unit<'_>, account: &mut Account) -> Result<(), CommandError> {
        let checked = match &self.confirmed {
            Confirmed::Stale => {
                // The new one was a right guess, which must not show while guesses have to wait.
                account.check_attempt(Attempt::Password, unit.now())?;
                return Err(wrong_password(&Names::UPDATE).into());
            }
            Confirmed::Right(hash) => Some(hash.clone()),
            Confirmed::NotGiven => None,
        };
        let moves = self.email.as_ref().is_some_and(|email| *email != account.email);
        let asked = match (&checked, self.password.is_some(), moves) {
            (None, true, _) => Err(()),
            (None, false, true) => unit.credential()?.check_step_up(unit.now()).map_err(|_| ()),
            (None, false, false) | (Some(_), _, _) => Ok(()),
        };
        asked.map_err(|()| password_required(&Names::UPDATE))?;
        Proof { password: checked, code: None }.settle(account, &Names::UPDATE, unit.now())
    }

    fn change_email(
        &self,
        unit: &mut Unit<'_>,
        account: &mut Account,
    ) -> Result<Change, CommandError> {
        let Some(email) = &self.email else {
            return Ok(Change::AlreadyApplied);
        };
        if !is_address_free(unit.tx, email, account.id)? {
            return Err(email_taken().into());
        }
        let change = account.change_email(email.clone(), unit.now());
        if change == Change::Applied {
            unit.audit(account.id, "account.email_changed", &account.id)?;
        }
        Ok(change)
    }

    /// Ends all other sessions; the acting one goes on.
    fn change_password(
        &self,
        unit: &mut Unit<'_>,
        account: &mut Account,
    ) -> Result<(), CommandError> {
        let Some(password) = &self.password else {
            return Ok(());
        };
        account.change_password(password.clone(), unit.now());
        let mut acting = unit.credential()?;
        if acting.check_session().is_ok() {
            acting.renew(account.session_generation, unit.now());
            unit.tx.save_credential(acting)?;
        }
        unit.audit(account.id, "account.password_changed", &account.id)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use cardium_auth::CredentialKind;
    use cardium_kernel::ErrorCode;

    use super::*;
    use crate::{
        accounts::tests::throttled,
        testing::{MockTx, account, context, credential, refusal},
    };

    fn hash(password: &str) -> PasswordHash {
        PasswordHash::from_phc(password.to_owned())
    }

    fn new_password(confirmed: Confirmed) -> UpdateAccount {
        UpdateAccount {
            email: None,
            password: Some(hash("new")),
            notifications: NotificationsPatch::default(),
            confirmed,
        }
    }

    /// A transaction with an account whose password is `current`.
    fn known() -> MockTx {
        let mut tx = MockTx::new();
        tx.expect_find_account().times(1).return_once(|_| Ok(Some(account("current"))));
        tx
    }

    fn run(tx: &mut MockTx, update: &UpdateAccount) -> CommandResult<Account> {
        update.run(&mut Unit::new(tx, &context()))
    }

    #[test]
    fn a_wrong_proof_changes_nothing() {
        for (confirmed, code) in [
            (Confirmed::NotGiven, ErrorCode::StepUpRequired),
            (Confirmed::Stale, ErrorCode::InvalidCredentials),
            (Confirmed::Right(hash("former")), ErrorCode::InvalidCredentials),
        ] {
            assert_eq!(refusal(run(&mut known(), &new_password(confirmed))), code);
        }
    }

    #[test]
    fn an_address_is_not_moved_by_a_session_that_was_left_open() {
        let mut tx = known();
        let stale = credential(CredentialKind::Session, 601);
        tx.expect_find_credential().times(1).return_once(|_| Ok(Some(stale)));
        let email = Some(Email::parse("thief@example.com").unwrap());
        let update = UpdateAccount { email, password: None, ..new_password(Confirmed::NotGiven) };
        assert_eq!(refusal(run(&mut tx, &update)), ErrorCode::StepUpRequired);
    }

    #[test]
    fn the_right_password_sets_another() {
        let mut tx = known();
        let acting = credential(CredentialKind::Session, 601);
        tx.expect_find_credential().times(1).return_once(|_| Ok(Some(acting)));
        let renewed = |session: &cardium_auth::Credential| session.generation == 1;
        tx.expect_save_credential().withf(renewed).times(1).return_once(|_| Ok(()));
        let changed = |account: &Account| account.password == hash("new");
        tx.expect_save_account().withf(changed).times(1).return_once(|_| Ok(()));
        tx.expect_append_audit().times(1).return_once(|_| Ok(()));
        let told = |draft: &crate::EventDraft| draft.kind == EventType::AccountPasswordChanged;
        tx.expect_append_event().withf(told).times(1).return_once(|_| Ok(()));
        let done = run(&mut tx, &new_password(Confirmed::Right(hash("current"))));
        assert!(matches!(done, Ok(Ending::Done(_))));
    }

    #[test]
    fn a_right_guess_at_the_new_password_waits_like_a_wrong_one() {
        let mut tx = MockTx::new();
        tx.expect_find_account().return_once(|_| Ok(Some(throttled(Attempt::Password))));
        let update = UpdateAccount {
            email: None,
            password: None,
            notifications: NotificationsPatch::default(),
            confirmed: Confirmed::Stale,
        };
        assert_eq!(refusal(run(&mut tx, &update)), ErrorCode::RateLimited);
    }
}
