//! A request to the command it asks for.

use std::sync::Arc;

use cardium_app::network::{
    Advise, Asked, Authorize, Clear, Exchange, Hook, Posting, Refund, Request, Reverse, StandIn,
};
use cardium_authorizations::{DeclineReason, RequestKind};
use cardium_iso8583::{Message, OriginalDataElements};
use cardium_kernel::AuthorizationId;
use cardium_vault::{Expiry, Keys, Pan, PanError, PanFingerprint, keyed_hash};

use crate::{
    CvvDeclineCode, amount, answer, codes, cvv,
    key::{message_key, original_key},
    kind::{Kind, Processing},
    masking, presented, private,
};

/// A command of the network.
pub(crate) enum Command {
    Authorize(Authorize),
    Advise(Advise),
    Clear(Clear),
    Refund(Refund),
    Reverse(Reverse),
}

/// The request is answered with this DE 39, and no command comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) &'static str);

const FORMAT_ERROR: Refusal = Refusal(codes::FORMAT_ERROR);

/// The longest name of a transaction (DE 63) that is taken for one. Visa's has 15 characters,
/// Mastercard's 13; what is longer is somebody else's data.
const TRACE_LENGTH: usize = 64;

/// Codes of DE 39 by which an advice says that the network approved: as asked, with
/// identification, in part, for a VIP, and cash back or purchase only.
const APPROVALS: [&str; 6] = ["00", "08", "10", "11", "85", "87"];

/// A request with what it is answered by.
struct Incoming<'a> {
    request: &'a Arc<Message>,
    pan: Pan,
    exchange: Exchange,
    id: AuthorizationId,
}

/// The command that `request` asks for; `id` is that of the authorization it may open.
pub(crate) fn translate(
    request: &Arc<Message>,
    keys: &Keys,
    cvv_decline_code: CvvDeclineCode,
    id: AuthorizationId,
) -> Result<Command, Refusal> {
    let kind = Kind::of(request);
    let processing = Processing::of(request);
    if !kind.required(processing).iter().all(|de| request.contains(*de)) {
        return Err(FORMAT_ERROR);
    }
    let pan = pan(request, kind)?;
    let exchange = exchange(request, &pan, (keys, cvv_decline_code));
    let incoming = Incoming { request, pan, exchange, id };
    match (kind, processing) {
        (Kind::Single | Kind::Clearing, Processing::Credit) => Ok(incoming.refund()),
        (Kind::Authorization, _) => incoming.authorize(Posting::Hold, processing, keys),
        (Kind::Single, _) => incoming.authorize(Posting::Post, processing, keys),
        (Kind::Advice, _) => Ok(incoming.advise(processing)),
        (Kind::Clearing, _) => incoming.clear(processing),
        (Kind::Reversal, _) => incoming.reverse(),
        (Kind::Management | Kind::Other, _) => Err(Refusal(codes::INVALID_TRANSACTION)),
    }
}

impl Incoming<'_> {
    fn authorize(
        self,
        posting: Posting,
        processing: Processing,
        keys: &Keys,
    ) -> Result<Command, Refusal> {
        let request = self.request;
        let expiry = expiry(request)?;
        let (kind, amount) = requested(request, posting, processing);
        Ok(Command::Authorize(Authorize {
            exchange: self.exchange,
            id: self.id,
            request: Request {
                kind,
                amount,
                expiry,
                cvv: cvv::check(request, &self.pan, expiry, keys.cvk()),
                channel: presented::channel(request),
                country: presented::country(request),
                partial: private::partial_approval(request),
            },
            posting,
            hook: Hook::None,
        }))
    }

    fn advise(self, processing: Processing) -> Command {
        let declined = self.request.get(39).is_some_and(|code| !APPROVALS.contains(&code));
        Command::Advise(Advise {
            amount: spent(self.request, processing),
            approval_code: approval_code(self.request),
            stand_in: if declined { StandIn::Declined } else { StandIn::Approved },
            exchange: self.exchange,
            id: self.id,
        })
    }

    fn clear(self, processing: Processing) -> Result<Command, Refusal> {
        Ok(Command::Clear(Clear {
            amount: spent(self.request, processing),
            approval_code: approval_code(self.request),
            finality: private::finality(self.request).map_err(|_| FORMAT_ERROR)?,
            exchange: self.exchange,
            id: self.id,
        }))
    }

    fn refund(self) -> Command {
        Command::Refund(Refund {
            amount: amount::asked(self.request),
            approval_code: approval_code(self.request),
            exchange: self.exchange,
            id: self.id,
        })
    }

    fn reverse(self) -> Result<Command, Refusal> {
        // Nothing takes a reversal back, least of all itself.
        let original =
            quoted(self.request).filter(|original| matches!(original.mti().class(), 1 | 2));
        let original = original.ok_or(FORMAT_ERROR)?;
        let key = original_key(self.request, &original);
        Ok(Command::Reverse(Reverse {
            original: key.id(),
            advice: key.advice().map(|advice| advice.id()),
            remaining: amount::remaining(self.request).map_err(|_| FORMAT_ERROR)?,
            exchange: self.exchange,
        }))
    }
}

/// What a request asks for and how much. A purchase of nothing asks whether the card is good; an
/// inquiry asks for no amount, whatever it carries.
pub(crate) fn requested(
    request: &Message,
    posting: Posting,
    processing: Processing,
) -> (RequestKind, Result<Asked, DeclineReason>) {
    match processing {
        Processing::Purchase if posting == Posting::Hold && amount::is_nothing(request) => {
            (RequestKind::Verification, Ok(amount::NOTHING))
        }
        Processing::Purchase | Processing::CashBack => {
            (RequestKind::Purchase, amount::asked(request))
        }
        Processing::Cash => (RequestKind::Cash, amount::asked(request)),
        Processing::Credit => (RequestKind::Credit, amount::asked(request)),
        Processing::Inquiry => (RequestKind::BalanceInquiry, Ok(amount::NOTHING)),
        Processing::Other => (RequestKind::Purchase, Err(DeclineReason::InvalidTransaction)),
    }
}

