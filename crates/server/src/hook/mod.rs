//! The operator's decision endpoint: asked within its time, heard a little longer.
//!
//! Invariants: a question never takes longer than its time; questions under way and answers still
//! waited for are bounded; without a usable answer the stand-in rule holds. Deliberately absent:
//! retries (the time is too short for a second try) and redirects.

mod client;

use std::{sync::Arc, time::Duration};

use cardium_app::network::Question;
use cardium_authorizations::HookAnswer;
use cardium_kernel::{Clock, MessageId};
use cardium_network::{BoxFuture, DecisionHook};
use tokio::{
    sync::{Semaphore, mpsc},
    task::{JoinError, JoinHandle},
    time::timeout,
};

use crate::settings;
use client::{Client, HookError};

/// How long an answer is still listened for once it is late.
const LATE: Duration = Duration::from_secs(10);
/// Late answers waited for at once; further ones are not heard.
const LISTENING: usize = 256;
/// Late answers that wait to be written down; further ones are forgotten.
const LATE_QUEUE: usize = 1_024;

/// Asks the operator's endpoint.
pub struct EndpointHook {
    client: Arc<Client>,
    budget: Duration,
    stand_in: HookAnswer,
    asking: Arc<Semaphore>,
    listening: Arc<Semaphore>,
    late: mpsc::Sender<MessageId>,
}

/// The exchanges whose endpoint answered late.
pub type LateAnswers = mpsc::Receiver<MessageId>;

type Exchange = JoinHandle<Result<HookAnswer, HookError>>;

impl EndpointHook {
    /// A hook as set, and where its late answers are told.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn try_new(
        settings: &settings::DecisionHook,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, LateAnswers), reqwest::Error> {
        let budget = settings.timeout();
        let client = Client::try_new(settings, budget.saturating_add(LATE), clock)?;
        let (late, answers) = mpsc::channel(LATE_QUEUE);
        let hook = Self {
            client: Arc::new(client),
            budget,
            stand_in: settings.stand_in.answer(),
            asking: Arc::new(Semaphore::new(settings.max_at_once.min(Semaphore::MAX_PERMITS))),
            listening: Arc::new(Semaphore::new(LISTENING)),
            late,
        };
        Ok((hook, answers))
    }

    fn start(&self, question: Question) -> Exchange {
        let client = Arc::clone(&self.client);
        tokio::spawn(async move { client.ask(&question).await })
    }
}

impl DecisionHook for EndpointHook {
    fn ask(&self, question: Question) -> BoxFuture<HookAnswer> {
        let (id, stand_in, budget) = (question.id, self.stand_in, self.budget);
        let Ok(permit) = Arc::clone(&self.asking).try_acquire_owned() else {
            tracing::warn!(message.id = %id, "too many questions: the stand-in rule decides");
            return Box::pin(std::future::ready(stand_in));
        };
        let mut exchange = self.start(question);
        let (listening, late) = (Arc::clone(&self.listening), self.late.clone());
        Box::pin(async move {
            let answered = timeout(budget, &mut exchange).await;
            drop(permit);
            if answered.is_err() {
                listen(exchange, &listening, (late, id));
            }
            answered.map_or(Err(HookError::Late), flattened).unwrap_or_else(|error| {
                let error = crate::causes::with_causes(&error);
                tracing::warn!(message.id = %id, %error, "the stand-in rule decides");
                stand_in
            })
        })
    }

    fn pause(&self, time: Duration) -> BoxFuture<()> {
        Box::pin(tokio::time::sleep(time))
    }

    fn budget(&self) -> Duration {
        self.budget
    }
}

fn flattened(
    ended: Result<Result<HookAnswer, HookError>, JoinError>,
) -> Result<HookAnswer, HookError> {
    ended.unwrap_or_else(|broken| Err(HookError::Broken(broken)))
}

/// Waits for an answer that is late already and tells of it.
fn listen(
    exchange: Exchange,
    listening: &Arc<Semaphore>,
    (late, id): (mpsc::Sender<MessageId>, MessageId),
) {
    let Ok(permit) = Arc::clone(listening).try_acquire_owned() else {
        exchange.abort();
        return;
    };
    tokio::spawn(async move {
        // The client's own time-out ends it.
        if let Ok(Ok(_dropped)) = exchange.await {
            tracing::info!(message.id = %id, "a late answer was dropped");
            if late.try_send(id).is_err() {
                tracing::warn!(message.id = %id, "nobody is told of the late answer");
            }
        }
        drop(permit);
    });
}
