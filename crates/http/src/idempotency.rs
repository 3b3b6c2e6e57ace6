//! `Idempotency-Key`: the header, and the identity of the request that carries it.

use std::sync::Arc;

use actix_web::http::header::HeaderMap;
use cardium_api_v1::operation::{Content, Effect};
use cardium_app::{
    hints::idempotency_id,
    idempotency::{AnswerSeal, IdempotencyRequest},
};
use cardium_kernel::{AccountId, ErrorCode, IdempotencyKey, Problem};
use cardium_vault::keyed_hash;

use crate::call::Call;

/// The header's name, also where a refusal names it.
pub const HEADER: &str = "Idempotency-Key";
const DIALECT: &str = "v1";

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The signed-in account's.
    Account(AccountId),
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

impl Call {
    /// The wish that this request take effect once, where it has a key.
    pub(crate) fn idempotency(&self, owner: Owner) -> Option<IdempotencyRequest> {
        let key = self.key.as_ref()?;
        let (account, owner) = match owner {
            Owner::Account(account) => (Some(account), account.value()),
            Owner::Address(digest) => (None, digest),
        };
        let sealed = self.operation.content == Content::Secret;
        let wiring = &self.state.wiring;
        Some(IdempotencyRequest {
            id: idempotency_id(owner, DIALECT, self.operation.id, key.as_str()),
            account,
            fingerprint: self.fingerprint(),
            seal: sealed.then(|| AnswerSeal {
                keys: Arc::clone(&wiring.keys),
                random: wiring.edge.random(),
            }),
        })
    }

    fn fingerprint(&self) -> [u8; 32] {
        let method = self.operation.method.as_str();
        let text = [method, &self.path, &self.body.canonical()].join("\n");
        keyed_hash(self.state.wiring.keys.hash(), "idempotency", text.as_bytes())
    }
}
