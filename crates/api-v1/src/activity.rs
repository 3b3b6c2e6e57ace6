//! What happened on an account: its events, a readable line each.

use std::borrow::Cow;

use cardium_app::{
    Actor, EventType,
    event::Reader,
    reads::{Activity, ActivityFilter, ActorFacts, ByCreation},
};
use cardium_auth::CredentialKind;
use cardium_kernel::{
    AccountId, ActivityId, AnnouncementId, ApprovalId, CardId, CredentialId, DisputeId, EndpointId,
    EventId, GrantId, Problem, TicketId, Timestamp, TopupId, TransactionId, WithdrawalId,
};
use cardium_webhooks::DisabledBy;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::{
    field::invalid,
    query::{Order, Query},
    text::Text,
};

/// The order of activities.
pub const ORDER: Order<'static, ByCreation> = Order {
    fields: &[("created_at", ByCreation)],
    cursor: |text| ActivityId::parse(text).map(ActivityId::value),
};

/// The filters of an activity list.
///
/// # Errors
/// `invalid_field`.
pub fn filter(query: &Query) -> Result<ActivityFilter, Problem> {
    Ok(ActivityFilter {
        kind: query.word("type", EventType::parse, "the documented events")?,
        actor: query.read("actor", actor)?,
        object: query.read("object_id", object)?,
        book: query.mode()?,
        reader: Reader::Owner,
    })
}

/// An actor as the store names it.
///
/// # Errors
/// `invalid_field`.
pub(crate) fn actor(text: &str, param: &str) -> Result<String, Problem> {
    let words = [Actor::Public, Actor::Network, Actor::System].map(Actor::as_str);
    if words.contains(&text) || CredentialId::parse(text).is_ok() {
        return Ok(text.to_owned());
    }
    if let Ok(grant) = GrantId::parse(text) {
        return Ok(CredentialId::new(grant.value()).to_string());
    }
    Err(invalid(
        param,
        "must be the id of a credential or a grant, or one of public, network, system",
    ))
}

/// The id of whatever events are about.
fn object(text: &str, param: &str) -> Result<u128, Problem> {
    let id = None
        .or_else(|| AccountId::parse(text).ok().map(AccountId::value))
        .or_else(|| TopupId::parse(text).ok().map(TopupId::value))
        .or_else(|| CardId::parse(text).ok().map(CardId::value))
        .or_else(|| TransactionId::parse(text).ok().map(TransactionId::value))
        .or_else(|| DisputeId::parse(text).ok().map(DisputeId::value))
        .or_else(|| WithdrawalId::parse(text).ok().map(WithdrawalId::value))
        .or_else(|| TicketId::parse(text).ok().map(TicketId::value))
        .or_else(|| EndpointId::parse(text).ok().map(EndpointId::value))
        .or_else(|| GrantId::parse(text).ok().map(GrantId::value))
        .or_else(|| ApprovalId::parse(text).ok().map(ApprovalId::value))
        .or_else(|| AnnouncementId::parse(text).ok().map(AnnouncementId::value));
    id.ok_or_else(|| invalid(param, "must be the id of an object that events are about"))
}

const DIGITS: &str = "[0-7][0-9a-hjkmnp-tv-z]{25}";

/// The schema of an actor's name.
pub struct ActorName;

impl JsonSchema for ActorName {
    fn schema_name() -> Cow<'static, str> {
        "ActorName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!("^(public|network|system|(key|grant)_{DIGITS})$");
        json_schema!({"type": "string", "pattern": pattern, "examples": ["network"]})
    }
}

/// The schema of the id of whatever events are about.
pub struct ObjectName;

impl JsonSchema for ObjectName {
    fn schema_name() -> Cow<'static, str> {
        "ObjectName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!("^(acc|top|card|tx|dp|wd|tk|wh|grant|apr|ann)_{DIGITS}$");
        let example = CardId::new(1 << 120).to_string();
        json_schema!({"type": "string", "pattern": pattern, "examples": [example]})
    }
}

/// Who did something.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Actor")]
pub struct ActorOut {
    /// Null where it was not recorded.
    #[serde(rename = "type")]
    #[schemars(extend(
        "enum" = ["session", "api_key", "agent", "credential", "public", "network", "system", null]
    ))]
    kind: Option<&'static str>,
    /// The credential, or the grant of an agent, where one acted.
    id: Option<ActorId>,
}

/// The id of whatever acts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
enum ActorId {
    Credential(Text<CredentialId>),
    Grant(Text<GrantId>),
}

