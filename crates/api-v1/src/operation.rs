//! The operation table: each operation of `/v1` is declared here, once. Routes, scope checks
//! and tests are made from it.

use cardium_auth::Scope;

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
    /// An interactive session.
    Session,
}

impl Access {
    /// The scope a credential must hold.
    #[must_use]
    pub const fn scope(self) -> Option<Scope> {
        match self {
            Self::Bearer(scope) => scope,
            Self::Public | Self::Session => None,
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

/// Whether an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Nothing in it is secret.
    Plain,
    /// Carries a secret: never cached, sealed where it is recorded.
    Secret,
}

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Whether its answer may be kept.
    pub content: Content,
    /// One line on what it does.
    pub summary: &'static str,
}

impl Operation {
    const fn new(id: &'static str, method: Method, path: &'static str, access: Access) -> Self {
        let (success, effect) = match method {
            Method::Get => (200, Effect::Read),
            Method::Post => (201, Effect::Once),
            Method::Patch => (200, Effect::Once),
            Method::Delete => (204, Effect::Once),
        };
        Self { id, method, path, access, success, effect, content: Content::Plain, summary: "" }
    }

    const fn answers(self, success: u16) -> Self {
        Self { success, ..self }
    }

    const fn secret(self) -> Self {
        let content = Content::Secret;
        Self { content, ..self }
    }

    const fn always(self) -> Self {
        let effect = Effect::Always;
        Self { effect, ..self }
    }

