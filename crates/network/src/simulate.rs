//! Requests as an acquirer would send them: for the test helpers, the demo and tests.
//!
//! They are plain messages and go through the encoder like a stranger's. Names are cut and
//! cleaned to fit DE 43, as acquirers do; everything else that does not fit is an error.

use cardium_authorizations::{Finality, Merchant, PartialApproval, RequestKind};
use cardium_cards::Channel;
use cardium_iso8583::{
    CardAcceptor, ElementError, FieldError, Message, Mti, OriginalDataElements, ReplacementAmounts,
};
use cardium_kernel::{Money, Timestamp};
use cardium_vault::{Expiry, Pan, SecretText};

use crate::{MerchantCurrency, amount::BILLING, presented, private};

/// How many minor units of any other currency one of the billing currency buys. Simulated
/// merchants abroad ask for twice the figures, so that amounts convert both ways without rest.
const FOREIGN_UNITS: u64 = 2;

/// A value that does not fit its field. Never holds the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SimulateError {
    /// A plain field.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A structured field.
    #[error(transparent)]
    Element(#[from] ElementError),
    /// The amount is negative.
    #[error("an amount on the wire is not negative")]
    Amount,
}

/// What names a message at its acquirer, as it stands in the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// DE 7, `MMDDhhmmss` in UTC.
    pub transmitted_at: String,
    /// DE 11, six digits.
    pub stan: String,
    /// DE 37, at most twelve letters and digits.
    pub retrieval_reference: String,
    /// DE 32, at most eleven digits.
    pub acquirer: String,
    /// DE 41, at most eight characters.
    pub terminal: String,
    /// DE 63, the network's name for the whole transaction; empty for none.
    pub network_trace: String,
}

impl Trace {
    /// The trace of a later message about the same purchase: sent at `at` under another `stan`.
    #[must_use]
    pub fn again(&self, at: Timestamp, stan: &str) -> Self {
        Self { transmitted_at: transmission(at), stan: stan.to_owned(), ..self.clone() }
    }
}

/// DE 7 for a moment: `MMDDhhmmss` in UTC.
#[must_use]
pub fn transmission(at: Timestamp) -> String {
    let text = at.to_string();
    text.chars().filter(char::is_ascii_digit).skip("YYYY".len()).collect()
}

/// A card used at a merchant.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// The card's number.
    pub pan: Pan,
    /// The expiry that the buyer typed in, if any.
    pub expiry: Option<Expiry>,
    /// The CVV2 that the buyer typed in, if any.
    pub cvv: Option<SecretText>,
    /// How much, in the currency of the card.
    pub amount: Money,
    /// Who asks.
    pub merchant: Merchant,
    /// What names the message.
    pub trace: Trace,
    /// What is asked for.
    pub kind: RequestKind,
    /// How the card is used.
    pub channel: Channel,
    /// What the merchant asks in, where that is not the currency of the card.
    pub currency: Option<MerchantCurrency>,
    /// Whether the terminal takes less than it asks for.
    pub partial: PartialApproval,
}

impl Purchase {
    /// A purchase on-line in the currency of the card, without expiry and CVV2.
    #[must_use]
    pub const fn online(pan: Pan, amount: Money, merchant: Merchant, trace: Trace) -> Self {
        Self {
            pan,
            expiry: None,
            cvv: None,
            amount,
            merchant,
            trace,
            kind: RequestKind::Purchase,
            channel: Channel::Ecommerce,
            currency: None,
            partial: PartialApproval::Refused,
        }
    }

    /// The authorization request (0100).
    ///
    /// # Errors
    /// When a value does not fit its field.
    pub fn request(&self) -> Result<Message, SimulateError> {
        self.asking(Mti::AUTHORIZATION_REQUEST)
    }

    /// The request that is decided and posted at once (0200).
    ///
    /// # Errors
    /// When a value does not fit its field.
    pub fn single_message(&self) -> Result<Message, SimulateError> {
        self.asking(Mti::FINANCIAL_REQUEST)
    }

