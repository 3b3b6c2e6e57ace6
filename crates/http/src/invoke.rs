//! Runs an operation for a caller that is admitted already: the one way in, whichever door the
//! caller came through.
//!
//! Invariants: a panic of the work is a fault of this call alone; the same request with the same
//! idempotency key is the same through every door. Deliberately absent: who may call (the guard's),
//! and what an answer looks like (the door's).

use std::{
    cell::Cell,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use cardium_api_v1::operation::{Effect, Operation};
use cardium_app::{CommandError, RequestInfo};
use cardium_auth::Credential;
use cardium_kernel::IdempotencyKey;

use crate::{
    AppState,
    body::Arrived,
    call::{Call, Reply},
    dry_run::Run,
    form::Form,
    handlers::find_handler,
    idempotency::{Spend, Wish},
    rate_limits::Standing,
};

/// A handler's work on one call.
pub type Work = Pin<Box<dyn Future<Output = Handled>>>;
/// What became of a call.
pub type Handled = Result<Reply, CommandError>;
/// What an operation does.
pub type Handler = fn(Call) -> Work;

/// Whom an operation runs for, as the guard admitted them.
pub struct Caller {
    /// None where anybody may call it.
    pub credential: Option<Arc<Credential>>,
    /// The request that it came with, for the audit log.
    pub request: RequestInfo,
    /// Where the caller stands with its rate limits.
    pub standing: Option<Standing>,
}

/// What is asked of an operation.
#[derive(Default)]
pub struct Ask {
    /// The path's `{id}`, or empty.
    pub id: String,
    /// The path's `{eid}`, or empty.
    pub eid: String,
    /// The query string.
    pub query: String,
    /// Headers that the operation declares, by their declared names.
    pub headers: Vec<(&'static str, String)>,
    /// The body, with its place where it is large.
    pub body: Arrived,
    /// In place of the body, where it is one.
    pub form: Option<Form>,
    /// Whether it is for real.
    pub run: Run,
    /// Heeded where the operation takes effect once.
    pub key: Option<IdempotencyKey>,
}

impl Ask {
    /// The path of the request that asks this of the operation.
    fn path(&self, operation: &Operation) -> String {
        let path = operation.path.replace("{id}", &self.id).replace("{eid}", &self.eid);
        ["/v1", &path].concat()
    }

    /// How often it is to take effect.
    async fn wish(
        &mut self,
        state: &Arc<AppState>,
        operation: &Operation,
    ) -> Result<Wish, CommandError> {
        let key = self.key.take().filter(|_| operation.effect == Effect::Once);
        match (self.run, key) {
            (Run::Trial, _) => Ok(Wish::Trial),
            (Run::Real, Some(key)) => {
                let path = self.path(operation);
                Ok(Wish::Once(Spend::new(key, (operation, &path), state, &mut self.body).await?))
            }
            (Run::Real, None) => Ok(Wish::Always),
        }
    }
}

/// Runs an operation for a caller that the guard admitted to it.
///
/// # Errors
/// What the operation says, or that it has a fault.
pub async fn invoke(
    state: Arc<AppState>,
    operation: &'static Operation,
    caller: Caller,
    ask: Ask,
) -> Handled {
    caught(run(state, operation, caller, ask)).await
}

async fn run(
    state: Arc<AppState>,
    operation: &'static Operation,
    caller: Caller,
    mut ask: Ask,
) -> Handled {
    let missing = || CommandError::Internal("the operation has no handler".to_owned());
    let handler = find_handler(operation.id).ok_or_else(missing)?;
    let wish = ask.wish(&state, operation).await?;
    let call = Call {
        state,
        operation,
        request: caller.request,
        credential: caller.credential,
        standing: caller.standing,
        id: ask.id,
        eid: ask.eid,
        query: ask.query,
        headers: ask.headers,
        body: Cell::new(ask.body.body),
        form: ask.form,
        wish,
        _place: ask.body.place,
    };
    handler(call).await
}

/// Turns a panic of the work into a fault of this request alone.
pub async fn caught(work: impl Future<Output = Handled>) -> Handled {
    CatchPanic(Box::pin(work)).await
}

struct CatchPanic<'a>(Pin<Box<dyn Future<Output = Handled> + 'a>>);

impl Future for CatchPanic<'_> {
    type Output = Handled;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Handled> {
        // The work is dropped after a panic, so nobody sees it half done.
        let polled = catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(context)));
        polled.unwrap_or_else(|_| {
            let error = CommandError::Internal("the handler panicked".to_owned());
            Poll::Ready(Err(error))
        })
    }
}

#[cfg(test)]
mod tests {
    use cardium_api_v1::operation::operations;

    use super::*;

    #[actix_web::test]
    async fn a_panic_is_an_internal_fault() {
        let outcome = caught(async { panic!("planted") }).await;
        assert!(matches!(outcome, Err(CommandError::Internal(_))));
    }

    #[test]
    fn the_path_is_that_of_the_request() {
        let ask = Ask { id: "whk_1".to_owned(), eid: "evt_2".to_owned(), ..Ask::default() };
        let path = |id: &str| ask.path(operations().find(|one| one.id == id).unwrap());
        assert_eq!(path("list_cards"), "/v1/cards");
        assert_eq!(path("replay_webhook"), "/v1/webhooks/whk_1/replay/evt_2");
    }
}
