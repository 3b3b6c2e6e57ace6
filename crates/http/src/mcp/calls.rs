//! From the protocol's library, whose work may move between threads, to the handlers of operations,
//! whose work may not: tool calls go through a channel to a task beside the request.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use actix_web::rt;
use cardium_api_v1::operation::{Access, Operation};
use cardium_app::{CommandError, RequestInfo};
use cardium_auth::Credential;
use cardium_mcp::{Request, take_apart};
use rmcp::model::{CallToolResult, JsonObject};
use tokio::sync::{SemaphorePermit, mpsc, oneshot};

use super::results;
use crate::{
    AppState,
    base::Base,
    body::{Arrived, Weight},
    dry_run::Run,
    guard,
    invoke::{Ask, Caller, Handled, invoke},
    places::Place,
    rate_limits::Standing,
};

/// A request makes one call; more would have to wait for each other.
const WAITING: usize = 1;

/// Who came, as the guard knows them.
pub struct Guest {
    pub state: Arc<AppState>,
    pub caller: Arc<Credential>,
    pub info: RequestInfo,
    /// Where the server is reached.
    pub base: Option<Base>,
    pub address: Option<IpAddr>,
    pub standing: Option<Standing>,
    /// Whether work on the message is to be done off the event loop.
    pub weight: Weight,
    /// That of a large message, until the work on it ends: whoever sent it may go before.
    pub _place: Option<SemaphorePermit<'static>>,
    /// That of the file that it is answered with, until the answer is made.
    pub file: OnceLock<Place>,
}

/// A guest with a way to have operations run.
pub struct Visit {
    pub guest: Arc<Guest>,
    jobs: mpsc::Sender<Job>,
}

struct Job {
    operation: &'static Operation,
    arguments: JsonObject,
    reply: oneshot::Sender<CallToolResult>,
}

impl Visit {
    /// Begins a visit; its task ends with it.
    pub fn begin(guest: Guest) -> Arc<Self> {
        let (jobs, arriving) = mpsc::channel(WAITING);
        let guest = Arc::new(guest);
        rt::spawn(serve(Arc::clone(&guest), arriving));
        Arc::new(Self { guest, jobs })
    }

    /// Runs an operation with these arguments. Whatever becomes of it, there is a result.
    pub async fn call(
        &self,
        operation: &'static Operation,
        arguments: JsonObject,
    ) -> CallToolResult {
        let (reply, result) = oneshot::channel();
        // A task that is gone drops the job, and with it the way to reply.
        let _gone = self.jobs.send(Job { operation, arguments, reply }).await;
        result.await.unwrap_or_else(|_| {
            let error = CommandError::Internal("a tool call was dropped".to_owned());
            results::refused(error, &self.guest)
        })
    }
}

async fn serve(guest: Arc<Guest>, mut arriving: mpsc::Receiver<Job>) {
    while let Some(Job { operation, arguments, reply }) = arriving.recv().await {
        let result = match handle(&guest, operation, arguments).await {
            Ok((request, handled)) => results::show(&guest, operation, &request, handled).await,
            Err(error) => results::refused(error, &guest),
        };
        // Whoever asked may have gone; what was done is done.
        let _gone = reply.send(result);
    }
}

/// What results need to know of a request after it was handled.
pub struct Asked {
    pub id: String,
    pub eid: String,
    pub run: Run,
}

async fn handle(
    guest: &Guest,
    operation: &'static Operation,
    arguments: JsonObject,
) -> Result<(Asked, Handled), CommandError> {
    let state = &guest.state;
    let is_public = operation.access == Access::Public;
    let caller = (!is_public).then(|| Arc::clone(&guest.caller));
    guard::permit(state, operation, caller.as_ref(), guest.address).await?;
    let Request { id, eid, query, headers, body, key, is_trial } =
        take_apart(operation, arguments)?;
    let run = if is_trial { Run::Trial } else { Run::Real };
    let asked = Asked { id: id.clone(), eid: eid.clone(), run };
    let body = Arrived { body, weight: guest.weight, place: None };
    let ask = Ask { id, eid, query, headers, body, form: None, run, key };
    let (request, standing) = (guest.info.clone(), guest.standing);
    let caller = Caller { credential: caller, request, standing };
    Ok((asked, invoke(Arc::clone(state), operation, caller, ask).await))
}
