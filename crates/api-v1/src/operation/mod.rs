//! The operation table: each operation of `/v1` is declared here, once. Routes, scope checks, the
//! OpenAPI document and tests are made from it.

mod admission;
mod fields;
mod parameter;
mod shape;
mod table;

use cardium_auth::{CredentialKind, Scope, grants::Reach};
use cardium_kernel::ErrorCode;
use schemars::JsonSchema;

pub use admission::Agents;
pub use parameter::{Kind, Parameter, Place, check_texts};
pub use shape::Shape;
pub use table::{GROUPS, Group, TEST_HELPERS};

/// An HTTP method of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or acts.
    Post,
    /// Changes in part (RFC 7396).
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method's word in a request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever holds a credential with this scope; with none, any valid credential.
    Bearer(Option<Scope>),
    /// Whoever holds a credential with this scope, and any grant: of grants and what came of them
    /// it finds its own alone.
    Own(Scope),
    /// An interactive session.
    Session,
}

impl Access {
    /// The scope that it declares: what a credential must hold, save for [`Self::Own`].
    #[must_use]
    pub const fn scope(self) -> Option<Scope> {
        match self {
            Self::Bearer(scope) => scope,
            Self::Own(scope) => Some(scope),
            Self::Public | Self::Session => None,
        }
    }

    /// The scope that a credential of this kind must hold.
    #[must_use]
    pub const fn scope_for(self, kind: CredentialKind) -> Option<Scope> {
        match (self, kind) {
            (Self::Own(_), CredentialKind::Grant) => None,
            _ => self.scope(),
        }
    }
}

/// What a call changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Read,
    /// Takes effect at most once for an `Idempotency-Key`.
    Once,
    /// Takes effect with every call and ignores the header: reveals, and test helpers.
    Always,
}

/// What a careful caller wants to know of a call before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impact {
    /// Everything is as it was.
    Nothing,
    /// Something is added or changed, and can be changed again.
    Changes,
    /// Something cannot be brought back: money that left, a card or credential that ended, a
    /// secret that was shown.
    Final,
}

/// Whether an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Nothing in it is secret.
    Plain,
    /// Carries a secret: never cached, sealed where it is recorded.
    Secret,
}

/// What a request's body may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// A JSON object.
    Json,
    /// A JSON object, or a form (`multipart/form-data`) with the same fields and a part `file`.
    JsonOrForm,
}

/// One operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Its name, also as a tool.
    pub id: &'static str,
    /// Its method.
    pub method: Method,
    /// Its path below `/v1`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// The status of its success.
    pub success: u16,
    /// What it changes.
    pub effect: Effect,
    /// What it does to what is there.
    pub impact: Impact,
    /// Whether its answer may be kept.
    pub content: Content,
    /// What its body may be.
    pub carries: Carries,
    /// Which cards it is about: a grant that is narrowed to some is refused what is about all.
    pub reach: Reach,
    /// Whether an agent may call it at all.
    pub agents: Agents,
    /// Whether it can be tried without effect (`Dry-Run: true`).
    pub dry_run: bool,
    /// One line on what it does.
    pub summary: &'static str,
    /// The JSON object it takes.
    pub input: Option<Shape>,
    /// The JSON object it answers with.
    pub output: Option<Shape>,
    /// What its query string or headers may say, beyond what every operation takes.
    pub parameters: &'static [Parameter],
    /// How its list is sorted: the fields, the default first; empty for what is no list.
    pub sorts: &'static [&'static str],
    /// Another status that its answer can come with: bad news in the same shape.
    pub also: Option<u16>,
    /// Why it is refused, beyond the reasons that every operation shares.
    pub errors: &'static [ErrorCode],
}