impl From<ActorFacts> for ActorOut {
    fn from(actor: ActorFacts) -> Self {
        let (kind, id) = match actor {
            ActorFacts::Credential(id, kind) => {
                let word = match kind {
                    Some(CredentialKind::Session) => "session",
                    Some(CredentialKind::ApiKey) => "api_key",
                    Some(CredentialKind::Grant) => "agent",
                    None => "credential",
                };
                let id = match kind {
                    Some(CredentialKind::Grant) => ActorId::Grant(Text(GrantId::new(id.value()))),
                    Some(CredentialKind::Session | CredentialKind::ApiKey) | None => {
                        ActorId::Credential(Text(id))
                    }
                };
                (Some(word), Some(id))
            }
            ActorFacts::Public => (Some(Actor::Public.as_str()), None),
            ActorFacts::Network => (Some(Actor::Network.as_str()), None),
            ActorFacts::System => (Some(Actor::System.as_str()), None),
            ActorFacts::Unknown => (None, None),
        };
        Self { kind, id }
    }
}

/// Something that happened, as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ActivityOut {
    id: Text<ActivityId>,
    #[schemars(extend("const" = "activity"))]
    object: &'static str,
    /// The event's name.
    #[serde(rename = "type")]
    kind: String,
    actor: ActorOut,
    /// What kind of object it happened to.
    object_type: String,
    /// The object.
    object_id: String,
    #[schemars(extend("enum" = ["live", "sandbox"]))]
    mode: &'static str,
    /// What happened, in one line.
    summary: String,
    /// The event that webhooks tell of it.
    event_id: Text<EventId>,
    /// Its place in the account's events, without gaps.
    account_seq: i64,
    created_at: Text<Timestamp>,
}

impl From<&Activity> for ActivityOut {
    fn from(activity: &Activity) -> Self {
        let event = &activity.event;
        let facts: Facts = serde_json::from_slice(&event.object).unwrap_or_default();
        let summary = EventType::parse(&event.kind).map(|kind| summary(kind, &facts));
        Self {
            id: Text(ActivityId::new(event.id.value())),
            object: "activity",
            kind: event.kind.clone(),
            actor: ActorOut::from(activity.actor),
            mode: event.book.as_str(),
            summary: summary.unwrap_or_else(|| event.kind.clone()),
            event_id: Text(event.id),
            account_seq: event.account_seq,
            created_at: Text(event.created_at),
            object_type: facts.object,
            object_id: facts.id,
        }
    }
}

