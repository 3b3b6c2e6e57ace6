use cardium_kernel::Money;

/// The programme's greatest amount of one transaction: 50,000.00.
const MAX_TRANSACTION: Money = Money::usd(5_000_000);
/// The programme's greatest sum of a card in a month: 500,000.00.
const MAX_MONTHLY: Money = Money::usd(50_000_000);

/// The card network a product runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brand {
    /// Visa.
    Visa,
    /// Mastercard.
    Mastercard,
}

impl Brand {
    /// The brand's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visa => "visa",
            Self::Mastercard => "mastercard",
        }
    }

    /// The brand with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Visa, Self::Mastercard].into_iter().find(|brand| brand.as_str() == text)
    }
}

/// Whether a card is plastic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardType {
    /// Live in seconds.
    Virtual,
    /// Embossed and shipped.
    Physical,
}

impl CardType {
    /// The type's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Virtual => "virtual",
            Self::Physical => "physical",
        }
    }

    /// The type with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Virtual, Self::Physical].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A kind of card the programme issues, named by its BIN (ISO/IEC 7812 issuer identification
/// number).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product {
    /// The first six digits of its cards.
    pub bin: &'static str,
    /// Its commercial name.
    pub name: &'static str,
    /// Its network.
    pub brand: Brand,
    /// Virtual or physical.
    pub card_type: CardType,
    /// Whether Apple Pay and Google Pay take it.
    pub wallets: bool,
    /// Whether 3-D Secure is enrolled from the start.
    pub three_ds: bool,
    /// The greatest amount of one transaction.
    pub max_transaction: Money,
    /// The greatest sum of one card in a calendar month.
    pub max_monthly: Money,
}

/// The product catalogue of the programme.
pub const CATALOGUE: [Product; 5] = [
    product("416842", "Visa Business", Brand::Visa, CardType::Virtual).with_three_ds(),
    product("557213", "Mastercard World", Brand::Mastercard, CardType::Virtual),
    product("489517", "Visa Platinum", Brand::Visa, CardType::Virtual).with_wallets(),
    product("472305", "Visa Corporate", Brand::Visa, CardType::Virtual),
    product("448585", "Visa Gold", Brand::Visa, CardType::Physical).with_three_ds(),
];

/// The product with this BIN.
#[must_use]
pub fn find_product(bin: &str) -> Option<&'static Product> {
    CATALOGUE.iter().find(|product| product.bin == bin)
}

const fn product(
    bin: &'static str,
    name: &'static str,
    brand: Brand,
    card_type: CardType,
) -> Product {
    Product {
        bin,
        name,
        brand,
        card_type,
        wallets: false,
        three_ds: false,
        max_transaction: MAX_TRANSACTION,
        max_monthly: MAX_MONTHLY,
    }
}

impl Product {
    const fn with_three_ds(self) -> Self {
        Self { three_ds: true, ..self }
    }

    const fn with_wallets(self) -> Self {
        Self { wallets: true, ..self }
    }
}
