use cardium_app::EventType;
use cardium_auth::Scope;
use cardium_kernel::{ErrorCode, EventId};

use super::events::{GET_EVENT, LIST_EVENTS};
use crate::{
    operation::{
        Access, Kind, Method, Operation, Parameter, Shape, act, create, get, parameter::MODE, patch,
    },
    text::Text,
    webhook::{WebhookIn, WebhookOut},
    webhook_gaps::{GAP_EVENTS, GapsOut, PingOut, RecoverIn, RecoveryOut},
    webhook_log::DeliveryOut,
    webhook_patch::{WebhookDeliveryOut, WebhookPatchIn},
    webhook_secret::RotateSecretIn,
    word::Word,
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
    get("get_webhook", "/webhooks/{id}", Scope::WebhookRead)
        .says("Show a webhook endpoint")
        .gives::<WebhookOut>(),
    act("ping_webhook", "/webhooks/{id}/ping", Scope::WebhookWrite)
        .says("Send an endpoint an event about itself")
        .gives::<PingOut>()
        .refuses(&[ErrorCode::WebhookDisabled]),
    get("list_webhook_deliveries", "/webhooks/{id}/deliveries", Scope::WebhookRead)
        .says("List what was sent to an endpoint, attempt by attempt")
        .lists::<DeliveryOut>(&["created_at"])
        .asks(&[
            Parameter::query(
                "status",
                Kind::Word(&["pending", "queued", "delivered", "failed"]),
                "Only deliveries in this state",
            ),
            Parameter::query(
                "event_type",
                Kind::Form(Shape::of::<Word<EventType>>()),
                "Only events of this type",
            ),
            Parameter::query(
                "event_id",
                Kind::Form(Shape::of::<Text<EventId>>()),
                "Only this event",
            ),
            MODE,
        ]),
    get("list_webhook_gaps", "/webhooks/{id}/gaps", Scope::WebhookRead)
        .says("Show which events an endpoint asks for and was not delivered")
        .gives::<GapsOut>()
        .asks(&[
            Parameter::query(
                "after_seq",
                Kind::Number(0, i64::MAX),
                "Only events after this account_seq; without it all that are kept",
            ),
            Parameter::query(
                "limit",
                Kind::Number(1, GAP_EVENTS),
                "How many events are looked through at most; 1000 unless told",
            ),
        ]),
    act("recover_webhook", "/webhooks/{id}/recover", Scope::WebhookWrite)
        .says("Send an endpoint everything again that it missed")
        .takes::<RecoverIn>()
        .gives::<RecoveryOut>()
        .refuses(&[ErrorCode::WebhookDisabled, ErrorCode::EventExpired]),
    act("rotate_webhook_secret", "/webhooks/{id}/rotate_secret", Scope::WebhookWrite)
        .secret()
        .says("Let a new signing secret take over from the present one; it is shown this once")
        .takes::<RotateSecretIn>()
        .gives::<WebhookOut>(),
    act("confirm_webhook_secret", "/webhooks/{id}/confirm_secret", Scope::WebhookWrite)
        .is_final()
        .says("Let the next signing secret take over now")
        .gives::<WebhookOut>()
        .refuses(&[ErrorCode::NoSecretRotation]),
    LIST_EVENTS,
    GET_EVENT,
];
