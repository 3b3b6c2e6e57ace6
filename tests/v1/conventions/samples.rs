use cardium_api_v1::operation::{
    Access, Method, Operation, operations as published, test_operations,
};
use serde_json::{Value, json};

use crate::support::{
    Agent, Authenticator, Client, PASSWORD, Request, Server, fresh_address, plastic, text,
};

/// An account that has one of everything, so that every operation has something to act on.
pub struct Sample {
    /// Its session.
    pub client: Client,
    email: String,
    topup: String,
    card: String,
    plastic: String,
    /// A card that is there to be replaced.
    worn: String,
    authorization: String,
    transaction: String,
    webhook: String,
    spare_webhook: String,
    event: String,
    ticket: String,
    key: String,
    captured: String,
    dispute: String,
    evidence: String,
    /// An authorization that nobody captures or reverses.
    held: String,
    withdrawal: String,
    grant: String,
    approval: String,
    /// An account that stops everything.
    stopped: Client,
    /// Accounts with an authenticator, one for each way of turning it off.
    guarded: [(Client, String); 2],
}

/// Every operation that a server for tests serves, in the order in which they can be called.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    published().chain(test_operations()).filter(|operation| operation.id != "advance_clock")
}

/// Whether an operation answers with JSON, and not with a file.
pub fn shows_json(operation: &Operation) -> bool {
    operation.id != "get_dispute_evidence_file"
}

impl Sample {
    /// Makes the account.
    pub fn new(server: &Server) -> Self {
        let email = Server::email();
        let body = json!({"email": email, "password": PASSWORD});
        let account = server.client().post("/v1/accounts", &body).expect(201);
        let client = server.client().signed_in(text(&account, "id"), text(&account, "token"));
        client.fund("500.00");
        let topup = client.topup(&json!({"amount_usd": 300}));
        let card = client.card(Some("100.00"));
        let plastic = client.post("/v1/cards", &plastic()).expect(201);
        let worn = client.card(None);
        let bought = client.authorize(&card, &json!({"amount_usd": 10}));
        let captured = capture(&client, &bought);
        let second = client.authorize(&card, &json!({"amount_usd": 10}));
        let why = "The merchant charged this twice.";
        let wish = json!({"transaction_id": capture(&client, &second), "reason": "duplicate",
            "description": why});
        let dispute = client.post("/v1/disputes", &wish).expect(201);
        let file = json!({"type": "other", "filename": "a.txt", "content_type": "text/plain",
            "content_base64": "T3JkZXIgIzQ5MjEK"});
        let path = format!("/v1/disputes/{}/evidence", text(&dispute, "id"));
        let file = client.post(&path, &file).expect(200);
        let bought = client.authorize(&card, &json!({"amount_usd": 10}));
        let held = client.authorize(&card, &json!({"amount_usd": 10}));
        let hook = json!({"url": "https://hooks.example.com/", "events": ["card.replaced"]});
        let hook = client.post("/v1/webhooks", &hook).expect(201);
        let spare = json!({"url": "https://hooks.example.com/spare", "events": "*"});
        let spare = client.post("/v1/webhooks", &spare).expect(201);
        // Support is for holders of an active card, and the other one is going to be cancelled.
        client.card(None);
        let event = server.last_event(client.account());
        let ticket = client.post("/v1/tickets", &question()).expect(201);
        let withdrawal = client.post("/v1/withdrawals", &withdrawal()).expect(201);
        let key = client.post("/v1/api_keys", &json!({"name": "sample"})).expect(201);
        let id = |object: &Value| text(object, "id").to_owned();
        // What is asked is void once its grant is changed or revoked.
        let [agent, asking] = [1, 2].map(|_| Agent::new(server, &client, &["card:fund"]));
        Self {
            email,
            topup: id(&topup),
            card,
            plastic: id(&plastic),
            worn,
            authorization: text(&bought, "authorization_id").to_owned(),
            transaction: id(&bought),
            webhook: id(&hook),
            spare_webhook: id(&spare),
            event,
            ticket: id(&ticket),
            key: id(&key),
            captured,
            dispute: id(&dispute),
            evidence: text(&file["evidence"][0], "id").to_owned(),
            held: text(&held, "authorization_id").to_owned(),
            withdrawal: id(&withdrawal),
            approval: asking.ask(server),
            grant: agent.grant,
            stopped: server.sign_up(),
            guarded: [guarded(server), guarded(server)],
            client,
        }
    }

    /// The id that an operation's path wants.
    pub fn id_for(&self, operation: &Operation) -> &str {
        match operation.id {
            "simulate_fulfilment" => return &self.plastic,
            "replace_card" => return &self.worn,
            "delete_webhook" => return &self.spare_webhook,
            "simulate_increment" | "simulate_expiry" => return &self.held,
            _ => {}
        }
        let path = operation.path.trim_start_matches("/test");
        match path.split('/').nth(1) {
            Some("topups") => &self.topup,
            Some("cards") => &self.card,
            Some("authorizations") => &self.authorization,
            Some("transactions") => &self.transaction,
            Some("webhooks") => &self.webhook,
            Some("disputes") => &self.dispute,
            Some("events") => &self.event,
            Some("tickets") => &self.ticket,
            Some("withdrawals") => &self.withdrawal,
            Some("grants") => &self.grant,
            Some("approvals") => &self.approval,
            Some("api_keys") => &self.key,
            _ => "",
        }
    }

