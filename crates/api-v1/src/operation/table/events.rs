use cardium_auth::Scope;
use cardium_kernel::{ErrorCode, PageLimit};

use super::activity::TYPES;
use crate::{
    event::EventOut,
    event_stream::{StreamOut, WAIT_MAX},
    operation::{Kind, Operation, Parameter, get},
};

/// Reads the stream; one of the group "Webhooks".
pub(super) const LIST_EVENTS: Operation = get("list_events", "/events", Scope::WebhookRead)
    .says("Read the account's events in order, or wait for the next one")
    .gives::<StreamOut<'static>>()
    .asks(&[
        Parameter::query(
            "after_seq",
            Kind::Number(0, i64::MAX),
            "Only events after this account_seq; without it all that are kept",
        ),
        Parameter::query(
            "limit",
            Kind::Number(1, PageLimit::MAX as i64),
            "How many events an answer has at most; 25 unless told",
        ),
        Parameter::query("type", Kind::Words(&TYPES), "Only events of these types"),
        Parameter::query("mode", Kind::Word(&["live", "sandbox"]), "Only events of this book"),
        Parameter::query(
            "wait_seconds",
            Kind::Number(0, WAIT_MAX),
            "How long to wait for an event where there is none",
        ),
    ])
    .refuses(&[ErrorCode::UnknownEvent, ErrorCode::EventExpired]);

/// Shows one event; another of the group "Webhooks".
pub(super) const GET_EVENT: Operation = get("get_event", "/events/{id}", Scope::WebhookRead)
    .says("Show an event as webhooks do")
    .gives::<EventOut<'static>>();
