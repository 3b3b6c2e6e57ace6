//! The rules without a server: sound requests pass, and each case of the table is refused.

#[path = "../../../../tests/oauth/negatives.rs"]
mod negatives;

mod clients;
mod exchanges;
mod requests;
mod scopes;

use cardium_kernel::{GrantId, Timestamp};

use super::*;

const CLIENT: &str = "client";
const OTHER: &str = "other";
const GRANT: GrantId = GrantId::new(7);
/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const WEB: &str = "https://a.example/callback?a=b";

const fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_seconds(second)
}

fn rules() -> ClientRules {
    let listed = ["cursor", "vscode", "com.example.app"];
    ClientRules { schemes: PrivateSchemes::try_new(&listed).unwrap() }
}

fn sound() -> ClientMetadata {
    ClientMetadata {
        redirect_uris: vec![WEB.to_owned(), "http://localhost/callback".to_owned()],
        token_endpoint_auth_method: Some("none".to_owned()),
        scope: Some("read cards:write".to_owned()),
        ..ClientMetadata::default()
    }
}

fn client_of(metadata: ClientMetadata) -> Client {
    Client::restore(ClientRecord {
        id: CLIENT.to_owned(),
        kind: ClientKind::Registered,
        details: ClientDetails::try_new(metadata, &rules()).unwrap(),
        secret: None,
        registration: None,
        created_at: at(0),
        updated_at: at(0),
        used_at: None,
        fresh_until: None,
        ended_at: None,
    })
}

fn challenge() -> CodeChallenge {
    CodeChallenge::parse(Some(CHALLENGE), Some("S256")).unwrap()
}
