//! Grants: what an account's owner gave clients.

use cardium_app::reads::{ByCreation, GrantFilter};
use cardium_auth::{
    Credential, Scope,
    grants::{Grant, GrantChange, Mandate, MandateChange, Reveal, Spent},
};
use cardium_cards::{MCC_RANGES_MAXIMUM, MccRange};
use cardium_kernel::{Book, CardId, ErrorCode, GrantId, Money, Problem, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    amount::{AmountIn, AmountOut},
    api_key::{exact_scopes, scopes_schema, some_scopes_schema},
    controls::{ObjectIn, PatchIn},
    field::{invalid, moment, word},
    query::{Order, Query},
    schema::NotNegative,
    text::Text,
    word::Word,
};

/// The states of a grant.
pub const STATUSES: &[&str] = &["active", "revoked"];
/// The most cards that a grant is narrowed to.
const CARDS_MAXIMUM: usize = 50;
/// The most merchants that a mandate names.
const MERCHANTS_MAXIMUM: usize = 100;
/// The most characters of a card acceptor id (ISO 8583, field 42).
const MERCHANT_LENGTH: usize = 15;

/// The order of grant lists.
pub const ORDER: Order<'static, ByCreation> = Order {
    fields: &[("created_at", ByCreation)],
    cursor: |text| GrantId::parse(text).map(GrantId::value),
};

/// The filters of a grant list.
///
/// # Errors
/// `invalid_field`.
pub fn filter(query: &Query) -> Result<GrantFilter, Problem> {
    let open = |word: &str| match word {
        "active" => Some(true),
        "revoked" => Some(false),
        _ => None,
    };
    let open = query.word("status", open, &STATUSES.join(", "))?;
    let client_id = query.text("client_id").map(str::to_owned);
    Ok(GrantFilter { only: None, open, client_id })
}

