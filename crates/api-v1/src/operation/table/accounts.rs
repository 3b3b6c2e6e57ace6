use cardium_auth::Scope;
use cardium_kernel::ErrorCode;

use crate::{
    account::{AccountOut, AccountPatch, SignInIn, SignUpIn},
    operation::{Access, Kind, Method, Operation, Parameter, act, get, patch},
    session::{SignedInOut, SignedUpOut},
    totp::{DisableTotpByPostIn, DisableTotpIn, EnableTotpIn, TotpOut},
};

/// Why turning two-factor authentication off may be refused.
const DISABLE_ERRORS: &[ErrorCode] =
    &[ErrorCode::SessionRequired, ErrorCode::InvalidTotpCode, ErrorCode::TotpNotEnabled];

/// Operations of the group "Accounts".
pub const OPERATIONS: &[Operation] = &[
    Operation::new("create_account", Method::Post, "/accounts", Access::Public)
        .beside_cards()
        .secret()
        .takes::<SignUpIn>()
        .gives::<SignedUpOut>()
        .refuses(&[ErrorCode::EmailTaken, ErrorCode::WeakPassword])
        .says("Open an account and sign it in"),
    Operation::new("sign_in", Method::Post, "/sessions", Access::Public)
        .beside_cards()
        .answers(200)
        .secret()
        .takes::<SignInIn>()
        .gives::<SignedInOut>()
        .refuses(&[ErrorCode::InvalidCredentials, ErrorCode::TotpRequired])
        .says("Open a session with e-mail address and password"),
    Operation::new("sign_out", Method::Delete, "/sessions", Access::Session)
        .beside_cards()
        .says("End the session that asks"),
    get("get_account", "/accounts/me", Scope::AccountRead)
        .beside_cards()
        .gives::<AccountOut>()
        .says("Show the account with its balance"),
    patch("update_account", "/accounts/me", Scope::AccountWrite)
        .beside_cards()
        .takes::<AccountPatch>()
        .gives::<AccountOut>()
        .refuses(&[
            ErrorCode::InvalidCredentials,
            ErrorCode::StepUpRequired,
            ErrorCode::SessionRequired,
            ErrorCode::EmailTaken,
            ErrorCode::WeakPassword,
        ])
        .says("Change e-mail address, password or notifications"),
    act("enable_2fa", "/accounts/me/totp", Scope::AccountWrite)
        .beside_cards()
        .never_by_agents()
        .secret()
        .takes::<EnableTotpIn>()
        .gives::<TotpOut>()
        .refuses(&[
            ErrorCode::InvalidCredentials,
            ErrorCode::StepUpRequired,
            ErrorCode::SessionRequired,
            ErrorCode::InvalidTotpCode,
            ErrorCode::TotpAlreadyEnabled,
        ])
        .says("Ask for an authenticator's secret, then show a code of it"),
    Operation::new(
        "disable_2fa",
        Method::Delete,
        "/accounts/me/totp",
        Access::Bearer(Some(Scope::AccountWrite)),
    )
    .beside_cards()
    .never_by_agents()
    .takes::<DisableTotpIn>()
    .asks(&[
        Parameter::header("X-Password", Kind::Text(256), "The password, in place of the body's"),
        Parameter::header("X-TOTP-Code", Kind::Text(64), "The code, in place of the body's"),
    ])
    .refuses(DISABLE_ERRORS)
    .says("Turn two-factor authentication off"),
    act("disable_2fa_by_post", "/accounts/me/totp/disable", Scope::AccountWrite)
        .beside_cards()
        .never_by_agents()
        .answers(204)
        .takes::<DisableTotpByPostIn>()
        .refuses(DISABLE_ERRORS)
        .is_final()
        .says("Turn two-factor authentication off, for clients whose DELETE has no body"),
];