    const fn says(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }
}

const fn get(id: &'static str, path: &'static str, scope: Scope) -> Operation {
    Operation::new(id, Method::Get, path, Access::Bearer(Some(scope)))
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
pub const OPERATIONS: &[Operation] = &[
    Operation::new("create_account", Method::Post, "/accounts", Access::Public)
        .secret()
        .says("Open an account and sign it in"),
    Operation::new("sign_in", Method::Post, "/sessions", Access::Public)
        .answers(200)
        .secret()
        .says("Open a session with e-mail address and password"),
    Operation::new("sign_out", Method::Delete, "/sessions", Access::Session)
        .says("End the session that asks"),
    get("get_account", "/accounts/me", Scope::AccountRead)
        .says("Show the account with its balance"),
    get("list_api_keys", "/api_keys", Scope::ApikeyRead).says("List the account's API keys"),
    Operation::new("create_api_key", Method::Post, "/api_keys", Access::Session)
        .secret()
        .says("Make an API key; its text is shown this once"),
    Operation::new("revoke_api_key", Method::Delete, "/api_keys/{id}", Access::Bearer(None))
        .says("Revoke an API key at once"),
    get("get_balance", "/balance", Scope::BalanceRead).says("Show what the treasury holds"),
    get("get_balance_history", "/balance/history", Scope::BalanceRead)
        .says("List what moved the treasury"),
    create("create_topup", "/topups", Scope::TopupCreate)
        .says("Ask for a deposit address with its QR code"),
    get("list_topups", "/topups", Scope::TopupRead).says("List top-ups"),
    get("get_topup", "/topups/{id}", Scope::TopupRead).says("Show a top-up"),
    act("cancel_topup", "/topups/{id}/cancel", Scope::TopupCreate)
        .says("Give up a top-up that awaits its coins"),
    get("list_cards", "/cards", Scope::CardRead).says("List cards"),
    create("issue_card", "/cards", Scope::CardIssue)
        .says("Issue a card, virtual or physical, loaded or not"),
    get("get_card", "/cards/{id}", Scope::CardRead).says("Show a card"),
    get("reveal_pan", "/cards/{id}/pan", Scope::CardRevealPan)
        .always()
        .secret()
        .says("Show number, CVV and expiry of a card; audited"),
    act("load_card", "/cards/{id}/load", Scope::CardFund).says("Fund a card from the treasury"),
    act("unload_card", "/cards/{id}/unload", Scope::CardFund)
        .says("Move unspent money back to the treasury"),
    patch("set_card_limits", "/cards/{id}/limits", Scope::CardControl)
        .says("Limit what a card spends at once, in a day, week, month and in all"),
    patch("set_mcc_rules", "/cards/{id}/mcc", Scope::CardControl)
        .says("Allow or deny kinds of merchant to a card"),
    patch("set_card_geo", "/cards/{id}/geo", Scope::CardControl)
        .says("Allow or deny countries to a card"),
    patch("set_card_controls", "/cards/{id}/controls", Scope::CardControl)
        .says("Lock a card to a merchant, a single use, channels or a last moment"),
    act("provision_wallet", "/cards/{id}/wallet_provisioning", Scope::CardControl)
        .says("Make a card ready for a mobile wallet"),
    act("freeze_card", "/cards/{id}/freeze", Scope::CardControl).says("Stop a card's spending"),
    act("unfreeze_card", "/cards/{id}/unfreeze", Scope::CardControl)
        .says("Let a frozen card spend again"),
    act("cancel_card", "/cards/{id}/cancel", Scope::CardControl).says("Retire a card for good"),
    get("list_transactions", "/transactions", Scope::TransactionRead).says("List transactions"),
    get("get_transaction", "/transactions/{id}", Scope::TransactionRead).says("Show a transaction"),
    get("list_card_transactions", "/cards/{id}/transactions", Scope::TransactionRead)
        .says("List the transactions of a card"),
    get("get_auth_details", "/transactions/{id}/auth", Scope::TransactionRead)
        .says("Show the ISO 8583 fields behind a transaction, masked"),
    get("get_decision", "/transactions/{id}/decision", Scope::TransactionRead)
        .says("Show the checks behind the answer to an authorization request"),
    get("get_authorization", "/authorizations/{id}", Scope::TransactionRead)
        .says("Show what is authorized, held, cleared and refunded of a card transaction"),
    act("check_authorization", "/cards/{id}/authorization_checks", Scope::CardRead)
        .always()
        .says("Ask what a purchase would be answered, without a hold"),
    create("file_dispute", "/disputes", Scope::DisputeWrite)
        .says("Object to a captured transaction; its money is credited for the time being"),
    get("list_disputes", "/disputes", Scope::DisputeRead).says("List disputes"),
    get("get_dispute", "/disputes/{id}", Scope::DisputeRead).says("Show a dispute"),
    act("add_dispute_evidence", "/disputes/{id}/evidence", Scope::DisputeWrite)
        .says("Add words or a file to a dispute that is not decided"),
    get("list_webhooks", "/webhooks", Scope::WebhookRead).says("List webhook endpoints"),
    create("create_webhook", "/webhooks", Scope::WebhookWrite)
        .secret()
        .says("Subscribe an endpoint to events; its signing secret is shown this once"),
    Operation::new(
        "delete_webhook",
        Method::Delete,
        "/webhooks/{id}",
        Access::Bearer(Some(Scope::WebhookWrite)),
    )
    .says("Remove a webhook endpoint"),
    Operation::new("get_system_health", Method::Get, "/system/health", Access::Public)
        .says("Show how the service is doing"),
];

/// Test helpers, served on simulated rails only.
pub const TEST_OPERATIONS: &[Operation] = &[
    create("simulate_deposit", "/test/topups/{id}/deposits", Scope::TopupCreate)
        .always()
        .says("Let coins arrive at a top-up's address"),
    create("simulate_authorization", "/test/cards/{id}/authorizations", Scope::CardControl)
        .always()
        .says("Let a merchant ask for money from a card"),
    create("simulate_increment", "/test/authorizations/{id}/increment", Scope::CardControl)
        .always()
        .says("Let the merchant raise an authorization"),
    create("simulate_capture", "/test/authorizations/{id}/capture", Scope::CardControl)
        .always()
        .says("Let the merchant clear an authorization"),
    create("simulate_reversal", "/test/authorizations/{id}/reverse", Scope::CardControl)
        .always()
        .says("Let the merchant reverse an authorization"),
    create("simulate_expiry", "/test/authorizations/{id}/expire", Scope::CardControl)
        .always()
        .says("Let the hold of an authorization lapse"),
    create("simulate_refund", "/test/cards/{id}/refunds", Scope::CardControl)
        .always()
        .says("Let a merchant give money back"),
    create("simulate_force_post", "/test/cards/{id}/force_posts", Scope::CardControl)
        .always()
        .says("Let a merchant post what it never asked for"),
    act("simulate_fulfilment", "/test/cards/{id}/fulfilment", Scope::CardControl)
        .always()
        .says("Move the plastic of a card on its way"),
    act("advance_dispute", "/test/disputes/{id}/advance", Scope::DisputeWrite)
        .always()
        .says("Let the card network move a dispute on"),
    Operation::new("advance_clock", Method::Post, "/test/clock", Access::Bearer(None))
        .answers(200)
        .always()
        .says("Move the test clock forward"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, method, path and success status as the published OpenAPI document has them.
    const PUBLISHED: [(&str, &str, &str, u16); 40] = [
        ("create_account", "POST", "/accounts", 201),
        ("sign_in", "POST", "/sessions", 200),
        ("sign_out", "DELETE", "/sessions", 204),
        ("get_account", "GET", "/accounts/me", 200),
        ("list_api_keys", "GET", "/api_keys", 200),
        ("create_api_key", "POST", "/api_keys", 201),
        ("revoke_api_key", "DELETE", "/api_keys/{id}", 204),
        ("get_balance", "GET", "/balance", 200),
        ("get_balance_history", "GET", "/balance/history", 200),
        ("create_topup", "POST", "/topups", 201),
        ("list_topups", "GET", "/topups", 200),
        ("get_topup", "GET", "/topups/{id}", 200),
        ("cancel_topup", "POST", "/topups/{id}/cancel", 200),
        ("list_cards", "GET", "/cards", 200),
        ("issue_card", "POST", "/cards", 201),
        ("get_card", "GET", "/cards/{id}", 200),
        ("reveal_pan", "GET", "/cards/{id}/pan", 200),
        ("load_card", "POST", "/cards/{id}/load", 200),
        ("unload_card", "POST", "/cards/{id}/unload", 200),
        ("set_card_limits", "PATCH", "/cards/{id}/limits", 200),
        ("set_mcc_rules", "PATCH", "/cards/{id}/mcc", 200),
        ("set_card_geo", "PATCH", "/cards/{id}/geo", 200),
        ("freeze_card", "POST", "/cards/{id}/freeze", 200),
        ("unfreeze_card", "POST", "/cards/{id}/unfreeze", 200),
        ("cancel_card", "POST", "/cards/{id}/cancel", 200),
        ("list_transactions", "GET", "/transactions", 200),
        ("get_transaction", "GET", "/transactions/{id}", 200),
        ("list_card_transactions", "GET", "/cards/{id}/transactions", 200),
        ("get_auth_details", "GET", "/transactions/{id}/auth", 200),
        ("get_decision", "GET", "/transactions/{id}/decision", 200),
        ("get_authorization", "GET", "/authorizations/{id}", 200),
        ("check_authorization", "POST", "/cards/{id}/authorization_checks", 200),
        ("file_dispute", "POST", "/disputes", 201),
        ("list_disputes", "GET", "/disputes", 200),
        ("get_dispute", "GET", "/disputes/{id}", 200),
        ("add_dispute_evidence", "POST", "/disputes/{id}/evidence", 200),
        ("list_webhooks", "GET", "/webhooks", 200),
        ("create_webhook", "POST", "/webhooks", 201),
        ("delete_webhook", "DELETE", "/webhooks/{id}", 204),
        ("get_system_health", "GET", "/system/health", 200),
    ];

    /// Operations beyond the published document.
    const ADDED: [&str; 2] = ["set_card_controls", "provision_wallet"];

    #[test]
    fn the_table_is_as_published() {
        let row = |op: &Operation| (op.id, op.method.as_str(), op.path, op.success);
        let published = OPERATIONS.iter().filter(|op| !ADDED.contains(&op.id));
        let rows: Vec<_> = published.map(row).collect();
        assert_eq!(rows, PUBLISHED);
    }

    #[test]
    fn names_and_routes_are_unique_and_explained() {
        let all = || OPERATIONS.iter().chain(TEST_OPERATIONS);
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
        let public = OPERATIONS.iter().filter(|op| op.access == Access::Public);
        let public: Vec<_> = public.map(|op| op.id).collect();
        assert_eq!(public, ["create_account", "sign_in", "get_system_health"]);
        for operation in OPERATIONS {
            let reads = operation.effect == Effect::Read;
            let looks_so = operation.method == Method::Get && operation.id != "reveal_pan";
            assert_eq!(reads, looks_so, "{}", operation.id);
        }
    }
}
