//! Earlier messages, read back from their records so that later ones can quote them.

use cardium_authorizations::{Authorization, NetworkMessage, PartialApproval, RequestKind};
use cardium_iso8583::{Message, Mti};
use cardium_kernel::Money;
use cardium_vault::Pan;

use crate::{
    MerchantCurrency,
    amount::{self, BILLING, Rounding, scaled},
    kind::Processing,
    presented,
    simulate::{Purchase, Trace},
};

/// A message that was sent about an authorization.
pub(super) struct Sent {
    pub(super) mti: Mti,
    pub(super) purchase: Purchase,
    /// Its billing amount and the same with our fee, which the network does not know of.
    share: (u64, u64),
}

impl Sent {
    /// The message behind a record; `None` if the record is not of one.
    pub(super) fn read(
        record: &NetworkMessage,
        authorization: &Authorization,
        pan: Pan,
    ) -> Option<Self> {
        let mti: Mti = record.mti.parse().ok()?;
        let message = shown(mti, record);
        let field = |de: u8| message.get(de).unwrap_or_default().trim().to_owned();
        let amount = amount::asked(&message).map_or(Money::zero(BILLING), |asked| asked.billing);
        let abroad = field(49) != BILLING.numeric() && field(49) != BILLING.code();
        let trace = Trace {
            transmitted_at: field(7),
            stan: field(11),
            retrieval_reference: field(37),
            acquirer: field(32),
            terminal: field(41),
            network_trace: authorization.network_trace.clone(),
        };
        let purchase = Purchase {
            kind: kind(&message),
            channel: presented::channel(&message),
            currency: MerchantCurrency::find(&field(49)).filter(|_| abroad),
            partial: PartialApproval::Refused,
            ..Purchase::online(pan, amount, authorization.merchant.clone(), trace)
        };
        Some(Self { mti, purchase, share: share(record) })
    }

    /// What of an amount of ours the network knows: it without our fee.
    pub(super) fn billing(&self, amount: Money) -> Money {
        let whole = u64::try_from(amount.minor()).unwrap_or(0);
        let minor = scaled(whole, self.share, Rounding::HalfUp).unwrap_or(whole);
        Money::new(i64::try_from(minor).unwrap_or(amount.minor()), amount.currency())
    }
}

/// The fields that may be shown, as the message that they are of.
fn shown(mti: Mti, record: &NetworkMessage) -> Message {
    let mut message = Message::new(mti);
    for (de, value) in record.fields.iter().filter(|(de, _)| *de != 2) {
        // What the mask made unfit for its field is as good as absent.
        let _ = message.set(de, value);
    }
    message
}

fn kind(message: &Message) -> RequestKind {
    match Processing::of(message) {
        Processing::Cash => RequestKind::Cash,
        Processing::Credit => RequestKind::Credit,
        Processing::Inquiry => RequestKind::BalanceInquiry,
        Processing::Purchase | Processing::CashBack | Processing::Other => RequestKind::Purchase,
    }
}

fn share(record: &NetworkMessage) -> (u64, u64) {
    let total = record.effect.map_or(0, |effect| effect.amount().minor());
    let billing = total.saturating_sub(record.fee.minor());
    match (u64::try_from(billing), u64::try_from(total)) {
        (Ok(billing @ 1..), Ok(total @ 1..)) => (billing, total),
        _ => (1, 1),
    }
}
