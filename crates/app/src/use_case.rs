//! Commands and how they are submitted.

use std::time::Duration;

use cardium_auth::CredentialKind;

use crate::{
    Actor, Answer, CommandError, Context, Database, Ending, Hints, Lane, RowKey, Unit,
    database::execute,
    idempotency::{IdempotencyRequest, RETENTION},
};

/// What a use case's run gives.
pub type CommandResult<T> = Result<Ending<T>, CommandError>;

/// A command: a value that knows what it will touch and what to do in the transaction.
pub trait UseCase: Send + 'static {
    /// What the caller is told.
    type Output: Send + 'static;

    /// The rows it will touch, besides the acting credential and its account's sequence.
    fn hints(&self, context: &Context) -> Hints;

    /// Does it. May run more than once, so it keeps no state.
    ///
    /// # Errors
    /// The refusal, or whatever the store answered instead of a row.
    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Self::Output>;
}

fn all_hints(use_case: &impl UseCase, context: &Context) -> Hints {
    let hints = use_case.hints(context);
    match context.actor {
        Actor::Credential { account, credential, kind, .. } => {
            let hints = hints.with(RowKey::Credential(credential)).with(RowKey::Sequence(account));
            match kind {
                // Whether a password change ended it.
                CredentialKind::Session => hints.with(RowKey::Account(account)),
                CredentialKind::ApiKey => hints,
            }
        }
        Actor::Public | Actor::Network | Actor::System => hints,
    }
}

/// Runs a use case in one transaction.
///
/// # Errors
/// Its refusal, or the reason why it could not be settled.
pub async fn perform<U: UseCase>(
    database: &dyn Database,
    (lane, patience): (Lane, Duration),
    context: Context,
    use_case: U,
) -> Result<U::Output, CommandError> {
    let hints = all_hints(&use_case, &context);
    execute(database, (lane, patience), hints, move |tx| {
        let mut unit = Unit::new(tx, &context);
        unit.admit()?;
        use_case.run(&mut unit)
    })
    .await
}

/// Runs a use case at most once for an idempotency key and renders its answer inside the
/// transaction. Without a key it runs each time.
///
/// # Errors
/// Its refusal, a conflicting use of the key, or the reason why it could not be settled.
pub async fn perform_once<U: UseCase + Sync>(
    database: &dyn Database,
    (lane, patience): (Lane, Duration),
    context: Context,
    idempotency: Option<IdempotencyRequest>,
    use_case: U,
    render: impl Fn(&U::Output) -> Answer + Send + 'static,
) -> Result<Answer, CommandError> {
    let hints = all_hints(&use_case, &context);
    let hints = idempotency
        .iter()
        .fold(hints, |hints, request| hints.with(RowKey::Idempotency(request.id)));
    execute(database, (lane, patience), hints, move |tx| {
        let mut unit = Unit::new(tx, &context);
        unit.admit()?;
        match &idempotency {
            None => Ok(use_case.run(&mut unit)?.map(|output| render(&output))),
            Some(request) => run_once(&mut unit, request, &use_case, &render),
        }
    })
    .await
}

fn run_once<U: UseCase>(
    unit: &mut Unit<'_>,
    request: &IdempotencyRequest,
    use_case: &U,
    render: &impl Fn(&U::Output) -> Answer,
) -> CommandResult<Answer> {
    let now = unit.now();
    let spent = unit.tx.find_idempotency(request.id)?;
    if let Some(record) = spent.filter(|record| now.since(record.created_at) < RETENTION) {
        return Ok(Ending::Preview(request.replay(record)?));
    }
    let ending = use_case.run(unit)?.map(|output| render(&output));
    if let Ending::Done(answer) = &ending {
        unit.tx.save_idempotency(request.record(answer, now)?)?;
    }
    Ok(ending)
}
