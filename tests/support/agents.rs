use std::sync::atomic::{AtomicU64, Ordering};

use cardium_kernel::{ApprovalId, CredentialId, GrantId};
use serde_json::{Value, json};

use super::{Client, Server, text};

static ASKED: AtomicU64 = AtomicU64::new(1);

/// A client of OAuth with its grant, made behind the product's back.
pub struct Agent {
    /// The grant's id.
    pub grant: String,
    /// Whatever it asks for, it asks with the grant.
    pub client: Client,
}

impl Agent {
    /// An agent of an account, with these scopes and no bounds.
    pub fn new(server: &Server, owner: &Client, scopes: &[&str]) -> Self {
        let body = json!({"name": "agent", "scopes": scopes});
        let key = owner.post("/v1/api_keys", &body).expect(201);
        let id = CredentialId::parse(text(&key, "id")).expect("a credential's id");
        let (grant, account) = (GrantId::new(id.value()), server.account_literal(owner.account()));
        let (id, now) = (server.literal(id.value()), server.now());
        server.execute(&format!(
            "UPDATE credentials SET kind = 'grant', prefix = '', last4 = '' WHERE id = {id}; \
             INSERT INTO grants (id, account_id, client_id, client_name, redirect_host, reveal, \
             merchants, mccs, spent_live, spent_sandbox, day, day_live, day_sandbox, \
             step_up_asked, created_at, updated_at, version) VALUES ({id}, {account}, '{grant}', \
             'Helper', 'helper.example', 'ask', '', '', 0, 0, 0, 0, 0, FALSE, {now}, {now}, 1)"
        ));
        let client = owner.with_token(text(&key, "key"));
        Self { grant: grant.to_string(), client }
    }

    /// Sets columns of its grant, as spending would.
    pub fn alter(&self, server: &Server, change: &str) {
        let id = server.literal(GrantId::parse(&self.grant).expect("a grant's id").value());
        server.execute(&format!("UPDATE grants SET {change} WHERE id = {id}"));
    }

    /// Asks its owner for 25.00 of live money; gives the approval's id.
    pub fn ask(&self, server: &Server) -> String {
        let number = ASKED.fetch_add(1, Ordering::Relaxed);
        let id = u128::from(std::process::id()) << 64 | u128::from(number);
        let account = server.account_literal(self.client.account());
        let grant = GrantId::parse(&self.grant).expect("a grant's id");
        let (grant, literal) = (server.literal(grant.value()), server.literal(id));
        let (now, end) = (server.now(), server.now() + 86_400);
        server.execute(&format!(
            "INSERT INTO approvals (id, account_id, grant_id, operation, summary, book, amount, \
             status, created_at, updated_at, expires_at, version) VALUES ({literal}, {account}, \
             {grant}, 'load_card', 'Load 25.00 USD', 0, 2500, 'pending', {now}, {now}, {end}, 1)"
        ));
        ApprovalId::new(id).to_string()
    }

    /// The grant as its owner sees it.
    pub fn seen_by(&self, owner: &Client) -> Value {
        owner.get(&format!("/v1/grants/{}", self.grant)).expect(200)
    }
}
