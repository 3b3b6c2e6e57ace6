use cardium_auth::Scope;

use crate::operation::{Access, Method, Operation, create, get};

/// Operations of the group "Webhooks".
pub const OPERATIONS: &[Operation] = &[
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
];
