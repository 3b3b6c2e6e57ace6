//! One call of an operation, as its handler sees it: admitted, parsed, and with the ways to
//! read and to command.

use std::{cell::Cell, sync::Arc};

use cardium_api_v1::{
    body::Body,
    field::path_id,
    list::ListOut,
    operation::{Operation, check_texts},
    query::Query,
    to_json,
};
use cardium_app::{
    Actor, Answer, CommandError, Context, Intent, Lane, RequestInfo, UseCase, perform, perform_as,
    reads::{ReadResult, Reads},
};
use cardium_auth::{Credential, CredentialError, CredentialKind};
use cardium_kernel::{AccountId, Book, CardId, IdError, Page, Problem, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::SemaphorePermit;
use validator::Validate;

use crate::{
    AppState,
    block::block,
    download::Download,
    form::Form,
    idempotency::{Owner, Wish},
    rate_limits::Standing,
};

/// What a handler gives.
pub type Outcome = Result<Answer, CommandError>;

/// What a call is answered with.
pub enum Reply {
    /// JSON, or nothing.
    Answer(Answer),
    /// A file.
    Download(Download),
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

impl From<Download> for Reply {
    fn from(download: Download) -> Self {
        Self::Download(download)
    }
}

pub struct Call {
    pub state: Arc<AppState>,
    pub operation: &'static Operation,
    pub request: RequestInfo,
    pub credential: Option<Arc<Credential>>,
    /// The path's `{id}`, or empty.
    pub id: String,
    /// The path's `{eid}`, or empty.
    pub eid: String,
    pub query: String,
    /// Headers that the operation declares, by their declared names.
    pub headers: Vec<(&'static str, String)>,
    /// Taken out by [`Self::input`].
    pub body: Cell<Body>,
    /// Read by the handler itself, where the request is one.
    pub form: Option<Form>,
    pub wish: Wish,
    /// Where the caller stands with its rate limits.
    pub standing: Option<Standing>,
    /// That of a large body, which lives on in pieces until the answer is made.
    pub _place: Option<SemaphorePermit<'static>>,
}

impl Call {
    /// The caller's credential.
    ///
    /// # Errors
    /// When nobody is signed in, which the operation table rules out.
    pub fn credential(&self) -> Result<&Credential, CommandError> {
        let missing = || CommandError::Internal("the operation needs a credential".to_owned());
        self.credential.as_deref().ok_or_else(missing)
    }

    /// Whether it may be answered with what was recorded for an earlier request.
    pub const fn may_replay(&self) -> bool {
        matches!(self.wish, Wish::Once(_))
    }

    /// The caller's account.
    ///
    /// # Errors
    /// As [`Self::credential`].
    pub fn account(&self) -> Result<AccountId, CommandError> {
        Ok(self.credential()?.account)
    }

    /// The book that the caller's key is bound to.
    pub fn key_mode(&self) -> Option<Book> {
        self.credential.as_ref().and_then(|credential| credential.mode)
    }

    /// The book of a request that names this one, or none.
    ///
    /// # Errors
    /// `insufficient_scope` where the caller's key may not touch it.
    pub fn book(&self, named: Option<Book>) -> Result<Option<Book>, CommandError> {
        match named {
            Some(book) if !self.reaches(book) => Err(CredentialError::OtherBook.into()),
            _ => Ok(named.or(self.key_mode())),
        }
    }

    /// Whether the caller may see objects of this book.
    pub fn reaches(&self, book: Book) -> bool {
        let only = self.credential.as_ref().and_then(|credential| credential.confined_to());
        only.is_none_or(|only| only == book)
    }

    /// Whether the caller may know of this card, and of what is found through it.
    pub fn reaches_card(&self, card: CardId) -> bool {
        self.credential.as_ref().is_none_or(|credential| credential.reaches_card(card))
    }

    /// The only cards that the caller may know of; none where it may know of all.
    pub fn cards(&self) -> Option<Vec<CardId>> {
        self.credential.as_ref().and_then(|credential| credential.cards().map(<[_]>::to_vec))
    }

    /// The path's `{id}`.
    ///
    /// # Errors
    /// `resource_not_found` where it is no id of this kind.
    pub fn path_id<T>(
        &self,
        parse: impl Fn(&str) -> Result<T, IdError>,
        object: &str,
    ) -> Result<T, Problem> {
        path_id(&self.id, parse, object)
    }

    /// The path's `{eid}`.
    ///
    /// # Errors
    /// As [`Self::path_id`].
    pub fn path_eid<T>(
        &self,
        parse: impl Fn(&str) -> Result<T, IdError>,
        object: &str,
    ) -> Result<T, Problem> {
        path_id(&self.eid, parse, object)
    }

    /// The body as an input type; it is used up.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn input<T: DeserializeOwned + Validate>(&self) -> Result<T, Problem> {
        self.body.take().read()
    }

    /// The query's parameters.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn query(&self) -> Result<Query, Problem> {
        let query = Query::parse(&self.query)?;
        check_texts(self.operation.parameters, |name| query.text(name))?;
        Ok(query)
    }

    /// A header that the operation declares.
    pub fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone())
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.state.wiring.edge.clock.now()
    }

    /// The context of a command on the caller's behalf.
    pub fn context(&self) -> Context {
        let actor = self.credential.as_ref().map_or(Actor::Public, |found| Actor::Credential {
            account: found.account,
            credential: found.id,
            kind: found.kind,
            scope: self.operation.access.scope_for(found.kind),
            reach: self.operation.reach,
        });
        let request = Some(self.request.clone());
        self.state.wiring.edge.context(actor, request)
    }

    /// Runs a query off the event loop.
    ///
    /// # Errors
    /// When the query or the database is at fault.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&dyn Reads) -> ReadResult<T> + Send + 'static,
    ) -> Result<T, CommandError> {
        let reads = Arc::clone(&self.state.wiring.reads);
        Ok(block(move || query(&*reads)).await??)
    }

    /// Runs a command.
    ///
    /// # Errors
    /// Its refusal, or why it could not be settled.
    pub async fn perform<U: UseCase>(&self, use_case: U) -> Result<U::Output, CommandError> {
        let wiring = &self.state.wiring;
        let queue = (Lane::Api, wiring.settings.command_patience);
        perform(&*wiring.database, queue, self.context(), use_case).await
    }

    /// Runs a command of the caller's account, once for its idempotency key, or as a trial.
    ///
    /// # Errors
    /// As [`Self::perform`].
    pub async fn once<U: UseCase + Sync>(
        &self,
        use_case: U,
        render: impl Fn(&U::Output) -> Vec<u8> + Send + 'static,
    ) -> Outcome {
        let credential = self.credential()?;
        let owner = match credential.kind {
            CredentialKind::Grant => Owner::Agent(credential.account, credential.id),
            CredentialKind::Session | CredentialKind::ApiKey => Owner::Account(credential.account),
        };
        self.once_for(owner, use_case, render).await
    }

    /// Runs a command, once for the owner's idempotency key, or as a trial.
    ///
    /// # Errors
    /// As [`Self::perform`].
    pub async fn once_for<U: UseCase + Sync>(
        &self,
        owner: Owner,
        use_case: U,
        render: impl Fn(&U::Output) -> Vec<u8> + Send + 'static,
    ) -> Outcome {
        let wiring = &self.state.wiring;
        let queue = (Lane::Api, wiring.settings.command_patience);
        let (context, intent) = (self.context(), self.intent(owner));
        let status = self.operation.success;
        let render = move |output: &U::Output| Answer::new(status, render(output));
        let flight = match &intent {
            Intent::Once(request) => Some(self.state.flights.begin(request.id)),
            Intent::Always | Intent::Trial => None,
        };
        let outcome = perform_as(&*wiring.database, queue, context, intent, use_case, render).await;
        match flight {
            Some(flight) => flight.explain(outcome),
            None => outcome,
        }
    }

    /// The operation's success with this body.
    pub fn answer(&self, body: &impl Serialize) -> Answer {
        Answer::new(self.operation.success, to_json(body))
    }

    /// The operation's success with a page of a list.
    pub fn page<'a, I, T: Serialize>(
        &self,
        page: &'a Page<I>,
        id: impl Fn(&I) -> String,
        show: impl Fn(&'a I) -> T,
    ) -> Answer {
        self.answer(&ListOut::new(page, id, show))
    }
}
