use cardium_accounts::{Account, Attempt};
use cardium_kernel::{AccountId, Problem, Timestamp};

use crate::{CommandError, CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase};

/// Counts a wrong password or code, which the edge found wrong. Ends with the refusal to show;
/// where guesses have to wait it is refused like a right one, so that nothing is learnt: neither
/// of what was wrong nor of what was right beside it.
#[derive(Debug, Clone)]
pub struct FailedAttempt {
    /// At whose account.
    pub account: AccountId,
    /// What was guessed at.
    pub attempt: Attempt,
    /// All that was given with it, right or wrong.
    pub given: Vec<Attempt>,
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
            check_all(&account, &self.given, now)?;
            account.check_attempt(self.attempt, now)?;
            account.fail(self.attempt, now);
            unit.tx.save_account(account)?;
            unit.audit(self.account, action(self.attempt), &self.account)?;
        }
        Ok(Ending::Refused(self.refusal.clone()))
    }
}

fn check_all(account: &Account, attempts: &[Attempt], now: Timestamp) -> Result<(), CommandError> {
    for attempt in attempts {
        account.check_attempt(*attempt, now)?;
    }
    Ok(())
}

const fn action(attempt: Attempt) -> &'static str {
    match attempt {
        Attempt::SignIn => "account.sign_in_failed",
        Attempt::Password => "account.password_failed",
        Attempt::Code => "account.code_failed",
    }
}

/// Asks whether guesses have to wait, for a right one whose command may be refused at the edge or
/// only be replayed, and so would not ask itself.
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
            check_all(&account, &self.attempts, unit.now())?;
        }
        Ok(Ending::Preview(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::{Names, tests::throttled, wrong_code},
        testing::{ACCOUNT, MockTx, context},
    };

    #[test]
    fn what_was_right_beside_a_wrong_code_has_to_wait_as_well() {
        let mut tx = MockTx::new();
        tx.expect_find_account().return_once(|_| Ok(Some(throttled(Attempt::SignIn))));
        let failed = FailedAttempt {
            account: ACCOUNT,
            attempt: Attempt::Code,
            given: vec![Attempt::SignIn, Attempt::Code],
            refusal: wrong_code(&Names::SIGN_IN),
        };
        // Nothing is saved: the mock expects it not.
        let refused = failed.run(&mut Unit::new(&mut tx, &context()));
        let Err(CommandError::Problem(problem)) = refused else {
            panic!("it is refused");
        };
        assert_eq!(problem.code, cardium_kernel::ErrorCode::RateLimited);
    }
}
