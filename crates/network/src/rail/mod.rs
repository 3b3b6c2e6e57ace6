//! The simulated card network: purchases for the test helpers, sent to the host as bytes.

pub(crate) mod rules;

use std::sync::Arc;

use cardium_app::{CommandError, cards::NewPan, reads::Reads};
use cardium_authorizations::{Authorization, AuthorizationStatus, Merchant, Transaction};
use cardium_iso8583::{Message, Mti, encode};
use cardium_kernel::{AccountId, AuthorizationId, CardId, Money, Problem};
use cardium_vault::{Expiry, Pan, SecretText, cvv2, open};

use crate::{
    Host, Session,
    simulate::{Purchase, Trace, transmission},
};

use rules::{
    all_digits, check, check_amount, invalid, no_message, other_than, remaining, unfit, wrong_state,
};

/// The acquirer that the simulated network plays.
const ACQUIRER: &str = "400001";
/// Its one terminal.
const TERMINAL: &str = "SIMULATE";
/// Its one card acceptor id.
const MERCHANT_ID: &str = "SIMULATOR";
/// Where its merchants are.
const CITY: &str = "SPRINGFIELD";

/// The CVV2 that a simulated buyer types in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CvvChoice {
    /// The right one.
    Good,
    /// A wrong one.
    Bad,
    /// None.
    None,
    /// This one.
    Text(SecretText),
}

/// A purchase as a test helper describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedPurchase {
    /// How much.
    pub amount: Money,
    /// The merchant's name; what does not fit DE 43 is cut.
    pub merchant_name: String,
    /// The merchant category code, four digits (ISO 18245).
    pub mcc: String,
    /// The merchant's country, two letters (ISO 3166).
    pub country: String,
    /// The CVV2 that the buyer types in.
    pub cvv: CvvChoice,
}

/// The simulated card network. It reads on the caller's thread, which only test helpers may do.
pub struct SimulatedRail {
    host: Arc<Host>,
    reads: Arc<dyn Reads>,
    session: Session,
}

/// What was first sent about an authorization, and by which card.
struct Original {
    authorization: Authorization,
    mti: Mti,
    purchase: Purchase,
}

impl SimulatedRail {
    /// A network in front of `host` that has signed on.
    #[must_use]
    pub fn new(host: Arc<Host>, reads: Arc<dyn Reads>) -> Self {
        Self { host, reads, session: Session::signed_on() }
    }

    /// Uses a card at a merchant (0100): an authorization or a decline.
    ///
    /// # Errors
    /// `resource_not_found` for a card that is not the account's, `invalid_field` for a purchase
    /// that no message can carry, or the host's failure.
    pub async fn authorize(
        &self,
        account: AccountId,
        card: CardId,
        purchase: SimulatedPurchase,
    ) -> Result<Transaction, CommandError> {
        check(&purchase)?;
        let (pan, expiry) = self.card(account, card)?;
        let cvv = self.typed(purchase.cvv, &pan, expiry)?;
        let request = Purchase {
            pan,
            expiry: Some(expiry),
            cvv,
            amount: purchase.amount,
            merchant: Merchant {
                name: purchase.merchant_name,
                mcc: purchase.mcc,
                id: MERCHANT_ID.to_owned(),
                city: CITY.to_owned(),
                country: purchase.country,
            },
            trace: self.trace(),
        };
        let message = request.request().map_err(|error| unfit(&error))?;
        self.send(&message).await
    }

    /// Clears an authorization (0220) for `amount`, or for what it still holds.
    ///
    /// # Errors
    /// `resource_not_found`, `invalid_transaction_state` once it was cleared or reversed,
    /// `invalid_field` for the amount, or the host's failure.
    pub async fn capture(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
        amount: Option<Money>,
    ) -> Result<Transaction, CommandError> {
        let mut original = self.original(account, authorization)?;
        if original.authorization.status != AuthorizationStatus::Open {
            return Err(wrong_state());
        }
        let amount = amount.unwrap_or(original.authorization.held);
        check_amount(amount)?;
        original.purchase.amount = amount;
        original.purchase.trace = self.trace_after(&original.purchase.trace);
        let code = original.authorization.approval_code.as_str();
        let message = original.purchase.clearing(Some(code));
        self.send(&message.map_err(|error| unfit(&error))?).await
    }