/// The amount of a message that tells of spending.
fn spent(request: &Message, processing: Processing) -> Result<Asked, DeclineReason> {
    match processing {
        Processing::Purchase | Processing::CashBack | Processing::Cash => amount::asked(request),
        Processing::Credit | Processing::Inquiry | Processing::Other => {
            Err(DeclineReason::InvalidTransaction)
        }
    }
}

/// DE 38, where it has more than padding.
fn approval_code(request: &Message) -> Option<String> {
    let code = request.get(38).map(str::trim);
    code.filter(|code| !code.is_empty()).map(str::to_owned)
}

/// A number that fails its check digit belongs to no card, so no command is needed to say so; a
/// reversal of it has nothing to take back and is accepted like any other.
fn pan(request: &Message, kind: Kind) -> Result<Pan, Refusal> {
    let track = track_2(request).map(|(pan, _)| pan);
    let text = match (request.get(2), track) {
        (Some(pan), Some(track)) if pan != track => return Err(FORMAT_ERROR),
        (pan, track) => pan.or(track).ok_or(FORMAT_ERROR)?,
    };
    Pan::parse(text).map_err(|error| match (error, kind) {
        (PanError::CheckDigit, Kind::Reversal) => Refusal(codes::APPROVED),
        (PanError::CheckDigit, _) => Refusal(codes::UNKNOWN_CARD),
        (PanError::Length | PanError::NotDigits | PanError::Bin, _) => FORMAT_ERROR,
    })
}

/// The card's number, where the request bears one that belongs to a card.
pub(crate) fn card(request: &Message) -> Option<Pan> {
    pan(request, Kind::of(request)).ok()
}

/// DE 14, or the expiry that follows the PAN on track 2, which may have a separator for it.
fn expiry(request: &Message) -> Result<Option<Expiry>, Refusal> {
    let track = track_2(request).and_then(|(_, rest)| rest.get(..4));
    let track = track.filter(|text| !text.starts_with(['=', 'D']));
    let text = match (request.get(14), track) {
        (Some(expiry), Some(track)) if expiry != track => return Err(FORMAT_ERROR),
        (expiry, track) => expiry.or(track),
    };
    text.map(Expiry::parse).transpose().map_err(|_| FORMAT_ERROR)
}

/// DE 35, split at the separator after the PAN (ISO/IEC 7813).
fn track_2(request: &Message) -> Option<(&str, &str)> {
    request.get(35)?.split_once(['=', 'D'])
}

fn exchange(
    request: &Arc<Message>,
    pan: &Pan,
    (keys, cvv_decline_code): (&Keys, CvvDeclineCode),
) -> Exchange {
    let fingerprint = PanFingerprint::of(pan, keys.fingerprint());
    Exchange {
        key: message_key(request),
        mti: request.mti().as_str().to_owned(),
        pan: fingerprint,
        fingerprint: digest(request, &fingerprint, keys),
        merchant: masking::merchant(request, pan),
        retrieval_reference: request.get(37).unwrap_or_default().trim().to_owned(),
        stan: stan(request),
        network_trace: network_trace(request, pan),
        encode: answer::encoder(request, pan, cvv_decline_code),
    }
}

/// The message that DE 90 quotes. Zeros, with which senders of clearings may fill it, quote none.
fn quoted(request: &Message) -> Option<OriginalDataElements> {
    let quoted = request.get(90).and_then(|text| OriginalDataElements::parse(text).ok());
    quoted.filter(|original| original.mti().class() != 0)
}

/// The trace number of the message that this one is about: the one it quotes, else its own.
pub(crate) fn stan(request: &Message) -> String {
    let quoted = quoted(request).map(|original| original.stan().to_owned());
    quoted.unwrap_or_else(|| request.get(11).unwrap_or_default().to_owned())
}

/// The network's name for the whole transaction; empty for none. It is kept and shown, so what
/// could be somebody's card data is no name.
fn network_trace(request: &Message, pan: &Pan) -> String {
    let name = request.get(63).unwrap_or_default().trim();
    let letters =
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-'));
    let is_name = letters && name.len() <= TRACE_LENGTH && masking::blotted(name, pan) == name;
    if is_name { name.to_owned() } else { String::new() }
}

/// The class of reversals in the MTI.
const REVERSAL: u8 = 4;

/// What a repeat must agree on: the card, the kind of transaction, the amounts with their
/// currencies, and for a reversal what it takes back and what it leaves. The card enters by its
/// fingerprint, so that no buffer but the message's own holds the PAN.
fn digest(request: &Message, card: &PanFingerprint, keys: &Keys) -> u128 {
    let mut facts = card.as_bytes().to_vec();
    // An advice may quote the request that it stands for (DE 90), which the request does not.
    let original: &[u8] = if request.mti().class() == REVERSAL { &[90, 95] } else { &[] };
    for de in [3, 4, 6, 49, 51].iter().chain(original).copied() {
        facts.push(b'|');
        facts.extend_from_slice(request.get(de).unwrap_or_default().as_bytes());
    }
    let hash = keyed_hash(keys.hash(), "iso8583", &facts);
    let (half, _) = hash.split_at(16);
    u128::from_be_bytes(half.try_into().expect("half of 32 bytes is 16"))
}
