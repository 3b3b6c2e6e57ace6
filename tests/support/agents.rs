use std::sync::atomic::{AtomicU64, Ordering};

use cardium_auth::Scope;
use cardium_kernel::{ApprovalId, Book, CardId, GrantId};
use serde_json::Value;

use super::{Client, Server};

static ASKED: AtomicU64 = AtomicU64::new(1);

/// A client of OAuth with its grant, given without a page.
pub struct Agent {
    /// The grant's id.
    pub grant: String,
    /// Whatever it asks for, it asks with an access token of the grant.
    pub client: Client,
}

impl Agent {
    /// An agent of an account, with these scopes and no bounds.
    pub fn new(server: &Server, owner: &Client, scopes: &[&str]) -> Self {
        let read = |scope: &&str| Scope::parse(scope).expect("a documented scope");
        let scopes: Vec<_> = scopes.iter().map(read).collect();
        let granting = server.granting();
        let tenant = granting.tenant(owner.token());
        let (new, token) = server.wait(granting.grant(tenant, &scopes));
        Self { grant: new.id.to_string(), client: owner.with_token(&token) }
    }

    /// An agent of an account with every scope, narrowed to these cards.
    pub fn narrowed(server: &Server, owner: &Client, cards: &[&str]) -> Self {
        let granting = server.granting();
        let tenant = granting.tenant(owner.token());
        let mut new = granting.terms(tenant.account, Scope::ALL);
        let card = |id: &&str| CardId::parse(id).expect("a card's id");
        new.cards = Some(cards.iter().map(card).collect());
        server.wait(granting.agree(tenant, &new));
        let token = server.wait(granting.token(&new));
        Self { grant: new.id.to_string(), client: owner.with_token(&token) }
    }

    /// The path of its grant.
    pub fn path(&self) -> String {
        format!("/v1/grants/{}", self.grant)
    }

    /// Sets columns of its grant behind the product's back, as spending would.
    pub fn alter(&self, server: &Server, change: &str) {
        let id = server.literal(self.id());
        server.execute(&format!("UPDATE grants SET {change} WHERE id = {id}"));
    }

    /// Asks its owner for 25.00 of live money, behind the product's back; gives the approval's id.
    pub fn ask(&self, server: &Server) -> String {
        let number = ASKED.fetch_add(1, Ordering::Relaxed);
        let id = (u128::from(std::process::id()) << 64) | u128::from(number);
        let account = server.account_literal(self.client.account());
        let (grant, literal) = (server.literal(self.id()), server.literal(id));
        let now = server.now() * 1_000_000;
        let end = now + 86_400 * 1_000_000;
        let book = Book::Live.code();
        server.execute(&format!(
            "INSERT INTO approvals (id, account_id, grant_id, operation, summary, book, amount, \
             status, created_at, updated_at, expires_at, version) VALUES ({literal}, {account}, \
             {grant}, 'load_card', 'Load 25.00 USD', {book}, 2500, 'pending', {now}, {now}, \
             {end}, 1)"
        ));
        ApprovalId::new(id).to_string()
    }

    /// Lets the time of all that it asked be over.
    pub fn let_lapse(&self, server: &Server) {
        let (grant, past) = (server.literal(self.id()), (server.now() - 1) * 1_000_000);
        let change = format!("UPDATE approvals SET expires_at = {past} WHERE grant_id = {grant}");
        server.execute(&change);
    }

    /// The grant as its owner sees it.
    pub fn seen_by(&self, owner: &Client) -> Value {
        owner.get(&self.path()).expect(200)
    }

    fn id(&self) -> u128 {
        GrantId::parse(&self.grant).expect("a grant's id").value()
    }
}
