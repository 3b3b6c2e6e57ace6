//! Cards.

use cardium_app::{
    event::CardView,
    reads::{CardFilter, CardSort},
};
use cardium_cards::{
    Brand, CancelReason, Card, CardStatus, CardType, ControlsPatch, FreezeReason, Fulfilment,
    Product, Shipping, Velocity, Wallet, WalletProvider, WalletState, find_product,
};
use cardium_kernel::{Book, CardId, ErrorCode, GrantId, Metadata, Money, Problem, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    amount::{AmountIn, AmountOut},
    controls::{
        ControlsIn, ControlsOut, GeoIn, GeoOut, LimitsIn, LimitsOut, MccIn, MccOut, ObjectIn,
    },
    field::{invalid, mode, required, word},
    metadata::{MetadataIn, MetadataOut},
    query::{Order, Query},
    shipping::{ShippingIn, ShippingOut},
    text::Text,
    word::{Bin, Word},
};

/// The one product that is plastic.
const PHYSICAL_BIN: &str = "448585";

/// A request for a card.
#[derive(Deserialize, Validate, JsonSchema)]
#[schemars(extend("anyOf" = [
    {"properties": {"type": {"const": "physical"}}},
    {"required": ["bin"], "properties": {"bin": {"type": "string"}}},
]))]
pub struct CardIn {
    #[serde(rename = "type")]
    #[schemars(with = "Word<CardType>")]
    kind: Option<String>,
    #[schemars(with = "Option<Word<Bin>>")]
    bin: Option<String>,
    load_usd: Option<AmountIn>,
    #[validate(length(max = 2))]
    #[schemars(with = "Option<Vec<Word<WalletProvider>>>")]
    wallet_provision: Option<Vec<String>>,
    #[validate(length(max = 64))]
    label: Option<String>,
    #[schemars(with = "Option<Word<Book>>")]
    mode: Option<String>,
    limits: Option<ObjectIn<LimitsIn>>,
    mcc: Option<ObjectIn<MccIn>>,
    geo: Option<ObjectIn<GeoIn>>,
    controls: Option<ObjectIn<ControlsIn>>,
    shipping: Option<ObjectIn<ShippingIn>>,
    metadata: Option<MetadataIn>,
}

/// A request for a card, understood.
#[derive(Debug, Clone)]
pub struct CardWish {
    /// The product.
    pub product: &'static Product,
    /// What to load at once.
    pub load: Option<Money>,
    /// Its standing with mobile wallets.
    pub wallet: Wallet,
    /// What its owner calls it.
    pub label: Option<String>,
    /// The book, where the request names one.
    pub mode: Option<Book>,
    /// What it may be spent on.
    pub controls: ControlsPatch,
    /// Where plastic is sent; nothing for a virtual card.
    pub shipping: Option<Shipping>,
    /// Its owner's notes.
    pub metadata: Metadata,
}

impl CardIn {
    /// The request with typed fields.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field`, `invalid_precision`, `bin_type_mismatch`,
    /// `shipping_required`, `invalid_mcc` or `invalid_country`.
    pub fn parse(self) -> Result<CardWish, Problem> {
        let kind = required(self.kind, "type")?;
        let kind = word(&kind, "type", CardType::parse, "virtual, physical")?;
        let product = product(kind, self.bin.as_deref())?;
        let controls = controls((self.limits, self.mcc, self.geo, self.controls))?;
        let load = self.load_usd.map(|amount| amount.positive("load_usd"));
        Ok(CardWish {
            product,
            load: load.transpose()?,
            wallet: wallet(product, &self.wallet_provision.unwrap_or_default())?,
            label: self.label,
            mode: mode(self.mode.as_deref())?,
            controls,
            metadata: self.metadata.map_or_else(|| Ok(Metadata::default()), MetadataIn::parse)?,
            shipping: shipping(kind, self.shipping)?,
        })
    }
}

type Part<T> = Option<ObjectIn<T>>;

