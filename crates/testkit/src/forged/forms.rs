//! Texts that are not three parts of strict base64url, though what they hold may be genuine.

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use super::{
    Check, Forge, Forgery, header_of,
    tools::{encode, forgery, message, sign_text},
};

/// How many claims are tried until one token's parts hold the letters that a case needs.
const TRIES: u32 = 4_096;

pub(super) fn forgeries(forge: &Forge<'_>) -> Vec<Forgery> {
    [parts(forge), alphabets(forge)].concat()
}

fn split(token: &str) -> (&str, &str, &str) {
    let (message, signature) = token.rsplit_once('.').expect("a token has three parts");
    let (header, payload) = message.split_once('.').expect("a token has three parts");
    (header, payload, signature)
}

fn form(name: impl Into<String>, token: String) -> Forgery {
    forgery(Check::Form, name, token)
}

/// Too few parts, too many, or other ones.
fn parts(forge: &Forge<'_>) -> Vec<Forgery> {
    let token = forge.genuine();
    let (h, p, s) = split(&token);
    let json_form = json!({"protected": h, "payload": p, "signature": s}).to_string();
    let outer = header_of(forge.key).to_string();
    vec![
        form("one part", h.to_owned()),
        form("two parts", format!("{h}.{p}")),
        form("two parts, header and signature", format!("{h}.{s}")),
        form("four parts", format!("{h}.{p}.{s}.{s}")),
        form("five parts", format!("{h}.{p}.{s}.{s}.{s}")),
        form("five parts, as a JWE has", format!("{h}..{s}.{p}.{s}")),
        form("a dot at the end", format!("{token}.")),
        form("a dot at the beginning", format!(".{token}")),
        form("two dots between", format!("{h}..{p}.{s}")),
        form("no header", format!(".{p}.{s}")),
        forgery(Check::Signature, "an empty payload", format!("{h}..{s}")),
        form("dots alone", "eyJ..".to_owned()),
        form("dots written as %2E", format!("{h}%2E{p}%2E{s}")),
        form("the JSON form of a JWS", json_form),
        form("two tokens", format!("{token}, {token}")),
        form("the scheme twice", format!("Bearer {token}")),
        form("the token in quotes", format!("\"{token}\"")),
        forgery(
            Check::Claims,
            "a token within a token",
            sign_text(forge.key, &message(&outer, &token)),
        ),
        forgery(Check::Signature, "all in lower case", token.to_lowercase()),
        form("a header of plain JSON", format!("eyJ{outer}.{p}.{s}")),
    ]
}

/// Letters that base64url does not have, and bits that nothing needs.
fn alphabets(forge: &Forge<'_>) -> Vec<Forgery> {
    let token = forge.genuine();
    let (h, p, s) = split(&token);
    let standard = spelled(forge, |token| split(token).2.contains(['-', '_']));
    let (sh, sp, ss) = split(&standard);
    let plus = ss.replace('-', "+").replace('_', "/");
    let middle = |part: &str, letter: &str| {
        let (before, after) = part.split_at(part.len() / 2);
        format!("{before}{letter}{after}")
    };
    let mut cases = vec![
        form("a padded signature", format!("{h}.{p}.{s}==")),
        form("a signature with one =", format!("{h}.{p}.{s}=")),
        form("a padded header", format!("{h}=.{p}.{s}")),
        form("a padded payload", format!("{h}.{p}=.{s}")),
        form("a signature in the other alphabet", format!("{sh}.{sp}.{plus}")),
        form("a signature in hexadecimal", format!("{h}.{p}.{}", hex(s))),
        form("bits left over in the signature", format!("{h}.{p}.{}", spare(s))),
        form("a letter more in the signature", format!("{h}.{p}.{s}A")),
    ];
    for (name, letter) in [
        ("a blank", " "),
        ("a tab", "\t"),
        ("a star", "*"),
        ("a percent sign", "%"),
        ("a tilde", "~"),
        ("a full stop of another script", "\u{ff0e}"),
        ("a letter of another script", "\u{0430}"),
        ("a character of no width", "\u{200b}"),
    ] {
        cases.push(form(format!("{name} in the header"), format!("{}.{p}.{s}", middle(h, letter))));
        cases
            .push(form(format!("{name} in the payload"), format!("{h}.{}.{s}", middle(p, letter))));
        cases.push(form(
            format!("{name} in the signature"),
            format!("{h}.{p}.{}", middle(s, letter)),
        ));
    }
    cases
}

/// What no header's value can hold or keep.
pub(super) fn unsendable(forge: &Forge<'_>) -> Vec<Forgery> {
    let token = forge.genuine();
    let (h, p, s) = split(&token);
    let long = |letters| forge.with_more(&format!(r#""filler":"{}""#, "f".repeat(letters)));
    vec![
        form("a token of five thousand letters", long(3_200)),
        form("a token of seven thousand letters", long(5_000)),
        form("nothing", String::new()),
        form("a blank at the end", format!("{token} ")),
        form("a blank at the beginning", format!(" {token}")),
        form("a line break at the end", format!("{token}\n")),
        form("a line break in the signature", format!("{h}.{p}.\r\n{s}")),
        form("a zero byte at the end", format!("{token}\0")),
        form("a zero byte in the payload", format!("{h}.{p}\0.{s}")),
        form("half a megabyte", format!("{h}.{p}.{}", "A".repeat(1 << 19))),
    ]
}

/// A genuine token whose text is as asked; ids are tried until one is.
fn spelled(forge: &Forge<'_>, fits: impl Fn(&str) -> bool) -> String {
    let ids = (0..TRIES).map(|number| {
        let mut claims = forge.claims.clone();
        claims.jti = format!("spelled_{number}");
        Forge { claims, ..*forge }.genuine()
    });
    ids.into_iter().find(|token| fits(token)).expect("one in thousands is so")
}

/// The same bytes with a bit set that they do not need: the last letter holds two of its six.
fn spare(part: &str) -> String {
    let (last, before) = part.as_bytes().split_last().expect("a part has letters");
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = letters.iter().position(|letter| letter == last).expect("it is base64url");
    let other = letters.get(place | 1).copied().expect("the number stays below 64");
    format!("{}{}", String::from_utf8_lossy(before), char::from(other))
}

fn hex(part: &str) -> String {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).expect("it was encoded here");
    encode(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}