/// A card's id.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used")]
struct CardIn(#[schemars(with = "Text<CardId>")] String);

/// A merchant, by its id in the card network (ISO 8583, field 42).
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used")]
struct MerchantIn(#[schemars(regex(pattern = "^[!-~]([ -~]{0,13}[!-~])?$"))] String);

/// A merchant category code, or a range of them.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used")]
struct MccIn(#[schemars(regex(pattern = "^[0-9]{4}(-[0-9]{4})?$"))] String);

/// A change of a grant; what is absent stays.
#[derive(Default, Deserialize, Validate, JsonSchema)]
#[serde(default)]
pub struct GrantPatch {
    /// What the client may do: some of what it may already. For more it has to ask.
    #[schemars(schema_with = "some_scopes_schema")]
    #[validate(length(max = 64))]
    scopes: Option<Vec<String>>,
    /// The only cards it reaches; null for all.
    #[schemars(with = "Option<Vec<CardIn>>", length(max = CARDS_MAXIMUM))]
    cards: PatchIn<Vec<String>>,
    /// How it may reveal a card number.
    #[schemars(with = "Option<Word<Reveal>>")]
    reveal: Option<String>,
    /// What it may spend; null for whatever there is.
    mandate: PatchIn<ObjectIn<MandateIn>>,
    /// Your password, where more is allowed and the session did not sign in within the last ten
    /// minutes.
    password: Option<String>,
    /// A code of your authenticator, in its place.
    #[validate(length(max = 64))]
    totp_code: Option<String>,
}

crate::api_key::proofs! {
    GrantPatch,
}

/// A change of a mandate; what is absent stays, and null lifts a bound.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
struct MandateIn {
    /// The most of one load, withdrawal or purchase.
    per_transaction_usd: PatchIn<AmountIn>,
    /// The most of a day (UTC).
    daily_usd: PatchIn<AmountIn>,
    /// The most in all.
    total_usd: PatchIn<AmountIn>,
    /// Above this you are asked first; 0 for always, null for never.
    #[schemars(with = "Option<NotNegative>")]
    approval_above_usd: PatchIn<AmountIn>,
    /// When it ends, a moment to come; null for never.
    #[schemars(with = "Option<Text<Timestamp>>")]
    expires_at: PatchIn<String>,
    /// The only merchants; null or empty for all.
    #[schemars(with = "Option<Vec<MerchantIn>>", length(max = MERCHANTS_MAXIMUM))]
    merchants: PatchIn<Vec<String>>,
    /// The only merchant categories; null or empty for all.
    #[schemars(with = "Option<Vec<MccIn>>", length(max = MCC_RANGES_MAXIMUM))]
    mccs: PatchIn<Vec<String>>,
}

impl GrantPatch {
    /// The change with typed fields.
    ///
    /// # Errors
    /// `invalid_field`, `invalid_precision` or `invalid_mcc`.
    pub fn parse(self, now: Timestamp) -> Result<GrantChange, Problem> {
        let way = |text: String| word(&text, "reveal", Reveal::parse, "always, ask, link");
        let mandate = self.mandate.into_change(|ObjectIn(mandate)| mandate.parse(now))?;
        Ok(GrantChange {
            scopes: self.scopes.map(|names| exact_scopes(&names)).transpose()?,
            cards: self.cards.into_change(|ids| cards(&ids))?,
            reveal: self.reveal.map(way).transpose()?,
            mandate: match mandate {
                None => MandateChange::default(),
                Some(None) => lifted(),
                Some(Some(change)) => change,
            },
        })
    }
}

/// The change that lifts every bound.
fn lifted() -> MandateChange {
    MandateChange {
        per_transaction: Some(None),
        daily: Some(None),
        total: Some(None),
        approval_above: Some(None),
        expires_at: Some(None),
        merchants: Some(Vec::new()),
        mccs: Some(Vec::new()),
    }
}

fn cards(ids: &[String]) -> Result<Vec<CardId>, Problem> {
    if ids.len() > CARDS_MAXIMUM {
        return Err(invalid("cards", &format!("must have at most {CARDS_MAXIMUM} cards")));
    }
    let mut cards = Vec::new();
    for (place, id) in ids.iter().enumerate() {
        let unknown = |_| invalid(&format!("cards[{place}]"), "must be a card of the account");
        let card = CardId::parse(id).map_err(unknown)?;
        if !cards.contains(&card) {
            cards.push(card);
        }
    }
    Ok(cards)
}

impl MandateIn {
    fn parse(self, now: Timestamp) -> Result<MandateChange, Problem> {
        let amount = |field: PatchIn<AmountIn>, name: &str| {
            field.into_change(|amount| amount.positive(&format!("mandate.{name}")))
        };
        let above = "mandate.approval_above_usd";
        Ok(MandateChange {
            per_transaction: amount(self.per_transaction_usd, "per_transaction_usd")?,
            daily: amount(self.daily_usd, "daily_usd")?,
            total: amount(self.total_usd, "total_usd")?,
            approval_above: self
                .approval_above_usd
                .into_change(|amount| amount.not_negative(above))?,
            expires_at: self.expires_at.into_change(|text| end(&text, now))?,
            merchants: self.merchants.or_cleared(Vec::new()).map(merchants).transpose()?,
            mccs: self.mccs.or_cleared(Vec::new()).map(|codes| mccs(&codes)).transpose()?,
        })
    }
}

fn end(text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let param = "mandate.expires_at";
    let end = moment(text, param)?;
    if end > now { Ok(end) } else { Err(invalid(param, "must lie in the future")) }
}

fn merchants(ids: Vec<String>) -> Result<Vec<String>, Problem> {
    if ids.len() > MERCHANTS_MAXIMUM {
        let rule = format!("must have at most {MERCHANTS_MAXIMUM} merchants");
        return Err(invalid("mandate.merchants", &rule));
    }
    let fits = |id: &String| {
        let printable = id.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        printable && (1..=MERCHANT_LENGTH).contains(&id.len()) && id.trim() == id
    };
    match ids.iter().position(|id| !fits(id)) {
        None => Ok(ids),
        Some(place) => {
            let rule = "must have 1 to 15 printable ASCII characters, without spaces around them";
            Err(invalid(&format!("mandate.merchants[{place}]"), rule))
        }
    }
}

fn mccs(codes: &[String]) -> Result<Vec<String>, Problem> {
    if codes.len() > MCC_RANGES_MAXIMUM {
        let rule = format!("must have at most {MCC_RANGES_MAXIMUM} codes or ranges");
        return Err(invalid("mandate.mccs", &rule));
    }
    let read = |(place, text): (usize, &String)| {
        let range = MccRange::parse(text).map(|range| range.to_string());
        range.ok_or_else(|| {
            let param = format!("mandate.mccs[{place}]");
            let message = format!("Field '{param}' must be four digits, or a range as 3000-3299.");
            Problem::field(ErrorCode::InvalidMcc, param, message)
        })
    };
    codes.iter().enumerate().map(read).collect()
}

/// Whom an owner gave it.
#[derive(Debug, Serialize, JsonSchema)]
struct ClientPart {
    /// Its `client_id`.
    id: String,
    /// What it calls itself.
    name: String,
    /// The host that it sends its users back to.
    redirect_host: String,
}

/// What a client may spend; null is no bound.
#[derive(Debug, Serialize, JsonSchema)]
struct MandatePart {
    per_transaction_usd: Option<AmountOut>,
    daily_usd: Option<AmountOut>,
    total_usd: Option<AmountOut>,
    approval_above_usd: Option<AmountOut>,
    expires_at: Option<Text<Timestamp>>,
    /// Empty for all.
    merchants: Vec<String>,
    /// Empty for all.
    mccs: Vec<String>,
}

impl From<&Mandate> for MandatePart {
    fn from(mandate: &Mandate) -> Self {
        Self {
            per_transaction_usd: mandate.per_transaction.map(AmountOut),
            daily_usd: mandate.daily.map(AmountOut),
            total_usd: mandate.total.map(AmountOut),
            approval_above_usd: mandate.approval_above.map(AmountOut),
            expires_at: mandate.expires_at.map(Text),
            merchants: mandate.merchants.clone(),
            mccs: mandate.mccs.clone(),
        }
    }
}

/// What a client spent.
#[derive(Debug, Serialize, JsonSchema)]
struct SpentPart {
    /// Of live money.
    live: SpentSums,
    /// Of sandbox money.
    sandbox: SpentSums,
}

/// What a client spent of one book.
#[derive(Debug, Serialize, JsonSchema)]
struct SpentSums {
    /// Since midnight UTC.
    today_usd: AmountOut,
    /// In all.
    total_usd: AmountOut,
}

impl SpentPart {
    fn new(spent: &Spent, now: Timestamp) -> Self {
        let sums = |book| SpentSums {
            today_usd: AmountOut(spent.today(book, now)),
            total_usd: AmountOut(spent.total(book)),
        };
        Self { live: sums(Book::Live), sandbox: sums(Book::Sandbox) }
    }
}

/// What a client may still spend.
#[derive(Debug, Serialize, JsonSchema)]
struct RemainingPart {
    /// Of live money.
    live: RemainingSums,
    /// Of sandbox money.
    sandbox: RemainingSums,
}

/// What a client may still spend of one book; null is no bound.
#[derive(Debug, Serialize, JsonSchema)]
struct RemainingSums {
    /// Until midnight UTC.
    today_usd: Option<AmountOut>,
    /// In all.
    total_usd: Option<AmountOut>,
}

impl RemainingPart {
    fn new(mandate: &Mandate, spent: &Spent, now: Timestamp) -> Self {
        let sums = |book| RemainingSums {
            today_usd: left(mandate.daily, spent.today(book, now)),
            total_usd: left(mandate.total, spent.total(book)),
        };
        Self { live: sums(Book::Live), sandbox: sums(Book::Sandbox) }
    }
}

/// What is left of a bound, which may have been lowered below what is spent.
fn left(most: Option<Money>, spent: Money) -> Option<AmountOut> {
    let left = most?.minus(spent).ok().filter(|left| left.is_positive());
    Some(AmountOut(left.unwrap_or(Money::usd(0))))
}

/// A grant as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GrantOut {
    id: Text<GrantId>,
    #[schemars(extend("const" = "grant"))]
    object: &'static str,
    client: ClientPart,
    #[schemars(schema_with = "scopes_schema")]
    scopes: Vec<&'static str>,
    /// The only cards it reaches; null for all.
    cards: Option<Vec<Text<CardId>>>,
    /// How it may reveal a card number.
    #[schemars(with = "Word<Reveal>")]
    reveal: &'static str,
    mandate: MandatePart,
    spent: SpentPart,
    remaining: RemainingPart,
    #[schemars(extend("enum" = ["active", "revoked"]))]
    status: &'static str,
    /// Null where it never was; events do not know it.
    last_used_at: Option<Text<Timestamp>>,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
    revoked_at: Option<Text<Timestamp>>,
}

impl GrantOut {
    /// The grant with the credential that holds its scopes.
    #[must_use]
    pub fn new(
        (grant, credential): (&Grant, &Credential),
        last_used_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let ids = |cards: &Vec<CardId>| cards.iter().copied().map(Text).collect();
        Self {
            id: Text(grant.id),
            object: "grant",
            client: ClientPart {
                id: grant.client_id.clone(),
                name: grant.client_name.clone(),
                redirect_host: grant.redirect_host.clone(),
            },
            scopes: credential.scopes.iter().map(Scope::as_str).collect(),
            cards: grant.cards.as_ref().map(ids),
            reveal: grant.reveal.as_str(),
            mandate: MandatePart::from(&grant.mandate),
            spent: SpentPart::new(&grant.spent, now),
            remaining: RemainingPart::new(&grant.mandate, &grant.spent, now),
            status: if grant.ended_at.is_some() { "revoked" } else { "active" },
            last_used_at: last_used_at.map(Text),
            created_at: Text(grant.created_at),
            updated_at: Text(grant.updated_at.max(credential.updated_at)),
            revoked_at: grant.ended_at.map(Text),
        }
    }
}
