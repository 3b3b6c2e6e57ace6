use cardium_api_v1::{
    api_key::{self, ApiKeyIn, ApiKeyOut, ApiKeyPatch, ProofIn, RollIn},
    to_json,
};
use cardium_app::{
    CommandError,
    accounts::StepUp,
    api_keys::{CreateApiKey, RevokeApiKey, RollApiKey, UpdateApiKey},
    reads::KeyFilter,
};
use cardium_auth::{Credential, CredentialKind, Successor, Token, TokenKind};
use cardium_kernel::{Book, CredentialId, Problem, Timestamp};

use super::accounts::token_hash;
use crate::{
    call::{Call, Outcome},
    step_up::{self, Claim},
};

pub async fn list_api_keys(call: Call) -> Outcome {
    let (query, now, caller) = (call.query()?, call.now(), call.credential()?);
    // A key sees itself only.
    let only = (caller.kind == CredentialKind::ApiKey).then_some(caller.id);
    let filter = KeyFilter { only, ..api_key::filter(&query, now)? };
    let query = query.list(caller.account, filter, &api_key::ORDER)?;
    let page = call.read(move |reads| reads.list_api_keys(&query)).await?;
    let show = |(key, used): &_| ApiKeyOut::new(key, *used, now);
    Ok(call.page(&page, |(key, _)| key.id.to_string(), show))
}

pub async fn create_api_key(call: Call) -> Outcome {
    let mut input = call.input::<ApiKeyIn>()?;
    let step_up = step_up::step_up(&call, claim(input.take_proof())).await?;
    let wish = input.parse(call.now())?;
    let (token, new) = draw(&call, wish.mode);
    let create = CreateApiKey {
        id: new.id,
        token: new.token,
        name: wish.name,
        prefix: new.prefix,
        last4: new.last4,
        scopes: wish.scopes,
        mode: wish.mode,
        allowed: wish.allowed,
        expires_at: wish.expires_at,
        metadata: wish.metadata,
        step_up,
    };
    let render = move |key: &_| to_json(&ApiKeyOut::with_token(key, &token));
    call.once(create, render).await
}

pub fn claim(proof: ProofIn) -> Claim {
    Claim { password: proof.password, code: proof.totp_code }
}

/// A fresh token of a key, with what is kept of it. Only the sandbox has a token of its own kind.
fn draw(call: &Call, book: Option<Book>) -> (Token, Successor) {
    let edge = &call.state.wiring.edge;
    let kind = TokenKind::ApiKey(book);
    let token = Token::new(kind, &edge.random());
    let new = Successor {
        id: CredentialId::new(edge.mint()),
        token: token_hash(call, &token),
        prefix: api_key::shown_prefix(&token, kind.prefix()),
        last4: token.last4().to_owned(),
    };
    (token, new)
}

/// The account's key that the path names, and when it was last used.
async fn find(call: &Call) -> Result<(Credential, Option<Timestamp>), CommandError> {
    let id = call.path_id(CredentialId::parse, "API key")?;
    let account = call.account()?;
    let found = call.read(move |reads| reads.find_api_key(account, id)).await?;
    Ok(found.ok_or_else(|| Problem::not_found("API key"))?)
}

/// How the owner's presence is shown, for a change of which only the transaction knows whether it
/// asks for that.
pub async fn step_up_if_given(call: &Call, proof: ProofIn) -> Result<StepUp, CommandError> {
    match claim(proof) {
        Claim { password: None, code: None } => Ok(StepUp::FreshSession),
        claim => step_up::step_up(call, claim).await,
    }
}

pub async fn update_api_key(call: Call) -> Outcome {
    let (mut input, now) = (call.input::<ApiKeyPatch>()?, call.now());
    let step_up = step_up_if_given(&call, input.take_proof()).await?;
    let change = input.parse(now)?;
    let (key, used) = find(&call).await?;
    let render = move |key: &_| to_json(&ApiKeyOut::new(key, used, now));
    let answer = call.once(UpdateApiKey { id: key.id, change, step_up }, render).await?;
    call.state.credentials.forget(key.id);
    Ok(answer)
}

pub async fn roll_api_key(call: Call) -> Outcome {
    let mut input = call.input::<RollIn>()?;
    let step_up = step_up::step_up(&call, claim(input.take_proof())).await?;
    let overlap = input.overlap()?;
    let (key, _) = find(&call).await?;
    let (token, successor) = draw(&call, key.confined_to());
    let roll = RollApiKey { id: key.id, successor, overlap, step_up };
    let render = move |key: &_| to_json(&ApiKeyOut::with_token(key, &token));
    let answer = call.once(roll, render).await?;
    call.state.credentials.forget(key.id);
    Ok(answer)
}

pub async fn revoke_api_key(call: Call) -> Outcome {
    let id = call.path_id(CredentialId::parse, "API key")?;
    let answer = call.once(RevokeApiKey { id }, |()| Vec::new()).await?;
    call.state.credentials.forget(id);
    Ok(answer)
}
