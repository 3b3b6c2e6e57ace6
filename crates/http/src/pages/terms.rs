//! The part of a form that says what a client may do: the same where it is given and where it is
//! narrowed.

use std::time::Duration;

use cardium_auth::{Scope, ScopeSet};
use cardium_kernel::{Problem, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    chrome::Faults,
    fields::Fields,
    visit::Visit,
    words::{Weight, is_risky, plain_amount, scope_words, spends, text},
};

/// The most cards that a form lists.
pub const CARDS: usize = 100;
/// What an owner is offered where money may be spent and nothing was agreed so far.
const MODEST: [&str; 4] = ["50.00", "100.00", "500.00", "25.00"];
/// How long that lasts.
const MODEST_TIME: Duration = Duration::from_secs(30 * 86_400);

/// A scope that can be ticked.
pub struct ScopeOption {
    pub id: String,
    pub value: &'static str,
    pub title: &'static str,
    pub note: &'static str,
    pub risky: bool,
    pub ticked: bool,
}

/// Scopes of one weight.
pub struct ScopeGroup {
    pub title: &'static str,
    pub options: Vec<ScopeOption>,
}

/// A card that can be ticked.
pub struct CardOption {
    pub id: String,
    pub label: String,
    pub ticked: bool,
}

/// Which cards.
pub struct CardChoice {
    pub offered: Vec<CardOption>,
    /// Whether all cards can be chosen.
    pub whole: bool,
    /// Whether all cards are chosen.
    pub all: bool,
    /// Whether there are more than are listed.
    pub more: bool,
}

/// What may be spent, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MandateFields {
    pub per_transaction_usd: String,
    pub daily_usd: String,
    pub total_usd: String,
    pub approval_above_usd: String,
    pub expires_on: String,
    pub merchants: String,
    pub mccs: String,
}

/// What a client may do, as a form shows it.
pub struct Terms {
    pub groups: Vec<ScopeGroup>,
    pub cards: CardChoice,
    pub reveal: String,
    /// Whether a card number could be revealed.
    pub reveals: bool,
    pub mandate: MandateFields,
    /// Whether money could be spent.
    pub spends: bool,
}

/// Scopes of a form by weight.
pub fn scope_groups(offered: ScopeSet, ticked: impl Fn(Scope) -> bool) -> Vec<ScopeGroup> {
    let option = |scope: Scope| {
        let words = scope_words(scope);
        ScopeOption {
            id: format!("scope-{}", scope.as_str().replace([':', '_'], "-")),
            value: scope.as_str(),
            title: words.title,
            note: words.note,
            risky: is_risky(scope),
            ticked: ticked(scope),
        }
    };
    let group = |weight: Weight| {
        let of = offered.iter().filter(|scope| scope_words(*scope).weight == weight);
        ScopeGroup { title: weight.title(), options: of.map(option).collect() }
    };
    let groups = Weight::ALL.into_iter().map(group);
    groups.filter(|group| !group.options.is_empty()).collect()
}

/// Whether any of the scopes spends money.
pub fn any_spends(scopes: ScopeSet) -> bool {
    scopes.iter().any(spends)
}

/// The scopes that are ticked in a form, and no other: what is not ticked is refused.
pub fn ticked_scopes(fields: &Fields) -> ScopeSet {
    ScopeSet::exactly(fields.all("scope").filter_map(Scope::parse))
}

/// The scopes of an answer.
pub fn scopes_of(value: &Value) -> ScopeSet {
    let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    ScopeSet::exactly(names.filter_map(Scope::parse))
}

/// The first cards of the account, and whether there are more.
pub async fn cards(visit: &Visit) -> Result<(Vec<Value>, bool), Problem> {
    let list = visit.read("list_cards", "", &format!("limit={CARDS}")).await?;
    let more = list["has_more"].as_bool().unwrap_or(false);
    let cards = list["data"].as_array().cloned().unwrap_or_default();
    Ok((cards.into_iter().filter(|card| card["status"] != "cancelled").collect(), more))
}