fn controls(
    (limits, mcc, geo, controls): (Part<LimitsIn>, Part<MccIn>, Part<GeoIn>, Part<ControlsIn>),
) -> Result<ControlsPatch, Problem> {
    let mut patch = ControlsPatch::default();
    limits.map_or(Ok(()), |part| part.0.add_to(&mut patch, "limits."))?;
    mcc.map_or(Ok(()), |part| part.0.add_to(&mut patch, "mcc."))?;
    geo.map_or(Ok(()), |part| part.0.add_to(&mut patch, "geo."))?;
    controls.map_or(Ok(()), |part| part.0.add_to(&mut patch, "controls."))?;
    Ok(patch)
}

/// Only plastic is sent anywhere.
fn shipping(kind: CardType, given: Part<ShippingIn>) -> Result<Option<Shipping>, Problem> {
    let given = given.map(|given| given.0.parse()).transpose()?;
    match (kind, given) {
        (CardType::Virtual, _) => Ok(None),
        (CardType::Physical, Some(given)) => Ok(Some(given)),
        (CardType::Physical, None) => {
            let message = "A physical card needs an address to be sent to.";
            Err(Problem::field(ErrorCode::ShippingRequired, "shipping", message))
        }
    }
}

fn product(kind: CardType, bin: Option<&str>) -> Result<&'static Product, Problem> {
    let bin = match (kind, bin) {
        (CardType::Physical, None) => PHYSICAL_BIN,
        (CardType::Virtual, None) => return Err(Problem::missing("bin")),
        (_, Some(bin)) => bin,
    };
    let product = find_product(bin);
    let product = product.ok_or_else(|| invalid("bin", "is none of the programme's BINs"))?;
    if product.card_type == kind {
        return Ok(product);
    }
    let message = format!("BIN {bin} does not issue {} cards.", kind.as_str());
    Err(Problem::field(ErrorCode::BinTypeMismatch, "bin", message))
}

fn wallet(product: &Product, asked: &[String]) -> Result<Wallet, Problem> {
    for (index, name) in asked.iter().enumerate() {
        if !["apple_pay", "google_pay"].contains(&name.as_str()) {
            let param = format!("wallet_provision[{index}]");
            return Err(invalid(&param, "must be one of apple_pay, google_pay"));
        }
    }
    let state =
        |name: &str| WalletState::initial(product.wallets, asked.iter().any(|asked| asked == name));
    Ok(Wallet { apple_pay: state("apple_pay"), google_pay: state("google_pay") })
}

/// Why a card is frozen, unfrozen or cancelled; the reason is accepted and not kept.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct ReasonIn {
    #[validate(length(max = 200))]
    reason: Option<String>,
    #[schemars(extend("enum" = [true, null]))]
    unload_to_treasury: Option<bool>,
}

impl ReasonIn {
    /// Passes a request that asks for nothing that is not done.
    ///
    /// # Errors
    /// `invalid_field` when a cancelled card is to keep its money.
    pub fn check(&self) -> Result<(), Problem> {
        if self.unload_to_treasury == Some(false) {
            let rule = "must be true: a cancelled card keeps no money";
            return Err(invalid("unload_to_treasury", rule));
        }
        Ok(())
    }
}

/// A wallet to make a card ready for.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct WalletIn {
    #[schemars(with = "Word<WalletProvider>")]
    wallet: Option<String>,
}

impl WalletIn {
    /// The wallet.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn parse(&self) -> Result<WalletProvider, Problem> {
        let wallet = required(self.wallet.as_deref(), "wallet")?;
        word(wallet, "wallet", WalletProvider::parse, "apple_pay, google_pay")
    }
}

/// The order of card lists.
pub const ORDER: Order<'static, CardSort> = Order {
    fields: &[("created_at", CardSort::CreatedAt), ("status", CardSort::Status)],
    cursor: |text| CardId::parse(text).map(CardId::value),
};

