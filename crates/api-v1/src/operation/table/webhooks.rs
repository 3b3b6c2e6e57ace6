use cardium_auth::Scope;
use cardium_kernel::ErrorCode;

use crate::{
    operation::{Access, Method, Operation, create, get},
    webhook::{WebhookIn, WebhookOut},
};

/// Operations of the group "Webhooks".
pub const OPERATIONS: &[Operation] = &[
    get("list_webhooks", "/webhooks", Scope::WebhookRead)
        .says("List webhook endpoints")
        .lists::<WebhookOut>(&["created_at"]),
    create("create_webhook", "/webhooks", Scope::WebhookWrite)
        .secret()
        .says("Subscribe an endpoint to events; its signing secret is shown this once")
        .takes::<WebhookIn>()
        .gives::<WebhookOut>()
        .refuses(&[
            ErrorCode::UnsafeWebhookUrl,
            ErrorCode::UnknownEvent,
            ErrorCode::WebhookLimitReached,
        ]),
    Operation::new(
        "delete_webhook",
        Method::Delete,
        "/webhooks/{id}",
        Access::Bearer(Some(Scope::WebhookWrite)),
    )
    .says("Remove a webhook endpoint"),
];
