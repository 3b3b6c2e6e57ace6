use std::{cell::Cell, sync::Arc};

use cardium_api_v1::body::Body;
use cardium_app::RequestInfo;
use cardium_auth::Credential;
use cardium_kernel::{ErrorCode, Problem, Timestamp};
use serde_json::Value;

use crate::{
    address,
    body::Arrived,
    call::Call,
    dispatch::request_info,
    guard,
    idempotency::Wish,
    invoke::{Ask, Caller, invoke},
    rate_limits::Standing,
};

use super::{
    arrival::{Arrival, answer_of, find_operation},
    chrome::{Failed, Frame},
    form_token,
};

/// Somebody at a page who is signed in.
pub struct Visit {
    pub arrival: Arrival,
    pub credential: Arc<Credential>,
    standing: Option<Standing>,
}

impl Visit {
    pub const fn new(
        arrival: Arrival,
        credential: Arc<Credential>,
        standing: Option<Standing>,
    ) -> Self {
        Self { arrival, credential, standing }
    }

    pub fn now(&self) -> Timestamp {
        self.arrival.state.wiring.edge.clock.now()
    }

    /// What a form of this name on this object proves that it was given out here.
    pub fn token(&self, form: &str, object: &str) -> String {
        let key = self.arrival.state.wiring.keys.hash();
        form_token::make(key, self.credential.id, (form, object))
    }

    /// Passes a form that was given out to this session, on this object.
    pub fn check(&self, form: &str, object: &str) -> Result<(), Failed> {
        let given = self.arrival.fields.text("form_token");
        let key = self.arrival.state.wiring.keys.hash();
        if form_token::is_right(key, self.credential.id, (form, object), given) {
            return Ok(());
        }
        Err(Failed::Stale)
    }

    /// The frame of a page for whoever is signed in.
    pub fn frame(&self, title: &str, here: &'static str) -> Frame {
        Frame::signed_in(title, here, self.token("signout", ""))
    }

    /// Reads what an operation answers.
    pub async fn read(&self, operation: &str, id: &str, query: &str) -> Result<Value, Problem> {
        let ask = Ask { id: id.to_owned(), query: query.to_owned(), ..Ask::default() };
        self.run(operation, ask).await
    }

    /// Has an operation done.
    pub async fn command(
        &self,
        operation: &str,
        id: &str,
        input: &Value,
    ) -> Result<Value, Problem> {
        let body = Body::parse(input.to_string().as_bytes())?;
        let body = Arrived { body, ..Arrived::default() };
        self.run(operation, Ask { id: id.to_owned(), body, ..Ask::default() }).await
    }

    /// A call on behalf of whoever is signed in, as one of this operation would be; for commands
    /// that no operation stands for.
    pub fn call(&self, operation: &str) -> Result<Call, Problem> {
        Ok(Call {
            state: Arc::clone(&self.arrival.state),
            operation: find_operation(operation)?,
            request: request_info(&self.arrival.request),
            credential: Some(Arc::clone(&self.credential)),
            id: String::new(),
            eid: String::new(),
            query: String::new(),
            headers: Vec::new(),
            body: Cell::default(),
            form: None,
            wish: Wish::Always,
            standing: self.standing,
            _place: None,
        })
    }

    /// Whoever is signed in, with the request that they came with.
    pub fn owner(&self) -> (&Credential, RequestInfo) {
        (&self.credential, request_info(&self.arrival.request))
    }

    async fn run(&self, id: &str, ask: Ask) -> Result<Value, Problem> {
        let operation = find_operation(id)?;
        let arrival = &self.arrival;
        let address = address::origin(&arrival.request).address;
        let permitted =
            guard::permit(&arrival.state, operation, Some(&self.credential), address).await;
        permitted.map_err(|error| arrival.explain(error))?;
        let caller = Caller {
            credential: Some(Arc::clone(&self.credential)),
            request: request_info(&arrival.request),
            standing: self.standing,
        };
        let done = invoke(Arc::clone(&arrival.state), operation, caller, ask).await;
        let body = answer_of(done.map_err(|error| arrival.explain(error))?)?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        let unreadable = |_| Problem::new(ErrorCode::Internal, "An answer is no JSON.");
        serde_json::from_slice(&body).map_err(unreadable)
    }
}