impl Operation {
    const fn new(id: &'static str, method: Method, path: &'static str, access: Access) -> Self {
        let (success, effect, impact) = match method {
            Method::Get => (200, Effect::Read, Impact::Nothing),
            Method::Post => (201, Effect::Once, Impact::Changes),
            Method::Patch => (200, Effect::Once, Impact::Changes),
            Method::Delete => (204, Effect::Once, Impact::Final),
        };
        Self {
            id,
            method,
            path,
            access,
            success,
            effect,
            impact,
            content: Content::Plain,
            carries: Carries::Json,
            reach: Reach::All,
            agents: Agents::MayCall,
            dry_run: false,
            summary: "",
            input: None,
            output: None,
            parameters: &[],
            sorts: &[],
            also: None,
            errors: &[],
        }
    }

    const fn answers(self, success: u16) -> Self {
        Self { success, ..self }
    }

    const fn secret(self) -> Self {
        let content = Content::Secret;
        Self { content, ..self }
    }

    /// Declares that a file may come with it, in a form.
    const fn or_form(self) -> Self {
        let carries = Carries::JsonOrForm;
        Self { carries, ..self }
    }

    const fn always(self) -> Self {
        let effect = Effect::Always;
        Self { effect, ..self }
    }

    /// Declares that it takes something away for good, or shows a secret.
    const fn is_final(self) -> Self {
        Self { impact: Impact::Final, ..self }
    }

    /// Declares that everything is as it was after it, though it is no GET.
    const fn only_asks(self) -> Self {
        Self { impact: Impact::Nothing, ..self }
    }

    /// Declares that it finds one card, or what belongs to one: any other is unknown to a grant
    /// that is narrowed to some.
    const fn on_one_card(self) -> Self {
        let reach = Reach::Found;
        Self { reach, ..self }
    }

    /// Declares that its list has no rows of cards that the grant is not narrowed to.
    const fn on_listed_cards(self) -> Self {
        let reach = Reach::Rows;
        Self { reach, ..self }
    }

    /// Declares that it is about no card.
    const fn beside_cards(self) -> Self {
        let reach = Reach::Beside;
        Self { reach, ..self }
    }

    /// Declares that no scope lets an agent call it: it is about what its owner proves who they
    /// are with.
    const fn never_by_agents(self) -> Self {
        let agents = Agents::Never;
        Self { agents, ..self }
    }

    const fn says(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    /// Declares the JSON object it takes.
    const fn takes<T: JsonSchema>(self) -> Self {
        Self { input: Some(Shape::of::<T>()), ..self }
    }

    /// Declares the JSON object it answers with.
    const fn gives<T: JsonSchema>(self) -> Self {
        Self { output: Some(Shape::of::<T>()), ..self }
    }

    /// Declares that it answers with pages of these, and what they can be sorted by.
    const fn lists<T: JsonSchema>(self, sorts: &'static [&'static str]) -> Self {
        Self { output: Some(Shape::of::<crate::list::ListOut<T>>()), sorts, ..self }
    }

    /// Declares parameters of its own.
    const fn asks(self, parameters: &'static [Parameter]) -> Self {
        Self { parameters, ..self }
    }

    /// Declares why it may be refused.
    const fn refuses(self, errors: &'static [ErrorCode]) -> Self {
        Self { errors, ..self }
    }

    /// Declares another status that its answer can come with.
    const fn or_answers(self, status: u16) -> Self {
        Self { also: Some(status), ..self }
    }

    /// Declares that it can be tried without effect.
    const fn previewable(self) -> Self {
        Self { dry_run: true, ..self }
    }
}

const fn get(id: &'static str, path: &'static str, scope: Scope) -> Operation {
    Operation::new(id, Method::Get, path, Access::Bearer(Some(scope)))
}

/// Reads what is a grant's own, which needs no scope then.
const fn get_own(id: &'static str, path: &'static str, scope: Scope) -> Operation {
    Operation::new(id, Method::Get, path, Access::Own(scope))
}

/// Makes a new object: 201.
const fn create(id: &'static str, path: &'static str, scope: Scope) -> Operation {
    Operation::new(id, Method::Post, path, Access::Bearer(Some(scope)))
}

/// Acts on an object: 200.
const fn act(id: &'static str, path: &'static str, scope: Scope) -> Operation {
    create(id, path, scope).answers(200)
}

