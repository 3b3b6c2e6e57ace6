use cardium_auth::Scope;
use cardium_kernel::ErrorCode;

use super::events::{GET_EVENT, LIST_EVENTS};
use crate::{
    operation::{Access, Kind, Method, Operation, Parameter, act, create, get, patch},
    webhook::{WebhookIn, WebhookOut},
    webhook_patch::{WebhookDeliveryOut, WebhookPatchIn},
};

/// Operations of the group "Webhooks".
pub const OPERATIONS: &[Operation] = &[
    get("list_webhooks", "/webhooks", Scope::WebhookRead)
        .says("List webhook endpoints")
        .lists::<WebhookOut>(&["created_at"])
        .asks(&[
            Parameter::query(
                "status",
                Kind::Word(&["enabled", "disabled"]),
                "Enabled or disabled ones",
            ),
            Parameter::query(
                "mode",
                Kind::Word(&["live", "sandbox"]),
                "Those that get events of this book alone",
            ),
        ]),
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
    patch("update_webhook", "/webhooks/{id}", Scope::WebhookWrite)
        .says("Change a webhook endpoint, or disable it for a while")
        .takes::<WebhookPatchIn>()
        .gives::<WebhookOut>()
        .refuses(&[ErrorCode::UnsafeWebhookUrl, ErrorCode::UnknownEvent]),
    Operation::new(
        "delete_webhook",
        Method::Delete,
        "/webhooks/{id}",
        Access::Bearer(Some(Scope::WebhookWrite)),
    )
    .says("Remove a webhook endpoint"),
    act("replay_webhook", "/webhooks/{id}/replay/{eid}", Scope::WebhookWrite)
        .says("Send an event of the last 90 days to an endpoint once more")
        .gives::<WebhookDeliveryOut>()
        .refuses(&[ErrorCode::WebhookDisabled, ErrorCode::EventExpired]),
    LIST_EVENTS,
    GET_EVENT,
];