    /// The advice that the network approved with `approval_code` in our place (0120).
    ///
    /// # Errors
    /// When a value does not fit its field.
    pub fn advice(&self, approval_code: &str) -> Result<Message, SimulateError> {
        let message = self.asking(Mti::AUTHORIZATION_ADVICE)?;
        Ok(message.with(38, &padded(approval_code, 6))?.with(39, crate::codes::APPROVED)?)
    }

    /// The clearing (0220) of what was approved with `approval_code`; a force post without.
    ///
    /// # Errors
    /// When a value does not fit its field.
    pub fn clearing(
        &self,
        approval_code: Option<&str>,
        finality: Finality,
    ) -> Result<Message, SimulateError> {
        let mut message = self.posting(approval_code)?;
        if finality == Finality::MoreToCome {
            // The first of two.
            message.set(48, &private::written(private::SEQUENCE, "0102"))?;
        }
        Ok(message)
    }

    /// The refund (0220) of what was approved with `approval_code`; an unlinked one without.
    ///
    /// # Errors
    /// When a value does not fit its field.
    pub fn refund(&self, approval_code: Option<&str>) -> Result<Message, SimulateError> {
        Self { kind: RequestKind::Credit, ..self.clone() }.posting(approval_code)
    }

    /// The reversal of the message of type `original` with this purchase's trace, as a request
    /// (0400) or an advice (0420). `trace` names the reversal itself; `remaining` is the new
    /// total (DE 95), none for a full reversal.
    ///
    /// # Errors
    /// When a value does not fit its field.
    pub fn reversal(
        &self,
        mti: Mti,
        original: Mti,
        trace: &Trace,
        remaining: Option<Money>,
    ) -> Result<Message, SimulateError> {
        let Trace { stan, transmitted_at, acquirer, .. } = &self.trace;
        let original = OriginalDataElements::try_new(original, stan, transmitted_at, acquirer, "")?;
        let reversal = Self { trace: trace.clone(), ..self.clone() };
        let mut message = reversal.message(mti)?.with(90, original.as_str())?;
        if let Some(remaining) = remaining {
            let total = ReplacementAmounts::try_new(self.merchant_minor(remaining)?)?;
            message.set(95, &total.to_text())?;
        }
        Ok(message)
    }

    fn asking(&self, mti: Mti) -> Result<Message, SimulateError> {
        let mut message = self.message(mti)?;
        if let Some(expiry) = self.expiry {
            message.set(14, &expiry.yymm())?;
        }
        let mut elements = String::new();
        if self.partial == PartialApproval::Accepted {
            elements.push_str(&private::written(private::CONDITIONS, "10000"));
        }
        if let Some(cvv) = &self.cvv {
            elements.push_str(&private::written(private::CVV2, cvv.expose()));
        }
        if !elements.is_empty() {
            message.set(48, &elements)?;
        }
        Ok(message)
    }

    fn posting(&self, approval_code: Option<&str>) -> Result<Message, SimulateError> {
        let mut message = self.message(Mti::FINANCIAL_ADVICE)?;
        if let Some(code) = approval_code {
            message.set(38, &padded(code, 6))?;
        }
        Ok(message)
    }

