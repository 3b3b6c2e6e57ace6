//! The simulated card network: what the test helpers ask for, sent to the host as bytes.

mod follow;
pub(crate) mod rules;
mod sent;
mod wishes;

pub use wishes::{CvvChoice, SimulatedPosting, SimulatedPurchase, Way};

use std::sync::Arc;

use cardium_app::{CommandError, cards::NewPan, reads::Reads};
use cardium_authorizations::{Merchant, RequestKind, Transaction};
use cardium_iso8583::{Message, encode};
use cardium_kernel::{AccountId, CardId, Money, Problem};
use cardium_vault::{Expiry, Pan, SecretText, cvv2, open};

use crate::{
    Host, Session,
    simulate::{Purchase, Trace, transmission},
};

use rules::{all_digits, check, check_mcc, currency, invalid, other_than, unfit, wrong_state};

/// The acquirer that the simulated network plays.
const ACQUIRER: &str = "400001";
/// Its one terminal.
const TERMINAL: &str = "SIMULATE";
/// Its one card acceptor id.
const MERCHANT_ID: &str = "SIMULATOR";
/// Where its merchants are.
const CITY: &str = "SPRINGFIELD";
/// Who posts where it is not said: a shop for this and that.
const SHOP: (&str, &str, &str) = ("TEST MERCHANT", "5999", "US");

/// The simulated card network. It reads on the caller's thread, which only test helpers may do.
pub struct SimulatedRail {
    host: Arc<Host>,
    reads: Arc<dyn Reads>,
    session: Session,
}

impl SimulatedRail {
    /// A network in front of `host` that has signed on.
    #[must_use]
    pub fn new(host: Arc<Host>, reads: Arc<dyn Reads>) -> Self {
        Self { host, reads, session: Session::signed_on() }
    }

    /// Uses a card at a merchant (0100, 0120, 0200): an approval or a decline.
    ///
    /// # Errors
    /// `resource_not_found` for a card that is not the account's, `invalid_field` for a purchase
    /// that no message can carry, or the host's failure.
    pub async fn authorize(
        &self,
        account: AccountId,
        card: CardId,
        wish: SimulatedPurchase,
    ) -> Result<Transaction, CommandError> {
        check(&wish)?;
        let (pan, expiry) = self.card(account, card)?;
        let is_nothing = wish.kind == RequestKind::Verification;
        let amount = if is_nothing { Money::zero(wish.amount.currency()) } else { wish.amount };
        let merchant = Merchant {
            name: wish.merchant_name,
            mcc: wish.mcc,
            id: wish.merchant_id.unwrap_or_else(|| MERCHANT_ID.to_owned()),
            city: CITY.to_owned(),
            country: wish.country,
        };
        let purchase = Purchase {
            expiry: Some(expiry),
            cvv: self.typed(wish.cvv, &pan, expiry)?,
            kind: wish.kind,
            channel: wish.channel,
            currency: currency(wish.currency.as_deref())?,
            partial: wish.partial,
            ..Purchase::online(pan, amount, merchant, self.trace())
        };
        let message = match wish.way {
            Way::Request => purchase.request(),
            Way::SingleMessage => purchase.single_message(),
            Way::Advice => purchase.advice(&self.stan()),
        };
        self.send(&message.map_err(|error| unfit(&error))?).await
    }

    /// A posting by a merchant of its own, so that no authorization of another one is taken for
    /// its request.
    fn unannounced(
        &self,
        account: AccountId,
        card: CardId,
        posting: SimulatedPosting,
    ) -> Result<Purchase, CommandError> {
        let (name, mcc, country) = SHOP;
        let mcc = posting.mcc.unwrap_or_else(|| mcc.to_owned());
        check_mcc(&mcc)?;
        let (pan, _) = self.card(account, card)?;
        let trace = self.trace();
        let merchant = Merchant {
            name: posting.merchant_name.unwrap_or_else(|| name.to_owned()),
            mcc,
            id: format!("SIM{}", trace.retrieval_reference),
            city: CITY.to_owned(),
            country: country.to_owned(),
        };
        Ok(Purchase::online(pan, posting.amount, merchant, trace))
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
        let reference = self.digits();
        Trace {
            transmitted_at: transmission(self.host.edge.clock.now()),
            stan: self.stan(),
            network_trace: format!("SIM{}", self.digits()),
            retrieval_reference: reference,
            acquirer: ACQUIRER.to_owned(),
            terminal: TERMINAL.to_owned(),
        }
    }

    fn trace_after(&self, earlier: &Trace) -> Trace {
        earlier.again(self.host.edge.clock.now(), &self.stan())
    }

    fn digits(&self) -> String {
        let number = u64::from_be_bytes(self.host.edge.random()) % 1_000_000_000_000;
        format!("{number:012}")
    }

    fn stan(&self) -> String {
        let number = u32::from_be_bytes(self.host.edge.random()) % 1_000_000;
        format!("{number:06}")
    }
}
