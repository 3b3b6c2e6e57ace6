//! `Idempotency-Key`: the header, and the identity of the request that carries it.

use std::sync::Arc;

use actix_web::http::header::HeaderMap;
use cardium_api_v1::{
    body::Body,
    operation::{Content, Effect, Operation},
};
use cardium_app::{
    CommandError, Intent,
    hints::idempotency_id,
    idempotency::{AnswerSeal, Digest, IdempotencyRequest, RequestParts},
};
use cardium_kernel::{AccountId, CredentialId, ErrorCode, IdempotencyKey, Problem};
use cardium_vault::{Keys, keyed_hash};

use crate::{
    AppState,
    block::block,
    body::{Arrived, Weight},
    call::Call,
};

/// The header's name, also where a refusal names it.
pub const HEADER: &str = "Idempotency-Key";
const DIALECT: &str = "v1";

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The signed-in account's.
    Account(AccountId),
    /// An agent's own, beside those of its account: it replays no answer that was not its own.
    Agent(AccountId, CredentialId),
    /// That of whoever holds an e-mail address, by its digest: nobody is signed in yet.
    Address(u128),
}

/// The key of a request, where it carries one and the operation heeds it.
///
/// # Errors
/// `invalid_field` for a value that cannot be a key.
pub fn key(headers: &HeaderMap, effect: Effect) -> Result<Option<IdempotencyKey>, Problem> {
    let mut values = headers.get_all(HEADER);
    let Some(value) = values.next().filter(|_| effect == Effect::Once) else {
        return Ok(None);
    };
    let text = value.to_str().ok().filter(|_| values.next().is_none());
    let key = text.and_then(|text| IdempotencyKey::parse(text).ok());
    let message = "The Idempotency-Key must be one value of 1 to 255 printable ASCII characters.";
    let refuse = || Problem::field(ErrorCode::InvalidField, HEADER, message);
    key.map(Some).ok_or_else(refuse)
}

/// A key with the request that it is to be spent on.
pub struct Spend {
    key: IdempotencyKey,
    fingerprint: Digest,
    parts: RequestParts,
}

impl Spend {
    /// The key, spent on this operation with this path and body.
    ///
    /// # Errors
    /// When a blocking task is lost.
    pub async fn new(
        key: IdempotencyKey,
        (operation, path): (&Operation, &str),
        state: &Arc<AppState>,
        arrived: &mut Arrived,
    ) -> Result<Self, CommandError> {
        let head = [operation.method.as_str(), path].join("\n");
        let keys = Arc::clone(&state.wiring.keys);
        let body = std::mem::take(&mut arrived.body);
        let light = arrived.weight == Weight::Light;
        let work = move || {
            let parts = parts(&head, light.then_some(&body), &keys);
            (fingerprint(&head, &body, &keys), parts, body)
        };
        let (fingerprint, parts, body) = match arrived.weight {
            Weight::Light => work(),
            Weight::Heavy => block(work).await?,
        };
        arrived.body = body;
        Ok(Self { key, fingerprint, parts })
    }
}

impl Wish {
    /// Covers what came outside the body as well, so that the key is spent on that too.
    pub fn cover(&mut self, more: &str, keys: &Keys) {
        if let Self::Once(spend) = self {
            let text = [&spend.fingerprint[..], more.as_bytes()].concat();
            spend.fingerprint = keyed_hash(keys.hash(), "idempotency", &text);
        }
    }
}

/// What the request is made of; of a large body nothing is told apart.
fn parts(head: &str, body: Option<&Body>, keys: &Keys) -> RequestParts {
    let digest = |domain, text: &str| keyed_hash(keys.hash(), domain, text.as_bytes());
    let fields = body.into_iter().flat_map(Body::canonical_fields).map(|(name, value)| {
        let value = [name, &value].join("\n");
        (name.to_owned(), digest("idempotency.name", name), digest("idempotency.value", &value))
    });
    RequestParts { target: digest("idempotency.target", head), fields: fields.collect() }
}

fn fingerprint(head: &str, body: &Body, keys: &Keys) -> Digest {
    let text = [head, &body.canonical()].join("\n");
    keyed_hash(keys.hash(), "idempotency", text.as_bytes())
}

/// How often the caller wants a command to take effect.
pub enum Wish {
    /// Each time.
    Always,
    /// Once for this key.
    Once(Spend),
    /// Never: it is tried (see [`crate::dry_run`]).
    Trial,
}

impl Call {
    /// How the command is meant.
    pub(crate) fn intent(&self, owner: Owner) -> Intent {
        match &self.wish {
            Wish::Always => Intent::Always,
            Wish::Once(spend) => Intent::Once(Box::new(self.idempotency(spend, owner))),
            Wish::Trial => Intent::Trial,
        }
    }

    fn idempotency(&self, spend: &Spend, owner: Owner) -> IdempotencyRequest {
        let (account, owner) = match owner {
            Owner::Account(account) => (Some(account), account.value()),
            Owner::Agent(account, agent) => (Some(account), agent.value()),
            Owner::Address(digest) => (None, digest),
        };
        let sealed = self.operation.content == Content::Secret;
        let wiring = &self.state.wiring;
        IdempotencyRequest {
            id: idempotency_id(owner, DIALECT, self.operation.id, spend.key.as_str()),
            account,
            fingerprint: spend.fingerprint,
            parts: spend.parts.clone(),
            seal: sealed.then(|| AnswerSeal {
                keys: Arc::clone(&wiring.keys),
                random: wiring.edge.random(),
            }),
        }
    }
}