    /// Purchases, cash and inquiries are from, refunds to the default account.
    const fn processing_code(&self) -> &'static str {
        match self.kind {
            RequestKind::Purchase | RequestKind::Verification => "000000",
            RequestKind::Cash => "010000",
            RequestKind::Credit => "200000",
            RequestKind::BalanceInquiry => "310000",
        }
    }

    /// An amount in minor units of the currency that the merchant asks in.
    fn merchant_minor(&self, amount: Money) -> Result<u64, SimulateError> {
        let minor = minor(amount)?;
        match self.currency {
            None => Ok(minor),
            Some(_) => minor.checked_mul(FOREIGN_UNITS).ok_or(SimulateError::Amount),
        }
    }

    /// DE 4 and 49, and where the merchant asks in another currency DE 6, 10 and 51.
    fn price(&self, message: &mut Message) -> Result<(), SimulateError> {
        let billing = self.amount.currency();
        let currency = self.currency.map_or_else(|| billing.numeric().to_owned(), |c| c.numeric());
        message.set(49, &currency)?;
        if self.kind == RequestKind::BalanceInquiry {
            return Ok(());
        }
        message.set_amount(4, self.merchant_minor(self.amount)?)?;
        if let Some(currency) = self.currency {
            message.set_amount(6, minor(self.amount)?)?;
            message.set(10, &rate(currency))?;
            message.set(51, billing.numeric())?;
        }
        Ok(())
    }

    fn message(&self, mti: Mti) -> Result<Message, SimulateError> {
        let (date, time) = halves(&self.trace.transmitted_at);
        let merchant = &self.merchant;
        let (entry_mode, condition) = presented::entry(self.channel);
        let mut message = Message::new(mti)
            .with(2, self.pan.reveal())?
            .with(3, self.processing_code())?
            .with(12, time)?
            .with(13, date)?
            .with(22, entry_mode)?
            .with(25, condition)?
            .with(43, &place(merchant)?)?;
        self.price(&mut message)?;
        let Trace { transmitted_at, stan, acquirer, .. } = &self.trace;
        let reference = padded(&self.trace.retrieval_reference, 12);
        let terminal = padded(&self.trace.terminal, 8);
        let acceptor = padded(&merchant.id, 15);
        for (de, value) in [
            (7, transmitted_at),
            (11, stan),
            (18, &merchant.mcc),
            (32, acquirer),
            (37, &reference),
            (41, &terminal),
            (42, &acceptor),
            (63, &self.trace.network_trace),
        ] {
            // What is not known of an earlier purchase is left out.
            if !value.is_empty() {
                message.set(de, value)?;
            }
        }
        Ok(message)
    }
}

/// The sign-on (0800, DE 70 = 001).
///
/// # Errors
/// When a value does not fit its field.
pub fn sign_on(trace: &Trace) -> Result<Message, SimulateError> {
    management(trace, "001")
}

/// The echo test (0800, DE 70 = 301).
///
/// # Errors
/// When a value does not fit its field.
pub fn echo(trace: &Trace) -> Result<Message, SimulateError> {
    management(trace, "301")
}

fn management(trace: &Trace, function: &str) -> Result<Message, SimulateError> {
    let message = Message::new(Mti::NETWORK_MANAGEMENT_REQUEST);
    Ok(message.with(7, &trace.transmitted_at)?.with(11, &trace.stan)?.with(70, function)?)
}

/// Date and time of DE 7, which this acquirer also writes as its local ones (DE 13 and 12).
fn halves(transmitted_at: &str) -> (&str, &str) {
    transmitted_at.split_at_checked(4).unwrap_or((transmitted_at, ""))
}

/// DE 10: how many digits follow the point, then seven digits. One minor unit of the merchant's
/// currency is half a one of ours, whatever decimals it has.
fn rate(currency: MerchantCurrency) -> String {
    let decimals = 7_u32.saturating_add(BILLING.exponent());
    let decimals = decimals.saturating_sub(u32::from(currency.exponent()));
    format!("{decimals}5000000")
}

fn padded(text: &str, length: usize) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("{text:<length$}")
}

fn minor(amount: Money) -> Result<u64, SimulateError> {
    u64::try_from(amount.minor()).map_err(|_| SimulateError::Amount)
}

fn place(merchant: &Merchant) -> Result<String, SimulateError> {
    let (name, city) = (cut(&merchant.name, 25), cut(&merchant.city, 13));
    Ok(CardAcceptor::try_new(&name, &city, &merchant.country)?.to_text())
}

fn cut(text: &str, length: usize) -> String {
    let clean = |c: char| if matches!(c, ' '..='~') { c } else { '?' };
    text.chars().take(length).map(clean).collect()
}
