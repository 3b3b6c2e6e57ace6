use cardium_api_v1::{
    api_key::{self, ApiKeyIn, ApiKeyOut},
    to_json,
};
use cardium_app::{
    api_keys::{CreateApiKey, RevokeApiKey},
    reads::NoFilter,
};
use cardium_auth::{Token, TokenKind};
use cardium_kernel::CredentialId;

use super::accounts::token_hash;
use crate::call::{Call, Outcome};

pub async fn list_api_keys(call: Call) -> Outcome {
    let query = call.query()?.list(call.account()?, NoFilter, &api_key::ORDER)?;
    let page = call.read(move |reads| reads.list_api_keys(&query)).await?;
    let now = call.now();
    let show = |(key, used): &_| ApiKeyOut::new(key, *used, now);
    Ok(call.page(&page, |(key, _)| key.id.to_string(), show))
}

pub async fn create_api_key(call: Call) -> Outcome {
    let wish = call.input::<ApiKeyIn>()?.parse(call.now())?;
    let edge = &call.state.wiring.edge;
    let kind = TokenKind::ApiKey(wish.mode);
    let token = Token::new(kind, &edge.random());
    let create = CreateApiKey {
        id: CredentialId::new(edge.mint()),
        token: token_hash(&call, &token),
        name: wish.name,
        prefix: api_key::shown_prefix(&token, kind.prefix()),
        last4: token.last4().to_owned(),
        scopes: wish.scopes,
        mode: wish.mode,
        expires_at: wish.expires_at,
    };
    let render = move |key: &_| to_json(&ApiKeyOut::with_token(key, &token));
    call.once(create, render).await
}

pub async fn revoke_api_key(call: Call) -> Outcome {
    let id = call.path_id(CredentialId::parse, "API key")?;
    let answer = call.once(RevokeApiKey { id }, |()| Vec::new()).await?;
    call.state.credentials.forget(id);
    Ok(answer)
}