/// What a summary takes from an event's object.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Facts {
    id: String,
    object: String,
    amount_usd: Option<Number>,
    received_usd: Option<Number>,
    last4: Option<String>,
    merchant: Option<MerchantFacts>,
    decline: Option<DeclineFacts>,
    disabled_by: Option<String>,
    client: Option<ClientFacts>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MerchantFacts {
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ClientFacts {
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DeclineFacts {
    code: Option<String>,
}

impl Facts {
    fn of_amount(&self) -> String {
        self.amount_usd.as_ref().map_or_else(String::new, |amount| format!(" of {amount} USD"))
    }

    fn at_merchant(&self) -> String {
        let name = self.merchant.as_ref().and_then(|merchant| merchant.name.as_deref());
        let name = name.filter(|name| !name.is_empty());
        name.map_or_else(String::new, |name| format!(" at {name}"))
    }

    fn card(&self, what: &str) -> String {
        match &self.last4 {
            Some(last4) => format!("Card ending in {last4} {what}"),
            None => format!("Card {what}"),
        }
    }

    fn topup(&self, what: &str) -> String {
        format!("Top-up{} {what}", self.of_amount())
    }

    fn purchase(&self, what: &str) -> String {
        format!("{what}{}{}", self.of_amount(), self.at_merchant())
    }

    fn dispute(&self, what: &str) -> String {
        format!("Dispute{} {what}", self.of_amount())
    }

    fn withdrawal(&self, what: &str) -> String {
        format!("Withdrawal{} {what}", self.of_amount())
    }

    fn grant(&self, what: &str) -> String {
        let name = self.client.as_ref().and_then(|client| client.name.as_deref());
        let name = name.filter(|name| !name.is_empty());
        let of = name.map_or_else(String::new, |name| format!(" of {name}"));
        format!("Access{of} {what}")
    }

    fn approval(&self, what: &str) -> String {
        format!("Request of an agent{} {what}", self.of_amount())
    }

    fn disabled(&self) -> String {
        let by = self.disabled_by.as_deref();
        if by == Some(DisabledBy::Grant.as_str()) {
            return "Webhook disabled with the access of its agent".to_owned();
        }
        "Webhook disabled after days of failures".to_owned()
    }

    fn received(&self) -> String {
        match &self.received_usd {
            Some(received) => format!("Top-up credited with {received} USD"),
            None => "Top-up credited".to_owned(),
        }
    }

    fn declined(&self) -> String {
        let line = self.purchase("Purchase");
        match self.decline.as_ref().and_then(|decline| decline.code.as_deref()) {
            Some(code) => format!("{line} declined: {}", code.replace('_', " ")),
            None => format!("{line} declined"),
        }
    }
}

fn summary(kind: EventType, facts: &Facts) -> String {
    match kind {
        EventType::AccountCreated => "Account opened".to_owned(),
        EventType::AccountSignedIn => "Signed in".to_owned(),
        EventType::AccountSignedOut => "Signed out".to_owned(),
        EventType::AccountPasswordChanged => "Password changed".to_owned(),
        EventType::AccountEmailChanged => "E-mail address changed".to_owned(),
        EventType::AccountTotpEnabled => "Two-factor authentication turned on".to_owned(),
        EventType::AccountTotpDisabled => "Two-factor authentication turned off".to_owned(),
        EventType::TopupCreated => facts.topup("asked for"),
        EventType::TopupConfirmed => facts.received(),
        EventType::TopupExpired => facts.topup("expired"),
        EventType::TopupCancelled => facts.topup("cancelled"),
        EventType::TopupError => facts.topup("failed"),
        EventType::CardIssued => facts.card("issued"),
        EventType::CardLoaded => facts.card("loaded"),
        EventType::CardUnloaded => facts.card("unloaded"),
        EventType::CardFrozen => facts.card("frozen"),
        EventType::CardUnfrozen => facts.card("unfrozen"),
        EventType::CardCancelled => facts.card("cancelled"),
        EventType::CardReplaced => facts.card("replaced"),
        EventType::TransactionAuthorized => facts.purchase("Authorization"),
        EventType::TransactionCaptured => facts.purchase("Purchase"),
        EventType::TransactionRefunded => facts.purchase("Refund"),
        EventType::TransactionDeclined => facts.declined(),
        EventType::TransactionReversed => facts.purchase("Reversal"),
        EventType::TransactionHookLate => {
            "The decision hook answered after its time was over".to_owned()
        }
        EventType::DisputeOpened => facts.dispute("opened"),
        EventType::DisputeResponded => facts.dispute("answered by the merchant"),
        EventType::DisputeWon => facts.dispute("won"),
        EventType::DisputeLost => facts.dispute("lost"),
        EventType::WithdrawalCreated => facts.withdrawal("asked for"),
        EventType::WithdrawalBroadcasted => facts.withdrawal("sent to the chain"),
        EventType::WithdrawalConfirmed => facts.withdrawal("confirmed"),
        EventType::WithdrawalFailed => facts.withdrawal("failed"),
        EventType::WebhookPing => "Webhook tested".to_owned(),
        EventType::WebhookFailing => "Webhook failing; it will be disabled".to_owned(),
        EventType::WebhookDisabled => facts.disabled(),
        EventType::GrantCreated => facts.grant("given"),
        EventType::GrantUpdated => facts.grant("changed"),
        EventType::GrantRevoked => facts.grant("ended"),
        EventType::ApprovalRequested => facts.approval("waits for you"),
        EventType::ApprovalApproved => facts.approval("approved"),
        EventType::ApprovalRejected => facts.approval("rejected"),
        EventType::SystemMaintenance => "Maintenance announced".to_owned(),
        EventType::SystemDeprecation => "Deprecation announced".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_name_amounts_and_merchants() {
        let facts = br#"{"id":"tx_1","object":"transaction","amount_usd":12.50,
            "merchant":{"name":"COFFEE"},"decline":{"code":"card_frozen"}}"#;
        let facts: Facts = serde_json::from_slice(facts).unwrap();
        for (kind, line) in [
            (EventType::TransactionAuthorized, "Authorization of 12.50 USD at COFFEE"),
            (
                EventType::TransactionDeclined,
                "Purchase of 12.50 USD at COFFEE declined: card frozen",
            ),
        ] {
            assert_eq!(summary(kind, &facts), line);
        }
        let card: Facts = serde_json::from_slice(br#"{"last4":"4921"}"#).unwrap();
        assert_eq!(summary(EventType::CardFrozen, &card), "Card ending in 4921 frozen");
    }

    #[test]
    fn every_event_reads_well_without_facts() {
        for kind in EventType::ALL {
            let line = summary(*kind, &Facts::default());
            let plain = !line.contains("  ") && !line.ends_with(' ') && line != kind.as_str();
            assert!(plain && line.starts_with(|c: char| c.is_uppercase()), "{kind:?}: {line}");
        }
    }

    #[test]
    fn filters_take_ids_of_what_events_are_about() {
        for good in [CardId::new(7).to_string(), TicketId::new(7).to_string()] {
            assert_eq!(object(&good, "object_id"), Ok(7));
        }
        for bad in [String::new(), "card_x".to_owned(), CredentialId::new(7).to_string()] {
            assert!(object(&bad, "object_id").is_err(), "{bad}");
        }
        for good in ["network".to_owned(), CredentialId::new(7).to_string()] {
            assert_eq!(actor(&good, "actor"), Ok(good.clone()));
        }
        assert!(actor("nobody", "actor").is_err() && actor("credential", "actor").is_err());
    }
}
