//! What the operator's decision endpoint is asked, and what it may answer.

use cardium_app::network::Question;
use cardium_authorizations::HookAnswer;
use cardium_kernel::{AuthorizationId, CardId, MessageId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    amount::AmountOut,
    decision::{CheckOut, checks},
    text::{Text, to_json},
    transaction::{FxPart, MerchantPart},
};

#[derive(Serialize)]
struct QuestionOut {
    id: Text<MessageId>,
    object: &'static str,
    mode: &'static str,
    card_id: Text<CardId>,
    authorization_id: Text<AuthorizationId>,
    kind: &'static str,
    amount_usd: AmountOut,
    fee_usd: AmountOut,
    fx: Option<FxPart>,
    merchant: MerchantPart,
    channel: &'static str,
    checks: Vec<CheckOut>,
    expires_at: Text<Timestamp>,
}

/// The JSON of a question.
#[must_use]
pub fn question_body(question: &Question) -> Vec<u8> {
    let billed = question.amount.minus(question.fee).unwrap_or(question.amount);
    to_json(&QuestionOut {
        id: Text(question.id),
        object: "authorization_request",
        mode: question.book.as_str(),
        card_id: Text(question.card),
        authorization_id: Text(question.authorization),
        kind: question.kind.as_str(),
        amount_usd: AmountOut(question.amount),
        fee_usd: AmountOut(question.fee),
        fx: question.merchant_amount.as_ref().map(|asked| FxPart::new(billed, asked)),
        merchant: MerchantPart::from(&question.merchant),
        channel: question.channel.as_str(),
        checks: checks(&question.checks),
        expires_at: Text(question.expires_at),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Decision {
    Approve,
    Decline,
}

#[derive(Deserialize)]
struct AnswerIn {
    decision: Decision,
}

/// What an answer says; none for anything but `{"decision": "approve"}` or `"decline"`. Further
/// members are for later and are not looked at.
#[must_use]
pub fn answer(body: &[u8]) -> Option<HookAnswer> {
    // Serde would take an array for a struct, member by member.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let answer: AnswerIn = serde_json::from_slice(body).ok().filter(|_| is_object)?;
    Some(match answer.decision {
        Decision::Approve => HookAnswer::Approved,
        Decision::Decline => HookAnswer::Declined,
    })
}

#[cfg(test)]
mod tests {
    use cardium_authorizations::{ForeignAmount, Merchant, Trace, TransactionKind};
    use cardium_cards::Channel;
    use cardium_kernel::{AccountId, Book, Money};

    use super::*;

    #[test]
    fn only_the_two_words_are_an_answer() {
        let said = |text: &str| answer(text.as_bytes());
        assert_eq!(said(r#"{"decision":"approve"}"#), Some(HookAnswer::Approved));
        assert_eq!(said(r#"{"decision":"decline","note":1}"#), Some(HookAnswer::Declined));
        for garbage in [
            "",
            "approve",
            r#""approve""#,
            r#"{"decision":"Approve"}"#,
            r#"{"decision":true}"#,
            r#"{"decision":"approve"} {}"#,
            r#"{"decision":"approve","decision":"decline"}"#,
            r#"["approve"]"#,
        ] {
            assert_eq!(said(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn a_question_names_everything_but_the_number() {
        let question = Question {
            id: MessageId::new(1),
            account: AccountId::new(2),
            card: CardId::new(3),
            book: Book::Sandbox,
            authorization: AuthorizationId::new(4),
            kind: TransactionKind::Purchase,
            amount: Money::usd(1_101),
            fee: Money::usd(16),
            merchant_amount: ForeignAmount::try_new(1_000, "EUR", 2),
            merchant: Merchant { name: "CAFE".into(), mcc: "5814".into(), ..Merchant::default() },
            channel: Channel::Contactless,
            checks: Trace::from_text("card_state -\navailable_funds - 5000 0 1101\n").unwrap(),
            expires_at: Timestamp::from_unix_seconds(2),
        };
        let expected = concat!(
            r#"{"id":"msg_00000000000000000000000001","object":"authorization_request","#,
            r#""mode":"sandbox","card_id":"card_00000000000000000000000003","#,
            r#""authorization_id":"auth_00000000000000000000000004","kind":"purchase","#,
            r#""amount_usd":11.01,"fee_usd":0.16,"fx":{"merchant_amount":"10.00","#,
            r#""merchant_currency":"EUR","rate":"1.085"},"merchant":{"name":"CAFE","#,
            r#""mcc":"5814","id":"","city":"","country":""},"channel":"contactless","#,
            r#""checks":[{"rule":"card_state","result":"passed","reason":null,"unit":null,"#,
            r#""limit":null,"used":null,"requested":null},{"rule":"available_funds","#,
            r#""result":"passed","reason":null,"unit":"usd","limit":50.00,"used":0.00,"#,
            r#""requested":11.01}],"expires_at":"1970-01-01T00:00:02Z"}"#
        );
        assert_eq!(String::from_utf8(question_body(&question)).unwrap(), expected);
    }
}