/// Changes a part of an object: 200.
const fn patch(id: &'static str, path: &'static str, scope: Scope) -> Operation {
    Operation::new(id, Method::Patch, path, Access::Bearer(Some(scope)))
}

/// The operations of `/v1`.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    GROUPS.iter().flat_map(|group| group.operations)
}

/// Test helpers, served on simulated rails only.
pub fn test_operations() -> impl Iterator<Item = &'static Operation> {
    table::TEST_HELPERS.iter()
}

#[cfg(test)]
mod tests {
    use cardium_auth::grants::ASKED_FOR;

    use super::*;

    /// Name, method, path, success status and group as the published document has them.
    const PUBLISHED: [(&str, &str, &str, u16, &str); 51] = [
        ("create_account", "POST", "/accounts", 201, "Accounts"),
        ("sign_in", "POST", "/sessions", 200, "Accounts"),
        ("sign_out", "DELETE", "/sessions", 204, "Accounts"),
        ("get_account", "GET", "/accounts/me", 200, "Accounts"),
        ("update_account", "PATCH", "/accounts/me", 200, "Accounts"),
        ("enable_2fa", "POST", "/accounts/me/totp", 200, "Accounts"),
        ("disable_2fa", "DELETE", "/accounts/me/totp", 204, "Accounts"),
        ("list_api_keys", "GET", "/api_keys", 200, "API keys"),
        ("create_api_key", "POST", "/api_keys", 201, "API keys"),
        ("revoke_api_key", "DELETE", "/api_keys/{id}", 204, "API keys"),
        ("get_balance", "GET", "/balance", 200, "Balance"),
        ("get_balance_history", "GET", "/balance/history", 200, "Balance"),
        ("create_topup", "POST", "/topups", 201, "Top-ups"),
        ("list_topups", "GET", "/topups", 200, "Top-ups"),
        ("get_topup", "GET", "/topups/{id}", 200, "Top-ups"),
        ("cancel_topup", "POST", "/topups/{id}/cancel", 200, "Top-ups"),
        ("list_cards", "GET", "/cards", 200, "Cards"),
        ("issue_card", "POST", "/cards", 201, "Cards"),
        ("get_card", "GET", "/cards/{id}", 200, "Cards"),
        ("reveal_pan", "GET", "/cards/{id}/pan", 200, "Cards"),
        ("replace_card", "POST", "/cards/{id}/replace", 200, "Cards"),
        ("load_card", "POST", "/cards/{id}/load", 200, "Cards"),
        ("unload_card", "POST", "/cards/{id}/unload", 200, "Cards"),
        ("freeze_card", "POST", "/cards/{id}/freeze", 200, "Cards"),
        ("unfreeze_card", "POST", "/cards/{id}/unfreeze", 200, "Cards"),
        ("cancel_card", "POST", "/cards/{id}/cancel", 200, "Cards"),
        ("set_card_limits", "PATCH", "/cards/{id}/limits", 200, "Cards"),
        ("set_mcc_rules", "PATCH", "/cards/{id}/mcc", 200, "Cards"),
        ("set_card_geo", "PATCH", "/cards/{id}/geo", 200, "Cards"),
        ("list_transactions", "GET", "/transactions", 200, "Transactions"),
        ("get_transaction", "GET", "/transactions/{id}", 200, "Transactions"),
        ("list_card_transactions", "GET", "/cards/{id}/transactions", 200, "Transactions"),
        ("get_auth_details", "GET", "/transactions/{id}/auth", 200, "Transactions"),
        ("get_activity", "GET", "/activity", 200, "Activity"),
        ("get_audit_log", "GET", "/audit_log", 200, "Activity"),
        ("withdraw", "POST", "/withdrawals", 201, "Withdrawals"),
        ("list_withdrawals", "GET", "/withdrawals", 200, "Withdrawals"),
        ("get_withdrawal", "GET", "/withdrawals/{id}", 200, "Withdrawals"),
        ("file_dispute", "POST", "/disputes", 201, "Disputes"),
        ("list_disputes", "GET", "/disputes", 200, "Disputes"),
        ("get_dispute", "GET", "/disputes/{id}", 200, "Disputes"),
        ("add_dispute_evidence", "POST", "/disputes/{id}/evidence", 200, "Disputes"),
        ("list_webhooks", "GET", "/webhooks", 200, "Webhooks"),
        ("create_webhook", "POST", "/webhooks", 201, "Webhooks"),
        ("update_webhook", "PATCH", "/webhooks/{id}", 200, "Webhooks"),
        ("delete_webhook", "DELETE", "/webhooks/{id}", 204, "Webhooks"),
        ("replay_webhook", "POST", "/webhooks/{id}/replay/{eid}", 200, "Webhooks"),
        ("open_ticket", "POST", "/tickets", 201, "Support"),
        ("list_tickets", "GET", "/tickets", 200, "Support"),
        ("get_system_health", "GET", "/system/health", 200, "System"),
        ("get_limits", "GET", "/system/limits", 200, "System"),
    ];

