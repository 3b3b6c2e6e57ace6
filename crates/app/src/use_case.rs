//! Commands and how they are submitted.

use std::time::Duration;

use cardium_auth::CredentialKind;
use cardium_kernel::GrantId;

use crate::{
    Actor, Answer, CommandError, Context, Database, Ending, Hints, Lane, RowKey, Unit,
    database::execute,
    idempotency::{IdempotencyRequest, RETENTION},
};

/// What a use case's run gives.
pub type CommandResult<T> = Result<Ending<T>, CommandError>;

/// How a client means a command.
#[derive(Clone)]
pub enum Intent {
    /// It takes effect each time.
    Always,
    /// It takes effect once for the client's key.
    Once(Box<IdempotencyRequest>),
    /// It is tried: answered as if it took effect, and dropped. It has no key, for it spends none.
    Trial,
}

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
                CredentialKind::Grant => {
                    hints.with(RowKey::Grant(GrantId::new(credential.value())))
                }
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

/// Runs a use case as its client means it and renders its answer inside the transaction.
///
/// # Errors
/// Its refusal, which a trial gets as well, a conflicting use of the key, or the reason why it
/// could not be settled.
pub async fn perform_as<U: UseCase + Sync>(
    database: &dyn Database,
    (lane, patience): (Lane, Duration),
    context: Context,
    intent: Intent,
    use_case: U,
    render: impl Fn(&U::Output) -> Answer + Send + 'static,
) -> Result<Answer, CommandError> {
    let hints = all_hints(&use_case, &context);
    let hints = match &intent {
        Intent::Once(request) => hints.with(RowKey::Idempotency(request.id)),
        Intent::Always | Intent::Trial => hints,
    };
    execute(database, (lane, patience), hints, move |tx| {
        let mut unit = Unit::new(tx, &context);
        unit.admit()?;
        if let Intent::Once(request) = &intent {
            unit.key = request.id;
        }
        let run = |unit: &mut Unit<'_>| Ok(use_case.run(unit)?.map(|output| render(&output)));
        match &intent {
            Intent::Always => run(&mut unit),
            Intent::Once(request) => run_once(&mut unit, request, run),
            Intent::Trial => run(&mut unit).map(Ending::dropped).map_err(untraced),
        }
    })
    .await
}

/// A trial leaves no trace, and so no approval that anybody could look up or decide.
fn untraced(error: CommandError) -> CommandError {
    match error {
        CommandError::Traced(mut problem) => {
            problem.approval = None;
            problem.message = format!("In earnest, this would be asked. {}", problem.message);
            problem.into()
        }
        other => other,
    }
}

fn run_once(
    unit: &mut Unit<'_>,
    request: &IdempotencyRequest,
    run: impl Fn(&mut Unit<'_>) -> CommandResult<Answer>,
) -> CommandResult<Answer> {
    let now = unit.now();
    let spent = unit.tx.find_idempotency(request.id)?;
    if let Some(record) = spent.filter(|record| now.since(record.created_at) < RETENTION) {
        return Ok(Ending::Preview(request.replay(record)?));
    }
    let ending = run(unit)?;
    if let Ending::Done(answer) = &ending {
        unit.tx.save_idempotency(request.record(answer, now)?)?;
    }
    Ok(ending)
}
