//! The record of a request that waits for the operator's endpoint: all that its decision and its
//! answer need, and no PAN, CVV2, track data or PIN block.
//!
//! Lines of text, then the message with its harmless fields in the default wire format. The
//! decision is always taken from the record, whether at once or after a restart, so that the
//! answer is the same to the byte.

use std::sync::Arc;

use cardium_app::network::{Authorize, Exchange, Hook, Posting, Request};
use cardium_authorizations::{CvvCheck, HookAnswer, PartialApproval};
use cardium_iso8583::{Message, WireFormat, decode, encode};
use cardium_kernel::AuthorizationId;
use cardium_vault::{Expiry, Pan, PanFingerprint};

use crate::{
    CvvDeclineCode, answer,
    key::message_key,
    kind::{Kind, Processing},
    masking, presented, translate,
};

/// The first line: a record of another layout is not read.
const LAYOUT: &str = "1";
/// Lines before the message.
const LINES: usize = 8;
const ABSENT: &str = "-";

/// A request as its record has it.
pub(crate) struct Record {
    pan: PanFingerprint,
    fingerprint: u128,
    mask: String,
    expiry: Option<Expiry>,
    cvv: CvvCheck,
    partial: PartialApproval,
    cvv_decline_code: CvvDeclineCode,
    message: Arc<Message>,
}

impl Record {
    /// The record of a request, which bears `pan`, and of the command that it became.
    pub(crate) fn of(
        request: &Message,
        command: &Authorize,
        pan: &Pan,
        cvv_decline_code: CvvDeclineCode,
    ) -> Self {
        Self {
            pan: command.exchange.pan,
            fingerprint: command.exchange.fingerprint,
            mask: masking::mask(pan),
            expiry: command.request.expiry,
            cvv: command.request.cvv,
            partial: command.request.partial,
            cvv_decline_code,
            message: Arc::new(harmless(request, &command.exchange.network_trace, pan)),
        }
    }

    /// The bytes to keep.
    pub(crate) fn write(&self) -> Vec<u8> {
        let pan: String = self.pan.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let lines: [&str; LINES] = [
            LAYOUT,
            &pan,
            &format!("{:032x}", self.fingerprint),
            &self.mask,
            &self.expiry.map_or_else(|| ABSENT.to_owned(), Expiry::yymm),
            cvv_word(self.cvv),
            partial_word(self.partial),
            self.cvv_decline_code.as_str(),
        ];
        let mut bytes = lines.join("\n").into_bytes();
        bytes.push(b'\n');
        bytes.extend_from_slice(&encode(&self.message, &WireFormat::default()));
        bytes
    }

    /// Reads what [`Self::write`] wrote; `None` for anything else.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let parts: Vec<&[u8]> = bytes.splitn(LINES + 1, |byte| *byte == b'\n').collect();
        let (message, lines) = parts.split_last()?;
        let lines: Vec<&str> =
            lines.iter().map(|line| std::str::from_utf8(line).ok()).collect::<Option<_>>()?;
        let [LAYOUT, pan, fingerprint, mask, expiry, cvv, partial, code] = lines.as_slice() else {
            return None;
        };
        Some(Self {
            pan: PanFingerprint::from_bytes(bytes_of(pan)?),
            fingerprint: u128::from_str_radix(fingerprint, 16).ok()?,
            mask: (*mask).to_owned(),
            expiry: match *expiry {
                ABSENT => None,
                text => Some(Expiry::parse(text).ok()?),
            },
            cvv: [CvvCheck::Absent, CvvCheck::Match, CvvCheck::Mismatch]
                .into_iter()
                .find(|check| cvv_word(*check) == *cvv)?,
            partial: [PartialApproval::Accepted, PartialApproval::Refused]
                .into_iter()
                .find(|approval| partial_word(*approval) == *partial)?,
            cvv_decline_code: CvvDeclineCode::ALL
                .into_iter()
                .find(|known| known.as_str() == *code)?,
            message: Arc::new(decode(message, &WireFormat::default()).ok()?),
        })
    }

    /// The command that decides the request, with what the endpoint said; `id` is that of the
    /// authorization it may open.
    pub(crate) fn command(self, id: AuthorizationId, said: HookAnswer) -> Authorize {
        let message = &self.message;
        let posting = match Kind::of(message) {
            Kind::Single => Posting::Post,
            _ => Posting::Hold,
        };
        let (kind, amount) = translate::requested(message, posting, Processing::of(message));
        Authorize {
            id,
            request: Request {
                kind,
                amount,
                expiry: self.expiry,
                cvv: self.cvv,
                channel: presented::channel(message),
                country: presented::country(message),
                partial: self.partial,
            },
            posting,
            hook: Hook::Said(said),
            exchange: self.exchange(),
        }
    }

    fn exchange(&self) -> Exchange {
        let message = &self.message;
        let text = |de| message.get(de).unwrap_or_default().trim().to_owned();
        Exchange {
            key: message_key(message),
            mti: message.mti().as_str().to_owned(),
            pan: self.pan,
            fingerprint: self.fingerprint,
            merchant: masking::harmless_merchant(message),
            retrieval_reference: text(37),
            stan: translate::stan(message),
            network_trace: text(63),
            encode: answer::encoder_of_record(message, &self.mask, self.cvv_decline_code),
        }
    }
}

/// The fields of a request that may be kept, the PAN blotted out of them. One that it then does
/// not fit any more is left out.
fn harmless(request: &Message, network_trace: &str, pan: &Pan) -> Message {
    let mut kept = Message::new(request.mti());
    let mut keep = |de: u8, text: &str| {
        let _left_out = kept.set(de, text).is_err();
    };
    for de in masking::SHOWN.into_iter().chain([90]) {
        if let Some(text) = request.get(de) {
            keep(de, &masking::blotted(text, pan));
        }
    }
    if !network_trace.is_empty() {
        keep(63, network_trace);
    }
    kept
}

fn bytes_of(hex: &str) -> Option<[u8; 32]> {
    let digits = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (left, right) = hex.split_at_checked(32).filter(|_| digits)?;
    let half = |text| u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes);
    [half(left)?, half(right)?].concat().try_into().ok()
}

const fn cvv_word(check: CvvCheck) -> &'static str {
    match check {
        CvvCheck::Absent => "absent",
        CvvCheck::Match => "match",
        CvvCheck::Mismatch => "mismatch",
    }
}

const fn partial_word(approval: PartialApproval) -> &'static str {
    match approval {
        PartialApproval::Accepted => "accepted",
        PartialApproval::Refused => "refused",
    }
}