    /// Operations beyond the published document.
    const ADDED: &[&str] = &[
        "update_api_key",
        "roll_api_key",
        "set_card_controls",
        "provision_wallet",
        "get_decision",
        "get_authorization",
        "check_authorization",
        "reveal_pan_by_post",
        "update_card",
        "disable_2fa_by_post",
        "get_dispute_evidence_file",
        "get_ticket",
        "close_ticket",
        "list_events",
        "get_event",
        "get_webhook",
        "ping_webhook",
        "list_webhook_deliveries",
        "list_webhook_gaps",
        "recover_webhook",
        "rotate_webhook_secret",
        "confirm_webhook_secret",
        "list_grants",
        "get_grant",
        "update_grant",
        "revoke_grant",
        "list_approvals",
        "get_approval",
        "decide_approval",
        "panic",
        "lift_panic",
    ];

    #[test]
    fn the_table_is_as_published() {
        for group in GROUPS {
            for operation in group.operations.iter().filter(|op| !ADDED.contains(&op.id)) {
                let (method, path) = (operation.method.as_str(), operation.path);
                let row = (operation.id, method, path, operation.success, group.tag);
                assert!(PUBLISHED.contains(&row), "{row:?}");
            }
        }
    }

    #[test]
    fn what_an_owner_is_asked_for_takes_the_operations_scope() {
        let asks = |op: &&Operation| op.errors.contains(&ErrorCode::ApprovalRequired);
        // One operation at two places asks under one name.
        let asking = operations().filter(asks).filter(|op| op.id != "reveal_pan_by_post");
        let mut table: Vec<_> = asking.map(|op| (op.id, op.access.scope())).collect();
        let mut known = ASKED_FOR.map(|(id, scope)| (id, Some(scope))).to_vec();
        table.sort_by_key(|row| row.0);
        known.sort_by_key(|row| row.0);
        assert_eq!(table, known);
    }

    #[test]
    fn names_and_routes_are_unique_and_explained() {
        let all = || operations().chain(test_operations());
        for operation in all() {
            let same = |other: &&Operation| {
                let route = |op: &Operation| (op.method, op.path);
                other.id == operation.id || route(other) == route(operation)
            };
            assert_eq!(all().filter(same).count(), 1, "{}", operation.id);
            assert!(!operation.summary.is_empty(), "{}", operation.id);
        }
    }

    #[test]
    fn only_three_operations_are_public_and_reads_change_nothing() {
        let public = operations().filter(|op| op.access == Access::Public);
        let public: Vec<_> = public.map(|op| op.id).collect();
        assert_eq!(public, ["create_account", "sign_in", "get_system_health"]);
        for operation in operations() {
            let reads = operation.effect == Effect::Read;
            let looks_so = operation.method == Method::Get && operation.id != "reveal_pan";
            assert_eq!(reads, looks_so, "{}", operation.id);
        }
    }
}
