//! The `/v1` dialect: the operation table, wire types and pure maps to and from commands.
//!
//! Invariants: every operation is declared once, in [`operation`]; money is an exact decimal on
//! its way in and out; an error answer has one shape, whatever went wrong. Deliberately absent:
//! HTTP itself (routes, headers, credentials) and every decision that needs a database.

pub mod account;
pub mod activity;
pub mod amount;
pub mod announcement;
pub mod api_key;
pub mod approval;
pub mod audit;
pub mod auth_details;
pub mod authorization;
pub mod authorization_check;
pub mod balance;
pub mod body;
pub mod card;
pub mod card_change;
pub mod controls;
pub mod decision;
pub mod decision_hook;
pub mod dispute;
pub mod event;
pub mod event_stream;
pub mod evidence;
pub mod evidence_form;
pub mod expand;
pub mod field;
pub mod funding;
pub mod grant;
pub mod health;
pub mod limits;
pub mod list;
pub mod metadata;
pub mod openapi;
pub mod operation;
pub mod panic;
pub mod problem;
pub mod qr;
pub mod query;
pub mod reveal;
pub mod schema;
pub mod session;
pub mod shipping;
pub mod simulation;
pub mod text;
pub mod ticket;
pub mod topup;
pub mod totp;
pub mod transaction;
pub mod webhook;
pub mod webhook_gaps;
pub mod webhook_log;
pub mod webhook_patch;
pub mod webhook_secret;
pub mod webhook_url;
pub mod withdrawal;
pub mod word;

pub use event::{Renderer, event_body, webhook_body};
pub use text::to_json;
