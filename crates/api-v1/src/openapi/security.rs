use cardium_auth::Scope;
use serde_json::{Map, Value, json};

use crate::operation::{Access, Agents, Operation};

/// What an application may ask for beside scopes; a token has the scopes that it stands for.
const ALIASES: [(&str, &str); 2] = [
    ("read", "See everything: all scopes that end with :read"),
    ("cards:write", "card:read, card:issue, card:control and card:fund together"),
];

/// What a credential needs for an operation: nothing, or one of these.
pub(super) fn requirement(operation: &Operation) -> Value {
    match (operation.access, operation.agents) {
        (Access::Public, _) => json!([]),
        (Access::Session, _) | (_, Agents::Never) => json!([{"bearerApiKey": []}]),
        (Access::Bearer(scope), Agents::MayCall) => {
            let scopes: Vec<&str> = scope.map(Scope::as_str).into_iter().collect();
            json!([{"bearerApiKey": []}, {"oauth2": scopes}])
        }
        (Access::Own(_), Agents::MayCall) => json!([{"bearerApiKey": []}, {"oauth2": []}]),
    }
}

/// The ways to sign in; `origin` is where the server is reached.
pub(super) fn schemes(origin: &str) -> Value {
    let aliases = ALIASES.map(|(alias, meaning)| (alias.to_owned(), meaning.into()));
    let scopes = Scope::ALL.iter().map(|scope| (scope.as_str().to_owned(), meaning(*scope).into()));
    let scopes: Map<String, Value> = aliases.into_iter().chain(scopes).collect();
    json!({
        "bearerApiKey": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "API key",
            "description": "An API key (`ccm_live_`, `ccm_test_`), or the token of a session \
                            (`sess_`), which may do everything its account may.",
        },
        "oauth2": {
            "type": "oauth2",
            "description": "A token that the account's owner granted to an application.",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": format!("{origin}/oauth/authorize"),
                    "tokenUrl": format!("{origin}/oauth/token"),
                    "scopes": scopes,
                },
            },
        },
    })
}

const fn meaning(scope: Scope) -> &'static str {
    match scope {
        Scope::AccountRead => "See the account, its balance and whether 2FA is on",
        Scope::AccountWrite => "Change the account",
        Scope::ApikeyRead => "See API keys, never their text",
        Scope::BalanceRead => "See the balance and its history",
        Scope::TopupCreate => "Ask for deposit addresses",
        Scope::TopupRead => "See top-ups",
        Scope::CardRead => "See cards, never their numbers",
        Scope::CardIssue => "Issue and replace cards",
        Scope::CardControl => "Freeze, limit and cancel cards",
        Scope::CardFund => "Move money between the treasury and cards",
        Scope::CardRevealPan => "See card numbers and CVV (sensitive)",
        Scope::TransactionRead => "See transactions and what the network sent",
        Scope::WithdrawalCreate => "Pay out to addresses outside",
        Scope::WithdrawalRead => "See withdrawals",
        Scope::DisputeRead => "See disputes",
        Scope::DisputeWrite => "File disputes and add evidence",
        Scope::WebhookRead => "See webhook endpoints",
        Scope::WebhookWrite => "Subscribe and change webhook endpoints",
        Scope::SupportRead => "See support tickets",
        Scope::SupportWrite => "Open support tickets",
        Scope::AuditRead => "See the audit log",
        Scope::ActivityRead => "See what happened on the account",
        Scope::SystemRead => "See one's own rate limits",
    }
}
