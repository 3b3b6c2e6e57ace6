//! A request to the command it asks for.

use std::sync::Arc;

use cardium_app::network::{Authorize, Clear, Exchange, Reverse};
use cardium_iso8583::{Message, OriginalDataElements};
use cardium_kernel::AuthorizationId;
use cardium_vault::{Expiry, Keys, Pan, PanError, PanFingerprint, keyed_hash};

use crate::{
    amount, answer, codes, cvv,
    key::{message_key, original_key},
    masking,
};

/// What a request asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Authorization,
    Clearing,
    Reversal,
    Management,
    /// A message type that is not known, or not yet.
    Other,
}

/// A command of the network.
pub(crate) enum Command {
    Authorize(Authorize),
    Clear(Clear),
    Reverse(Reverse),
}

/// The request is answered with this DE 39, and no command comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) &'static str);

const FORMAT_ERROR: Refusal = Refusal(codes::FORMAT_ERROR);

impl Kind {
    /// What a message of this type asks for. Repeats ask for the same as their first copy.
    pub(crate) fn of(message: &Message) -> Self {
        match message.mti().as_str() {
            "0100" | "0101" => Self::Authorization,
            "0220" | "0221" => Self::Clearing,
            "0400" | "0401" | "0420" | "0421" => Self::Reversal,
            "0800" | "0801" => Self::Management,
            _ => Self::Other,
        }
    }

    /// What the request must carry, besides a PAN in DE 2 or 35.
    const fn required(self) -> &'static [u8] {
        match self {
            Self::Authorization | Self::Clearing => &[3, 4, 7, 11],
            Self::Reversal => &[7, 11, 90],
            Self::Management | Self::Other => &[],
        }
    }
}

/// The command that `request` asks for; `id` is that of the authorization it may open.
pub(crate) fn translate(
    request: &Arc<Message>,
    keys: &Keys,
    id: AuthorizationId,
) -> Result<Command, Refusal> {
    let kind = Kind::of(request);
    if !kind.required().iter().all(|de| request.contains(*de)) {
        return Err(FORMAT_ERROR);
    }
    let pan = pan(request, kind)?;
    let exchange = exchange(request, &pan, keys);
    match kind {
        Kind::Authorization => authorize(request, &pan, exchange, keys, id),
        Kind::Clearing => Ok(Command::Clear(clear(request, exchange, id))),
        Kind::Reversal => reverse(request, exchange),
        Kind::Management | Kind::Other => Err(Refusal(codes::INVALID_TRANSACTION)),
    }
}

fn authorize(
    request: &Message,
    pan: &Pan,
    exchange: Exchange,
    keys: &Keys,
    id: AuthorizationId,
) -> Result<Command, Refusal> {
    let expiry = expiry(request)?;
    Ok(Command::Authorize(Authorize {
        exchange,
        id,
        amount: amount::spent(request),
        expiry,
        cvv: cvv::check(request, pan, expiry, keys.cvk()),
    }))
}

fn clear(request: &Message, exchange: Exchange, id: AuthorizationId) -> Clear {
    let approval_code = request.get(38).map(str::trim);
    Clear {
        exchange,
        id,
        amount: amount::spent(request),
        approval_code: approval_code.filter(|code| !code.is_empty()).map(str::to_owned),
    }
}

fn reverse(request: &Message, exchange: Exchange) -> Result<Command, Refusal> {
    let quoted = request.get(90).map(OriginalDataElements::parse);
    let Some(Ok(original)) = quoted else {
        return Err(FORMAT_ERROR);
    };
    Ok(Command::Reverse(Reverse {
        original: original_key(request, &original).id(),
        remaining: amount::remaining(request).ok_or(FORMAT_ERROR)?,
        exchange,
    }))
}

/// A number that fails its check digit belongs to no card, so no command is needed to say so; a
/// reversal of it has nothing to take back and is accepted like any other.
fn pan(request: &Message, kind: Kind) -> Result<Pan, Refusal> {
    let track = || Some(track_2(request)?.0);
    let text = request.get(2).or_else(track).ok_or(FORMAT_ERROR)?;
    Pan::parse(text).map_err(|error| match (error, kind) {
        (PanError::CheckDigit, Kind::Reversal) => Refusal(codes::APPROVED),
        (PanError::CheckDigit, _) => Refusal(codes::UNKNOWN_CARD),
        (PanError::Length | PanError::NotDigits | PanError::Bin, _) => FORMAT_ERROR,
    })
}

/// DE 14, or the expiry that follows the PAN on track 2.
fn expiry(request: &Message) -> Result<Option<Expiry>, Refusal> {
    let track = || track_2(request)?.1.get(..4);
    let text = request.get(14).or_else(track);
    text.map(Expiry::parse).transpose().map_err(|_| FORMAT_ERROR)
}

/// DE 35, split at the separator after the PAN (ISO/IEC 7813).
fn track_2(request: &Message) -> Option<(&str, &str)> {
    request.get(35)?.split_once(['=', 'D'])
}

fn exchange(request: &Arc<Message>, pan: &Pan, keys: &Keys) -> Exchange {
    let fingerprint = PanFingerprint::of(pan, keys.fingerprint());
    Exchange {
        key: message_key(request),
        mti: request.mti().as_str().to_owned(),
        pan: fingerprint,
        fingerprint: digest(request, &fingerprint, keys),
        merchant: masking::merchant(request, pan),
        retrieval_reference: request.get(37).unwrap_or_default().trim().to_owned(),
        encode: answer::encoder(request, pan),
    }
}

/// What a repeat must agree on: the card and all its amounts. The card enters by its fingerprint,
/// so that no buffer but the message's own holds the PAN.
fn digest(request: &Message, card: &PanFingerprint, keys: &Keys) -> u128 {
    let mut facts = card.as_bytes().to_vec();
    for de in [4, 6, 95] {
        facts.push(b'|');
        facts.extend_from_slice(request.get(de).unwrap_or_default().as_bytes());
    }
    let hash = keyed_hash(keys.hash(), "iso8583", &facts);
    let (half, _) = hash.split_at(16);
    u128::from_be_bytes(half.try_into().expect("half of 32 bytes is 16"))
}
