//! The bytes of a case's messages, in the terms of `support::Line`.

use serde_json::{Value, json};

use super::steps::{Copy, Kind, Sent};

/// DE 7 of all messages: what differs is their trace number.
const SENT_AT: &str = "0519073000";

/// How a case's messages are told from those of others on the same server.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The card's number.
    pub pan: String,
    /// The number of the case.
    pub case: u32,
}

impl Identity {
    /// DE 37 of a purchase.
    pub fn reference(&self, purchase: u32) -> String {
        format!("{:08}{purchase:04}", self.case)
    }

    /// The message; `code` is the approval code that it quotes.
    pub fn message(&self, sent: &Sent, code: Option<&str>) -> Value {
        let mut message = self.plain(sent);
        let mut set = |de: &str, text: String| message[de] = text.into();
        if sent.quotes.trace {
            set("63", format!("TRACE{:06}{}", self.case, sent.purchase));
        }
        if let Some(code) = code {
            set("38", code.to_owned());
        }
        if let Some(number) = sent.quotes.numbers_of {
            set("90", original("0100", number));
        }
        match sent.kind {
            Kind::Advice => set("38", own_code(sent.number)),
            Kind::EarlyClearing => set("48", "98040102".to_owned()),
            Kind::Reversal { original: number, of, remaining } => {
                set("90", original(of, number));
                if let Some(cents) = remaining {
                    set("95", format!("{cents:012}{:030}", 0));
                }
            }
            Kind::Request | Kind::Single | Kind::LastClearing | Kind::Refund => {}
        }
        message
    }

    fn plain(&self, sent: &Sent) -> Value {
        let mti = sent.kind.mti();
        let class = mti.get(..3).expect("a message type has four digits");
        let is_refund = sent.kind == Kind::Refund;
        json!({
            "t": if sent.copy == Copy::Repeat { format!("{class}1") } else { mti.to_owned() },
            "2": self.pan,
            "3": if is_refund { "200000" } else { "000000" },
            "4": format!("{:012}", sent.cents),
            "7": SENT_AT,
            "11": format!("{:06}", sent.number),
            "18": "5814",
            "22": "812",
            "25": "59",
            "32": "400001",
            "37": self.reference(sent.purchase),
            "41": "TERM0001",
            "42": format!("MERCHANT{:07}", sent.purchase),
            "43": format!("{:<25}{:<13}{}", "CORNER COFFEE", "LISBON", "PT"),
            "49": "840",
        })
    }
}

/// DE 38 that the network gives when it approves in our place.
pub fn own_code(number: u32) -> String {
    format!("A{number:05}")
}

/// DE 90 of a message.
fn original(mti: &str, number: u32) -> String {
    format!("{mti}{number:06}{SENT_AT}{:0>11}{:0>11}", "400001", "")
}