/// The filters of a card list.
///
/// # Errors
/// `invalid_field`.
pub fn filter(query: &Query) -> Result<CardFilter, Problem> {
    let text = |name| query.text(name).map(str::to_owned);
    Ok(CardFilter {
        cards: None,
        status: query.word("status", CardStatus::parse, "active, frozen, cancelled")?,
        card_type: query.word("type", CardType::parse, "virtual, physical")?,
        bin: text("bin"),
        brand: query.word("brand", Brand::parse, "visa, mastercard")?,
        last4: text("last4"),
        label: text("label"),
        book: query.mode()?,
    })
}

#[derive(Debug, Serialize, JsonSchema)]
struct FulfillmentPart {
    #[schemars(with = "Word<Fulfilment>")]
    status: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WalletPart {
    #[schemars(with = "Word<WalletState>")]
    apple_pay: &'static str,
    #[schemars(with = "Word<WalletState>")]
    google_pay: &'static str,
}

/// A card as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CardOut {
    id: Text<CardId>,
    #[schemars(extend("const" = "card"))]
    object: &'static str,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    #[schemars(regex(pattern = "^[0-9]{6}$"), example = "489517")]
    bin: String,
    #[schemars(regex(pattern = "^[0-9]{4}$"), example = "4218")]
    last4: String,
    #[schemars(with = "Word<Brand>")]
    brand: &'static str,
    #[serde(rename = "type")]
    #[schemars(with = "Word<CardType>")]
    kind: &'static str,
    #[schemars(with = "Word<CardStatus>")]
    status: &'static str,
    #[schemars(with = "Option<Word<FreezeReason>>")]
    freeze_reason: Option<&'static str>,
    #[schemars(with = "Option<Word<CancelReason>>")]
    cancel_reason: Option<&'static str>,
    replaces: Option<Text<CardId>>,
    replaced_by: Option<Text<CardId>>,
    label: Option<String>,
    grant_id: Option<Text<GrantId>>,
    balance_usd: AmountOut,
    available_usd: AmountOut,
    held_usd: AmountOut,
    wallet: WalletPart,
    fulfillment: Option<FulfillmentPart>,
    shipping: Option<ShippingOut>,
    metadata: MetadataOut,
    limits: LimitsOut,
    mcc: MccOut,
    geo: GeoOut,
    controls: ControlsOut,
    #[schemars(regex(pattern = "^[0-9]{4}-[0-9]{2}$"), example = "2029-08")]
    expires_at: String,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
}

impl From<&CardView> for CardOut {
    fn from(view: &CardView) -> Self {
        let (card, zero) = (&view.card, Money::usd(0));
        let balance = view.balance.as_ref();
        let available = balance.and_then(|balance| balance.available().ok()).unwrap_or(zero);
        let changed = balance.map_or(card.updated_at, |b| b.updated_at.max(card.updated_at));
        Self {
            id: Text(card.id),
            object: "card",
            mode: card.book.as_str(),
            bin: card.bin.clone(),
            last4: card.last4.clone(),
            brand: brand(card).as_str(),
            kind: card.card_type.as_str(),
            status: card.status.as_str(),
            freeze_reason: card.freeze_reason.map(FreezeReason::as_str),
            cancel_reason: card.cancel_reason.map(CancelReason::as_str),
            replaces: card.replaces.map(Text),
            replaced_by: card.replaced_by.map(Text),
            label: card.label.clone(),
            grant_id: card.grant.map(Text),
            balance_usd: AmountOut(available),
            available_usd: AmountOut(available),
            held_usd: AmountOut(balance.map_or(zero, |balance| balance.held)),
            wallet: WalletPart {
                apple_pay: card.wallet.apple_pay.as_str(),
                google_pay: card.wallet.google_pay.as_str(),
            },
            fulfillment: card.fulfilment.map(|state| FulfillmentPart { status: state.as_str() }),
            shipping: None,
            metadata: MetadataOut::from(&card.metadata),
            limits: LimitsOut::new(&card.controls),
            mcc: MccOut::from(&card.controls),
            geo: GeoOut::from(&card.controls),
            controls: ControlsOut::from(&card.controls),
            expires_at: card.expiry.iso(),
            created_at: Text(card.created_at),
            updated_at: Text(changed),
        }
    }
}

