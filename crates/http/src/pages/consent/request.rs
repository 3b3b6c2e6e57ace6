use cardium_api_v1::{grant::GrantOut, to_json};
use cardium_app::reads::GrantView;
use cardium_auth::{
    ScopeSet,
    oauth::{RedirectKind, RedirectUri},
};
use cardium_kernel::{ConsentId, ErrorCode, Problem};
use serde_json::Value;

use crate::{
    oauth::consent::{self, Asked},
    pages::visit::Visit,
};

/// What a client asks, as far as its owner is shown it.
pub struct Request {
    pub id: String,
    pub consent: ConsentId,
    pub name: String,
    /// Whether the client is who it says.
    pub proven: bool,
    pub host: String,
    /// Whether the answer goes to a program on the owner's own machine.
    pub local: bool,
    pub scopes: ScopeSet,
    /// The only cards that were asked for; none for any.
    pub cards: Option<Vec<String>>,
    /// The open grant of the account and the client.
    pub existing: Option<Value>,
}

impl Request {
    /// The request with this id, if this session opened it and did not answer it.
    pub async fn find(visit: &Visit, id: &str) -> Result<Option<Self>, Problem> {
        let Ok(consent) = ConsentId::parse(id) else { return Ok(None) };
        let found = consent::find(&visit.arrival.state, &visit.credential, consent).await;
        let asked = match found.map_err(|error| visit.arrival.explain(error)) {
            Ok(asked) => asked,
            Err(problem) if problem.code == ErrorCode::ResourceNotFound => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let Asked { client, consent, scope, redirect_host, existing } = asked;
        let uri = RedirectUri::restore(consent.redirect_uri.clone());
        let cards: Vec<String> = scope.cards().iter().map(ToString::to_string).collect();
        Ok(Some(Self {
            id: id.to_owned(),
            name: client.name().to_owned(),
            proven: client.is_proven_at(&uri),
            host: redirect_host,
            local: uri.kind() == RedirectKind::Loopback,
            scopes: scope.scopes(),
            cards: Some(cards).filter(|cards| !cards.is_empty()),
            existing: existing.map(|view| shown(&view, visit)),
            consent: consent.id,
        }))
    }
}

/// A grant as the API shows it.
fn shown(view: &GrantView, visit: &Visit) -> Value {
    let grant = GrantOut::new((&view.grant, &view.credential), view.last_used, visit.now());
    serde_json::from_slice(&to_json(&grant)).unwrap_or_default()
}