/// What an owner knows a card by.
pub fn card_label(card: &Value) -> String {
    let brand = match text(card, "brand") {
        "visa" => "Visa",
        "mastercard" => "Mastercard",
        other => other,
    };
    let number = format!("{brand} \u{b7}\u{b7}\u{b7}\u{b7} {}", text(card, "last4"));
    let sandbox = if card["mode"] == "sandbox" { " (sandbox)" } else { "" };
    match text(card, "label") {
        "" => format!("{number}{sandbox}"),
        label => format!("{label} \u{2013} {number}{sandbox}"),
    }
}

impl CardChoice {
    /// The cards that can be chosen, with those that are.
    pub fn new(
        (cards, more): (Vec<Value>, bool),
        only: Option<&[String]>,
        chosen: Option<&[String]>,
    ) -> Self {
        let within = |id: &str| only.is_none_or(|only| only.iter().any(|one| one == id));
        let is_chosen = |id: &str| chosen.is_some_and(|some| some.iter().any(|one| one == id));
        let listed = cards.iter().filter(|card| within(text(card, "id"))).map(|card| CardOption {
            id: text(card, "id").to_owned(),
            label: card_label(card),
            ticked: is_chosen(text(card, "id")),
        });
        let mut offered: Vec<CardOption> = listed.collect();
        // What was asked for or agreed beyond the list stands in it by its id.
        let named = only.or(chosen).unwrap_or_default();
        for id in named {
            if !offered.iter().any(|card| &card.id == id) {
                let (id, label) = (id.clone(), id.clone());
                offered.push(CardOption { ticked: is_chosen(&id), id, label });
            }
        }
        Self { offered, whole: only.is_none(), all: chosen.is_none(), more }
    }
}

/// The cards that a form chooses: none for all of them.
pub fn chosen_cards(fields: &Fields) -> Option<Vec<String>> {
    let some = fields.text("reach") != "all";
    some.then(|| fields.all("card").map(str::to_owned).collect())
}

impl MandateFields {
    /// What was typed.
    pub fn typed(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        Self {
            per_transaction_usd: text("per_transaction_usd"),
            daily_usd: text("daily_usd"),
            total_usd: text("total_usd"),
            approval_above_usd: text("approval_above_usd"),
            expires_on: text("expires_on"),
            merchants: text("merchants"),
            mccs: text("mccs"),
        }
    }

    /// What is agreed, from an answer.
    pub fn agreed(mandate: &Value) -> Self {
        let amount = |name: &str| plain_amount(&mandate[name]).unwrap_or_default();
        let list = |name: &str, between: &str| {
            let entries = mandate[name].as_array().into_iter().flatten();
            entries.filter_map(Value::as_str).collect::<Vec<_>>().join(between)
        };
        Self {
            per_transaction_usd: amount("per_transaction_usd"),
            daily_usd: amount("daily_usd"),
            total_usd: amount("total_usd"),
            approval_above_usd: amount("approval_above_usd"),
            expires_on: text(mandate, "expires_at").chars().take(10).collect(),
            merchants: list("merchants", "\n"),
            mccs: list("mccs", ", "),
        }
    }

    /// What is offered at first.
    pub fn modest(now: Timestamp) -> Self {
        let [per_transaction, daily, total, above] = MODEST.map(str::to_owned);
        let end = now.after(MODEST_TIME);
        Self {
            per_transaction_usd: per_transaction,
            daily_usd: daily,
            total_usd: total,
            approval_above_usd: above,
            expires_on: day(end),
            ..Self::default()
        }
    }