    /// A path of the operation, with an id of the account's own.
    pub fn path(&self, operation: &Operation) -> String {
        self.path_with(operation, self.id_for(operation))
    }

    /// A path of the operation with this id; a second one is of the account's own.
    pub fn path_with(&self, operation: &Operation, id: &str) -> String {
        let second = match operation.id {
            "get_dispute_evidence_file" => &self.evidence,
            _ => &self.event,
        };
        let path = operation.path.replace("{id}", id).replace("{eid}", second);
        format!("/v1{path}")
    }

    /// A body with which the operation succeeds.
    pub fn body(&self, operation: &Operation) -> Value {
        match operation.id {
            "create_account" => json!({"email": Server::email(), "password": PASSWORD}),
            "sign_in" => json!({"email": self.email, "password": PASSWORD}),
            "disable_2fa" => json!({"password": PASSWORD, "code": self.guarded[0].1}),
            "disable_2fa_by_post" => json!({"password": PASSWORD, "code": self.guarded[1].1}),
            "enable_2fa" => json!({"password": PASSWORD}),
            "create_api_key" => json!({"name": "another"}),
            "update_api_key" => json!({"name": "renamed"}),
            "update_grant" => json!({"reveal": "link"}),
            "decide_approval" => json!({"decision": "approve"}),
            "create_topup" => json!({"amount_usd": 20}),
            "issue_card" => plastic(),
            "load_card" => json!({"amount_usd": "10.00"}),
            "unload_card" | "simulate_deposit" => json!({"amount_usd": 5}),
            "replace_card" => json!({"reason": "damaged"}),
            "update_card" => json!({"label": "Renamed"}),
            "provision_wallet" => json!({"wallet": "apple_pay"}),
            "simulate_fulfilment" => json!({"to": "produced"}),
            "simulate_authorization"
            | "check_authorization"
            | "simulate_increment"
            | "simulate_refund"
            | "simulate_force_post" => json!({"amount_usd": 1}),
            "file_dispute" => json!({"transaction_id": self.captured, "reason": "fraud",
                "description": "This was not my doing."}),
            "add_dispute_evidence" => json!({"type": "other", "text": "See order 4921."}),
            "advance_dispute" => json!({"to": "responded"}),
            "withdraw" => withdrawal(),
            "settle_withdrawal" => json!({"to": "confirmed"}),
            "create_webhook" => json!({"url": "https://hooks.example.com/", "events": ["*"]}),
            "recover_webhook" => json!({"after_seq": 0}),
            "open_ticket" => question(),
            _ => json!({}),
        }
    }

    /// A request with which the operation succeeds, on behalf of `client`.
    pub fn request(&self, client: &Client, operation: &Operation) -> Request {
        self.request_with(client, operation, &self.body(operation))
    }

    /// A request of the operation with this body, on behalf of `client`.
    pub fn request_with(&self, client: &Client, operation: &Operation, body: &Value) -> Request {
        let request = client.request(method(operation), &self.path(operation));
        if operation.method == Method::Get { request } else { request.json(body) }
    }

    /// The session of the account on which the operation can succeed.
    pub fn session(&self, operation: &Operation) -> &Client {
        match operation.id {
            "disable_2fa" => &self.guarded[0].0,
            "disable_2fa_by_post" => &self.guarded[1].0,
            "panic" | "lift_panic" => &self.stopped,
            _ => &self.client,
        }
    }

    /// A client that holds the operation's scope and nothing more.
    pub fn least(&self, operation: &Operation) -> Client {
        let session = self.session(operation);
        match operation.access {
            Access::Public | Access::Session => session.clone(),
            Access::Bearer(None) => session.api_key(&[]),
            Access::Bearer(Some(scope)) | Access::Own(scope) => session.api_key(&[scope.as_str()]),
        }
    }
}

/// An account with an authenticator: its session, and a recovery code.
fn guarded(server: &Server) -> (Client, String) {
    let client = server.sign_up();
    let (_, mut codes) = Authenticator::set_up(server, &client);
    (client, codes.remove(0))
}

/// A withdrawal to an address that nobody was paid at before.
fn withdrawal() -> Value {
    json!({"amount_usd": 10, "chain": "bsc", "address": fresh_address()})
}

/// Lets the merchant capture a purchase; gives the captured step's id.
fn capture(client: &Client, bought: &Value) -> String {
    let id = text(bought, "authorization_id");
    let made = client.post(&format!("/v1/test/authorizations/{id}/capture"), &json!({}));
    text(&made.expect(201), "id").to_owned()
}

fn question() -> Value {
    json!({"subject": "A late card", "body": "It was shipped ten days ago."})
}

/// The operation's method.
pub fn method(operation: &Operation) -> reqwest::Method {
    match operation.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}
