//! A grant as its owner sees it.

use cardium_auth::Scope;
use cardium_kernel::CardId;
use serde_json::Value;

use super::{
    terms::{card_label, scope_groups, scopes_of},
    words::{moment, text, usd},
};

/// Scopes of one weight, in words.
pub struct Lines {
    pub title: &'static str,
    pub lines: Vec<Line>,
}

/// A scope in words.
pub struct Line {
    pub title: &'static str,
    pub risky: bool,
}

/// A bound with what is spent of it.
pub struct Bound {
    pub name: &'static str,
    pub most: String,
    pub spent: String,
    pub left: String,
    /// How much of a hundred is spent.
    pub percent: u64,
}

/// A card whose number its owner opens.
pub struct Number {
    pub label: String,
    pub path: String,
}

/// What a client was given.
pub struct Connection {
    pub id: String,
    pub name: String,
    pub host: String,
    pub active: bool,
    pub groups: Vec<Lines>,
    pub cards: Vec<String>,
    pub reveal: &'static str,
    /// The cards whose numbers it leaves to its owner to open, as far as they are known.
    pub numbers: Vec<Number>,
    pub spends: bool,
    pub bounds: Vec<Bound>,
    pub per_transaction: Option<String>,
    pub approval_above: Option<String>,
    pub ends: String,
    pub merchants: Vec<String>,
    pub mccs: Vec<String>,
    pub since: String,
    pub last_used: String,
    pub revoked: String,
}

/// How a card number may be revealed, in words.
pub fn reveal_words(way: &str) -> &'static str {
    match way {
        "always" => "whenever it asks",
        "ask" => "each time after you approve",
        "link" => "never itself: you open the number on this site",
        _ => "",
    }
}

impl Connection {
    /// From an answer, with the account's cards for their names.
    pub fn new(grant: &Value, cards: &[Value]) -> Self {
        let mandate = &grant["mandate"];
        let scopes = scopes_of(&grant["scopes"]);
        let strings = |value: &Value| {
            let all = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            all.map(str::to_owned).collect::<Vec<_>>()
        };
        let reveals = scopes.allows(Scope::CardRevealPan);
        Self {
            id: text(grant, "id").to_owned(),
            name: text(&grant["client"], "name").to_owned(),
            host: text(&grant["client"], "redirect_host").to_owned(),
            active: grant["status"] == "active",
            groups: lines(grant),
            cards: strings(&grant["cards"]).iter().map(|id| named(id, cards)).collect(),
            reveal: if reveals { reveal_words(text(grant, "reveal")) } else { "" },
            numbers: if reveals { numbers(grant, cards) } else { Vec::new() },
            spends: super::terms::any_spends(scopes),
            bounds: bounds(grant),
            per_transaction: usd(&mandate["per_transaction_usd"]),
            approval_above: usd(&mandate["approval_above_usd"]),
            ends: moment(text(mandate, "expires_at")),
            merchants: strings(&mandate["merchants"]),
            mccs: strings(&mandate["mccs"]),
            since: moment(text(grant, "created_at")),
            last_used: moment(text(grant, "last_used_at")),
            revoked: moment(text(grant, "revoked_at")),
        }
    }
}

fn named(id: &str, cards: &[Value]) -> String {
    let found = cards.iter().find(|card| text(card, "id") == id);
    found.map_or_else(|| id.to_owned(), card_label)
}

fn numbers(grant: &Value, cards: &[Value]) -> Vec<Number> {
    if text(grant, "reveal") != "link" {
        return Vec::new();
    }
    let only = grant["cards"].as_array();
    let reached = |card: &&Value| only.is_none_or(|only| only.contains(&card["id"]));
    let number = |card: &Value| {
        let id = CardId::parse(text(card, "id")).ok()?;
        Some(Number { label: card_label(card), path: super::number(id) })
    };
    cards.iter().filter(reached).filter_map(number).collect()
}

fn lines(grant: &Value) -> Vec<Lines> {
    let groups = scope_groups(scopes_of(&grant["scopes"]), |_| true);
    let shown = groups.into_iter().map(|group| Lines {
        title: group.title,
        lines: group
            .options
            .into_iter()
            .map(|option| Line { title: option.title, risky: option.risky })
            .collect(),
    });
    shown.collect()
}

/// The bounds of the day and in all; of sandbox money only where some was spent.
fn bounds(grant: &Value) -> Vec<Bound> {
    let mut bounds = Vec::new();
    let cases = [
        ("live", "Today", "daily_usd", "today_usd"),
        ("live", "In total", "total_usd", "total_usd"),
        ("sandbox", "Today, sandbox", "daily_usd", "today_usd"),
        ("sandbox", "In total, sandbox", "total_usd", "total_usd"),
    ];
    for (book, name, bound, sum) in cases {
        let spent = &grant["spent"][book][sum];
        let Some(most) = usd(&grant["mandate"][bound]) else { continue };
        let cents = cents(spent);
        if book == "sandbox" && cents == 0 {
            continue;
        }
        let whole = self::cents(&grant["mandate"][bound]).max(1);
        bounds.push(Bound {
            name,
            most,
            spent: usd(spent).unwrap_or_default(),
            left: usd(&grant["remaining"][book][sum]).unwrap_or_default(),
            percent: (cents.saturating_mul(100) / whole).min(100),
        });
    }
    bounds
}

/// An amount in cents, for a bar.
fn cents(value: &Value) -> u64 {
    let digits = super::words::plain_amount(value).unwrap_or_default();
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}