    /// The same as the API takes it; what is empty bounds nothing.
    pub fn input(&self) -> Map<String, Value> {
        let amount = |text: &str| match text.trim_start_matches('$').replace([',', ' '], "") {
            digits if digits.is_empty() => Value::Null,
            digits => json!(digits),
        };
        let list = |text: &str, marks: &[char]| {
            let entries = text.split(marks).map(str::trim).filter(|entry| !entry.is_empty());
            json!(entries.collect::<Vec<_>>())
        };
        let end = Some(&self.expires_on).filter(|date| !date.is_empty());
        let mut input = Map::new();
        let mut put = |name: &str, value| input.insert(name.to_owned(), value);
        put("per_transaction_usd", amount(&self.per_transaction_usd));
        put("daily_usd", amount(&self.daily_usd));
        put("total_usd", amount(&self.total_usd));
        put("approval_above_usd", amount(&self.approval_above_usd));
        put("expires_at", end.map_or(Value::Null, |date| json!(format!("{date}T23:59:59Z"))));
        put("merchants", list(&self.merchants, &['\n', '\r']));
        put("mccs", list(&self.mccs, &['\n', '\r', ',', ' ']));
        input
    }
}

/// A moment's day, as forms show it.
pub fn day(moment: Timestamp) -> String {
    moment.to_string().chars().take(10).collect()
}

/// What a problem says of a form: the field of the page that is at fault, where it has one.
pub fn faults_of(problem: &Problem) -> Faults {
    use cardium_kernel::ErrorCode::{InvalidCredentials, StepUpRequired};
    let param = problem.param.as_deref().unwrap_or("");
    let param = param.strip_prefix("mandate.").unwrap_or(param);
    let param = param.split('[').next().unwrap_or("");
    match (problem.code, param) {
        (StepUpRequired, _) => Faults::one("password", "Enter your password to confirm this."),
        (InvalidCredentials, "totp_code") => {
            Faults::one("totp_code", "The code is wrong, or was used already.")
        }
        (InvalidCredentials, _) => Faults::one("password", "The password is wrong."),
        (_, "expires_at") => Faults::one("expires_on", "Choose a day that is still to come."),
        (_, "") => Faults::one("", problem.message.clone()),
        (_, "scopes") => Faults::one("scopes", problem.message.clone()),
        (_, field) => Faults::one(field, said(field, problem)),
    }
}

/// A message without the field's name on the wire, which stands beside it as people know it.
fn said(field: &str, problem: &Problem) -> String {
    let rule = problem.message.split_once("' ").map(|(_, rule)| rule);
    let rule = rule.filter(|_| problem.message.starts_with("Field '"));
    match (rule, field) {
        (Some(rule), _) => format!("This {rule}"),
        (None, _) => problem.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mandate_goes_through_a_form_and_comes_back() {
        let agreed: Value = serde_json::from_str(
            r#"{"per_transaction_usd": 50.00, "daily_usd": null, "total_usd": 1500.00,
            "approval_above_usd": 0.00, "expires_at": "2026-12-01T10:00:00Z",
            "merchants": ["A 1", "B,2"], "mccs": ["5411", "3000-3299"]}"#,
        )
        .unwrap();
        let fields = MandateFields::agreed(&agreed);
        let input = Value::Object(fields.input());
        let expected = json!({"per_transaction_usd": "50.00", "daily_usd": null,
            "total_usd": "1500.00", "approval_above_usd": "0.00",
            "expires_at": "2026-12-01T23:59:59Z", "merchants": ["A 1", "B,2"],
            "mccs": ["5411", "3000-3299"]});
        assert_eq!(input, expected);
    }

    #[test]
    fn amounts_may_be_typed_as_people_write_them() {
        let fields = Fields::parse(b"total_usd=%241%2C500&per_transaction_usd=+5+");
        let input = MandateFields::typed(&fields).input();
        assert_eq!(
            (&input["total_usd"], &input["per_transaction_usd"]),
            (&json!("1500"), &json!("5"))
        );
    }

    #[test]
    fn what_is_not_ticked_is_not_given() {
        let only = ScopeSet::exactly([Scope::CardIssue]);
        assert_eq!(ticked_scopes(&Fields::parse(b"scope=card%3Aissue")), only);
        assert_eq!(scopes_of(&json!(["card:issue"])), only);
    }

    #[test]
    fn groups_hold_each_scope_once() {
        let groups = scope_groups(ScopeSet::all(), |_| false);
        let count: usize = groups.iter().map(|group| group.options.len()).sum();
        assert_eq!(count, Scope::ALL.len());
    }
}