impl CardOut {
    /// The card with what it spent up to a moment; without velocity it never spent.
    #[must_use]
    pub fn spent(view: &CardView, velocity: Option<&Velocity>, now: Timestamp) -> Self {
        let card = &view.card;
        let limits = match velocity {
            Some(velocity) => LimitsOut::spent(&card.controls, velocity, now),
            None => LimitsOut::spent(&card.controls, &Velocity::new(card.id, now), now),
        };
        Self { limits, ..Self::from(view) }
    }
}

impl CardOut {
    /// The card with its address: for its owner's eyes, so events and lists go without.
    #[must_use]
    pub fn shipped_to(self, shipping: Option<&Shipping>) -> Self {
        Self { shipping: shipping.map(ShippingOut::from), ..self }
    }
}

/// The product's network; cards of a product that left the catalogue show the network that
/// their first digit belongs to (ISO/IEC 7812: 4 Visa, else Mastercard).
fn brand(card: &Card) -> Brand {
    let by_digit = if card.bin.starts_with('4') { Brand::Visa } else { Brand::Mastercard };
    find_product(&card.bin).map_or(by_digit, |product| product.brand)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<CardWish, Problem> {
        crate::body::Body::parse(json.as_bytes())?.read::<CardIn>()?.parse()
    }

    #[test]
    fn requests_are_read() {
        let wish = read(
            r#"{"type":"physical","shipping":{"name":"Ada","line1":"1 Main St","city":"Bonn",
                "postal_code":"53111","country":"DE"}}"#,
        );
        let wish = wish.unwrap();
        assert_eq!((wish.product.bin, wish.load), (PHYSICAL_BIN, None));
        assert_eq!(wish.shipping.unwrap().city, "Bonn");
        let wish = read(
            r#"{"type":"virtual","bin":"489517","load_usd":300,
                "wallet_provision":["apple_pay"]}"#,
        );
        let wish = wish.unwrap();
        assert_eq!(wish.load, Some(Money::usd(30_000)));
        assert_eq!(wish.wallet.apple_pay, WalletState::Ready);
        assert_eq!(wish.wallet.google_pay, WalletState::Pending);
    }

    #[test]
    fn requests_are_refused_by_field() {
        let long = format!(r#"{{"type":"physical","label":"{}"}}"#, "x".repeat(65));
        for (json, code, param) in [
            ("{}", ErrorCode::MissingRequiredField, "type"),
            (r#"{"type":"physical"}"#, ErrorCode::ShippingRequired, "shipping"),
            (r#"{"type":"paper"}"#, ErrorCode::InvalidField, "type"),
            (r#"{"type":"virtual"}"#, ErrorCode::MissingRequiredField, "bin"),
            (r#"{"type":"virtual","bin":"000000"}"#, ErrorCode::InvalidField, "bin"),
            (r#"{"type":"virtual","bin":489517}"#, ErrorCode::InvalidField, "bin"),
            (r#"{"type":"virtual","bin":"448585"}"#, ErrorCode::BinTypeMismatch, "bin"),
            (r#"{"type":"physical","bin":"489517"}"#, ErrorCode::BinTypeMismatch, "bin"),
            (r#"{"type":"physical","load_usd":0}"#, ErrorCode::InvalidField, "load_usd"),
            (
                r#"{"type":"physical","wallet_provision":["x"]}"#,
                ErrorCode::InvalidField,
                "wallet_provision[0]",
            ),
            (
                r#"{"type":"physical","wallet_provision":[5]}"#,
                ErrorCode::InvalidField,
                "wallet_provision[0]",
            ),
            (&long, ErrorCode::InvalidField, "label"),
        ] {
            let problem = read(json).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{json}");
        }
    }
}
