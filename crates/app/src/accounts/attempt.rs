use cardium_accounts::Attempt;
use cardium_kernel::{AccountId, Problem};

use crate::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase};

/// Counts a wrong password or code, which the edge found wrong. Ends with the refusal to show;
/// where guesses have to wait it is refused like a right one, so that nothing is learnt.
#[derive(Debug, Clone)]
pub struct FailedAttempt {
    /// At whose account.
    pub account: AccountId,
    /// What was guessed at.
    pub attempt: Attempt,
    /// What the caller is told.
    pub refusal: Problem,
}

impl UseCase for FailedAttempt {
    type Output = Problem;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Account(self.account), RowKey::Sequence(self.account)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Problem> {
        let now = unit.now();
        if let Some(mut account) = unit.tx.find_account(self.account)? {
            account.check_attempt(self.attempt, now)?;
            account.fail(self.attempt, now);
            unit.tx.save_account(account)?;
            unit.audit(self.account, action(self.attempt), &self.account)?;
        }
        Ok(Ending::Refused(self.refusal.clone()))
    }
}

const fn action(attempt: Attempt) -> &'static str {
    match attempt {
        Attempt::SignIn => "account.sign_in_failed",
        Attempt::Password => "account.password_failed",
        Attempt::Code => "account.code_failed",
    }
}

/// Asks whether guesses have to wait, for a right one whose command may only be replayed and so
/// would not ask itself.
#[derive(Debug, Clone)]
pub struct CheckAttempts {
    /// At whose account.
    pub account: AccountId,
    /// What was given.
    pub attempts: Vec<Attempt>,
}

impl UseCase for CheckAttempts {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Account(self.account)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        if let Some(account) = unit.tx.find_account(self.account)? {
            for attempt in &self.attempts {
                account.check_attempt(*attempt, unit.now())?;
            }
        }
        Ok(Ending::Preview(()))
    }
}
