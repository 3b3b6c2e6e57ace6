//! The operator's own say in a request's decision: the port, and the host's part in it.

use std::{pin::Pin, time::Duration};

use cardium_app::{
    Actor, CommandError, Lane,
    network::{Ask, Authorize, Authorized, GiveUpPending, Hook, Question, Settled},
    perform,
};
use cardium_authorizations::{HookAnswer, PendingAuthorization};
use cardium_iso8583::Message;
use cardium_kernel::AuthorizationId;

use crate::{Host, record::Record, translate};

/// A future behind a pointer, so that a port with futures can be a trait object.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The pause between two looks for the answer to a request that waits.
const PAUSE: Duration = Duration::from_millis(50);

/// The operator's endpoint.
pub trait DecisionHook: Send + Sync {
    /// Asks it, and gives what it said, or what the stand-in rule says where it did not answer
    /// within [`Self::budget`]. Never takes much longer than that.
    fn ask(&self, question: Question) -> BoxFuture<HookAnswer>;

    /// Waits.
    fn pause(&self, time: Duration) -> BoxFuture<()>;

    /// How long an answer may take.
    fn budget(&self) -> Duration;
}

/// What came of finishing a request that waited too long.
#[derive(Debug)]
pub enum Finished {
    /// It is decided; the step that it left, if this very command decided.
    Decided(Option<cardium_kernel::TransactionId>),
    /// Its record cannot be read: nobody is answered.
    Unreadable,
}

impl Host {
    /// Decides a request, with the operator's say where there is an endpoint. `None` if another
    /// copy of it waits for longer than anybody waits for an answer.
    pub(crate) async fn authorize(
        &self,
        request: &Message,
        command: Authorize,
    ) -> Result<Option<Settled>, CommandError> {
        let pan = self.hook.as_ref().and_then(|hook| Some((hook, translate::card(request)?)));
        let Some((hook, pan)) = pan else {
            return decided(self.decide(command).await?).map(Some);
        };
        let (id, cvv) = (command.id, self.settings.cvv_decline_code);
        let record = Record::of(request, &command, &pan, cvv).write();
        drop(pan);
        let expires_at = self.edge.clock.now().after(hook.budget());
        let deadline = expires_at.after(self.settings.patience);
        let ask = Ask { record: record.clone(), expires_at, deadline };
        let command = Authorize { hook: Hook::Ask(ask), ..command };
        for _ in 0..=looks(hook.budget().saturating_add(self.settings.patience)) {
            match self.decide(command.clone()).await? {
                Authorized::Settled(settled) => return Ok(Some(*settled)),
                Authorized::Ask(question) => {
                    let said = hook.ask(*question).await;
                    return self.conclude(&record, id, said).await.map(Some);
                }
                Authorized::Wait => hook.pause(PAUSE).await,
            }
        }
        Ok(None)
    }

    /// Finishes a request whose endpoint's time is over, after a restart or beside whoever asked.
    ///
    /// # Errors
    /// As the write path.
    pub async fn finish(
        &self,
        pending: &PendingAuthorization,
        said: HookAnswer,
    ) -> Result<Finished, CommandError> {
        let Some(record) = Record::read(&pending.request) else {
            let context = self.edge.context(Actor::System, None);
            let queue = (Lane::Background, self.settings.patience);
            perform(self.database.as_ref(), queue, context, GiveUpPending { id: pending.id })
                .await?;
            return Ok(Finished::Unreadable);
        };
        let command = record.command(pending.authorization, said);
        let settled = decided(self.decide(command).await?)?;
        Ok(Finished::Decided(settled.transaction.map(|transaction| transaction.id)))
    }

    /// The second command. Once a request waits, a failure says nothing of how it ends: whoever
    /// clears up may yet approve it.
    async fn conclude(
        &self,
        record: &[u8],
        id: AuthorizationId,
        said: HookAnswer,
    ) -> Result<Settled, CommandError> {
        let unknown = |error: CommandError| CommandError::Unknown(error.to_string());
        let record = Record::read(record).ok_or_else(|| {
            CommandError::Unknown("the record of a request does not read".to_owned())
        })?;
        let outcome = self.decide(record.command(id, said)).await.map_err(unknown)?;
        decided(outcome).map_err(unknown)
    }

    async fn decide(&self, command: Authorize) -> Result<Authorized, CommandError> {
        let context = self.edge.context(Actor::Network, None);
        let queue = (Lane::Network, self.settings.patience);
        perform(self.database.as_ref(), queue, context, command).await
    }
}

fn decided(outcome: Authorized) -> Result<Settled, CommandError> {
    match outcome {
        Authorized::Settled(settled) => Ok(*settled),
        Authorized::Ask(_) | Authorized::Wait => {
            Err(CommandError::Internal("a decision waits that was not to".to_owned()))
        }
    }
}

/// How often to look within this time.
fn looks(time: Duration) -> u128 {
    time.as_millis() / PAUSE.as_millis()
}