    /// Takes `amount` of an authorization back (0420), or all of it.
    ///
    /// # Errors
    /// `resource_not_found`, `invalid_transaction_state` once nothing is left,
    /// `invalid_field` for the amount, or the host's failure.
    pub async fn reverse(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
        amount: Option<Money>,
    ) -> Result<Transaction, CommandError> {
        let original = self.original(account, authorization)?;
        let remaining = remaining(&original.authorization, amount)?;
        let Original { mti, purchase, .. } = original;
        let trace = self.trace_after(&purchase.trace);
        let message = purchase.reversal(Mti::REVERSAL_ADVICE, mti, &trace, remaining);
        self.send(&message.map_err(|error| unfit(&error))?).await
    }

    /// Sends bytes and gives the step that they left.
    async fn send(&self, message: &Message) -> Result<Transaction, CommandError> {
        let payload = encode(message, &self.host.settings.format);
        let exchanged = self.host.exchange(&self.session, &payload).await;
        match (exchanged.transaction, exchanged.failure) {
            (Some(transaction), _) => Ok(transaction),
            (None, Some(failure)) => Err(failure),
            (None, None) => Err(wrong_state()),
        }
    }

    fn card(&self, account: AccountId, card: CardId) -> Result<(Pan, Expiry), CommandError> {
        let view = self.reads.find_card(account, card)?;
        let view = view.ok_or_else(|| Problem::not_found("card"))?;
        let stored = self.reads.find_pan(account, card)?;
        let stored = stored.ok_or_else(|| Problem::not_found("card"))?;
        let unreadable = || CommandError::Internal("a sealed PAN does not open".to_owned());
        let aad = NewPan::aad(account, card);
        let digits = open(&stored.sealed, &aad, self.host.keys.ring()).map_err(|_| unreadable())?;
        let text = std::str::from_utf8(&digits).map_err(|_| unreadable())?;
        let pan = Pan::parse(text).map_err(|_| unreadable())?;
        Ok((pan, view.card.expiry))
    }

    fn original(&self, account: AccountId, id: AuthorizationId) -> Result<Original, CommandError> {
        let found = self.reads.find_authorization(account, id)?;
        let authorization = found.ok_or_else(|| Problem::not_found("authorization"))?;
        let steps = self.reads.related_transactions(id)?;
        let message = match steps.first() {
            Some(step) => self.reads.find_message_of(account, *step)?,
            None => None,
        };
        let message = message.ok_or_else(no_message)?;
        let (pan, _) = self.card(account, authorization.card)?;
        let field = |wanted: u8| {
            let found = message.fields.iter().find(|(de, _)| *de == wanted);
            found.map_or_else(String::new, |(_, value)| value.trim().to_owned())
        };
        let purchase = Purchase {
            pan,
            expiry: None,
            cvv: None,
            amount: authorization.authorized,
            merchant: authorization.merchant.clone(),
            trace: Trace {
                transmitted_at: field(7),
                stan: field(11),
                retrieval_reference: field(37),
                acquirer: field(32),
                terminal: field(41),
            },
        };
        Ok(Original {
            mti: message.mti.parse().map_err(|_| no_message())?,
            authorization,
            purchase,
        })
    }

    fn typed(
        &self,
        choice: CvvChoice,
        pan: &Pan,
        expiry: Expiry,
    ) -> Result<Option<SecretText>, CommandError> {
        let good = || cvv2(pan, expiry, self.host.keys.cvk()).reveal().to_owned();
        match choice {
            CvvChoice::None => Ok(None),
            CvvChoice::Good => Ok(Some(good().into())),
            CvvChoice::Bad => Ok(Some(other_than(&good()).into())),
            CvvChoice::Text(text) => {
                let digits = text.expose();
                let fits = matches!(digits.len(), 3 | 4) && all_digits(digits);
                let message = "A CVV has 3 or 4 digits.";
                fits.then_some(Some(text)).ok_or_else(|| invalid("cvv", message))
            }
        }
    }

    fn trace(&self) -> Trace {
        let reference = u64::from_be_bytes(self.host.edge.random()) % 1_000_000_000_000;
        Trace {
            transmitted_at: transmission(self.host.edge.clock.now()),
            stan: self.stan(),
            retrieval_reference: format!("{reference:012}"),
            acquirer: ACQUIRER.to_owned(),
            terminal: TERMINAL.to_owned(),
        }
    }

    fn trace_after(&self, earlier: &Trace) -> Trace {
        earlier.again(self.host.edge.clock.now(), &self.stan())
    }

    fn stan(&self) -> String {
        let number = u32::from_be_bytes(self.host.edge.random()) % 1_000_000;
        format!("{number:06}")
    }
}
