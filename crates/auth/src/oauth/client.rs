//! Programs that ask owners for access (RFC 7591, RFC 7592).
//!
//! Invariants: what a client says of itself proves nothing, and nothing that it names is fetched;
//! its `scope` is a ceiling and gives nothing. Deliberately absent: software statements, and keys
//! of clients.

use std::{collections::BTreeSet, time::Duration};

use cardium_kernel::{Change, Timestamp};
use data_encoding::BASE64URL_NOPAD;
use url::Url;

use super::{
    error::{OAuthError, invalid_client_metadata, invalid_redirect_uri},
    redirect_uri::{PrivateSchemes, RedirectKind, RedirectUri},
    scope_request::ScopeRequest,
};
use crate::ScopeSet;

/// A registered client that nobody gave access goes after this long.
pub const CLIENT_UNUSED: Duration = Duration::from_secs(24 * 3_600);
/// A registered client that nobody used goes after this long.
pub const CLIENT_IDLE: Duration = Duration::from_secs(90 * 24 * 3_600);
/// How exactly it is known when a client was last used.
const USE_NOTED: Duration = Duration::from_secs(24 * 3_600);

/// The most redirect URIs and contacts, and the longest texts.
const REDIRECT_URIS: usize = 5;
const CONTACTS: usize = 5;
const NAME_LETTERS: usize = 100;
const TEXT_LETTERS: usize = 200;
const URL_BYTES: usize = 2_048;

/// What a client says of itself, as it says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientMetadata {
    /// What people call it.
    pub client_name: Option<String>,
    /// Where it may be answered.
    pub redirect_uris: Vec<String>,
    /// How it gets tokens.
    pub grant_types: Option<Vec<String>>,
    /// What it wants of the authorization endpoint.
    pub response_types: Option<Vec<String>>,
    /// How it proves to be itself.
    pub token_endpoint_auth_method: Option<String>,
    /// The most that it may ask for.
    pub scope: Option<String>,
    /// Its home page.
    pub client_uri: Option<String>,
    /// Its picture; kept and never fetched.
    pub logo_uri: Option<String>,
    /// Its terms of service.
    pub tos_uri: Option<String>,
    /// Its privacy policy.
    pub policy_uri: Option<String>,
    /// Whom to ask about it.
    pub contacts: Vec<String>,
    /// Which program it is, over all its registrations.
    pub software_id: Option<String>,
    /// Which version of that.
    pub software_version: Option<String>,
}

/// What registrations are held to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientRules {
    /// The private-use schemes of redirect URIs.
    pub schemes: PrivateSchemes,
}

/// How a client proves to be itself at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMethod {
    /// Not at all: a public client, which PKCE protects.
    None,
    /// By a secret in the `Authorization` header.
    Basic,
    /// By a secret in the body.
    Post,
}

impl AuthMethod {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Basic, Self::Post];

    /// The method's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
        }
    }

    fn parse(text: Option<&str>) -> Result<Self, OAuthError> {
        // RFC 7591 section 2.
        let text = text.unwrap_or("client_secret_basic");
        let found = Self::ALL.into_iter().find(|method| method.as_str() == text);
        let message = "token_endpoint_auth_method must be none, client_secret_basic or \
                       client_secret_post.";
        found.ok_or_else(|| invalid_client_metadata(message))
    }
}

/// How a client gets tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// By a code.
    AuthorizationCode,
    /// By an earlier refresh token.
    RefreshToken,
}

impl GrantType {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::AuthorizationCode, Self::RefreshToken];

    /// The type's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }

    /// The type with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text)
    }
}

/// How a client came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// It registered itself (RFC 7591).
    Registered,
    /// Its id is the address of a document that describes it.
    Document,
    /// The operator entered it.
    Operator,
}

impl ClientKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Registered, Self::Document, Self::Operator];

    /// The kind's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Document => "document",
            Self::Operator => "operator",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What a client says of itself, found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientDetails {
    metadata: ClientMetadata,
    redirect_uris: Vec<RedirectUri>,
    method: AuthMethod,
    refreshes: bool,
    ceiling: Option<ScopeRequest>,
}

impl ClientDetails {
    /// Reads what a client says of itself. The metadata is completed with what its silence means.
    ///
    /// # Errors
    /// `invalid_redirect_uri` or `invalid_client_metadata`.
    pub fn try_new(mut metadata: ClientMetadata, rules: &ClientRules) -> Result<Self, OAuthError> {
        let redirect_uris = read_redirects(&metadata.redirect_uris, &rules.schemes)?;
        let method = AuthMethod::parse(metadata.token_endpoint_auth_method.as_deref())?;
        let refreshes = read_grants(metadata.grant_types.as_deref())?;
        check_responses(metadata.response_types.as_deref())?;
        check_texts(&metadata)?;
        let ceiling = metadata.scope.as_deref().map(ScopeRequest::parse).transpose();
        let ceiling = ceiling.map_err(|error| invalid_client_metadata(error.description))?;
        metadata.token_endpoint_auth_method = Some(method.as_str().to_owned());
        let grants = GrantType::ALL
            .iter()
            .filter(|grant| refreshes || **grant == GrantType::AuthorizationCode);
        metadata.grant_types = Some(grants.map(|grant| grant.as_str().to_owned()).collect());
        metadata.response_types = Some(vec!["code".to_owned()]);
        metadata.redirect_uris = redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect();
        Ok(Self { metadata, redirect_uris, method, refreshes, ceiling })
    }

    /// What was found sound before and stored; a setting that changed since does not break it.
    #[must_use]
    pub fn restore(metadata: ClientMetadata) -> Self {
        let redirect_uris = metadata.redirect_uris.iter().cloned().map(RedirectUri::restore);
        let method = AuthMethod::parse(metadata.token_endpoint_auth_method.as_deref());
        let ceiling = metadata.scope.as_deref().map(ScopeRequest::parse).transpose();
        Self {
            redirect_uris: redirect_uris.collect(),
            method: method.unwrap_or(AuthMethod::Basic),
            refreshes: read_grants(metadata.grant_types.as_deref()).unwrap_or(false),
            ceiling: ceiling.unwrap_or_default(),
            metadata,
        }
    }

    /// What it says of itself, complete.
    #[must_use]
    pub const fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// Where it may be answered.
    #[must_use]
    pub fn redirect_uris(&self) -> &[RedirectUri] {
        &self.redirect_uris
    }

    /// How it proves to be itself.
    #[must_use]
    pub const fn method(&self) -> AuthMethod {
        self.method
    }

    /// Whether it may use this grant type.
    #[must_use]
    pub fn may_use(&self, grant: GrantType) -> bool {
        match grant {
            GrantType::AuthorizationCode => true,
            GrantType::RefreshToken => self.refreshes,
        }
    }

    /// The most that it may ask for; none where it may ask for anything.
    #[must_use]
    pub const fn ceiling(&self) -> Option<&ScopeRequest> {
        self.ceiling.as_ref()
    }

    /// Whether it may ask for these scopes.
    #[must_use]
    pub fn has_room(&self, scopes: ScopeSet) -> bool {
        let ceiling = self.ceiling.as_ref().filter(|ceiling| !ceiling.is_empty());
        ceiling.is_none_or(|ceiling| ceiling.scopes().covers(scopes))
    }

    /// The redirect URI that a request is answered at, as the request names it. Only a client that
    /// registered a single one may leave it out.
    ///
    /// # Errors
    /// `invalid_redirect_uri`.
    pub fn find_redirect(&self, asked: Option<&str>) -> Result<RedirectUri, OAuthError> {
        let found = match (asked, self.redirect_uris.as_slice()) {
            (None, [only]) => Some(only.clone()),
            (None, _) => None,
            (Some(asked), registered) => {
                let known = registered.iter().any(|uri| uri.matches(asked));
                known.then(|| RedirectUri::restore(asked.to_owned()))
            }
        };
        let message = "redirect_uri is not one that the client registered.";
        found.ok_or_else(|| invalid_redirect_uri(message))
    }
}

fn read_redirects(
    texts: &[String],
    schemes: &PrivateSchemes,
) -> Result<Vec<RedirectUri>, OAuthError> {
    if texts.is_empty() || texts.len() > REDIRECT_URIS {
        return Err(invalid_redirect_uri("redirect_uris must have 1 to 5 entries."));
    }
    let mut uris = Vec::with_capacity(texts.len());
    for text in texts {
        let uri = RedirectUri::parse(text, schemes)?;
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    Ok(uris)
}

/// Whether the client refreshes. One that names no grant type does: every MCP client can. Types
/// that are not served are dropped, as RFC 7591 section 2 has it: clients name what they could use
/// elsewhere.
fn read_grants(named: Option<&[String]>) -> Result<bool, OAuthError> {
    let Some(named) = named else {
        return Ok(true);
    };
    let known: Vec<_> = named.iter().filter_map(|name| GrantType::parse(name)).collect();
    if known.contains(&GrantType::AuthorizationCode) {
        return Ok(known.contains(&GrantType::RefreshToken));
    }
    Err(invalid_client_metadata("grant_types must have authorization_code among them."))
}

fn check_responses(named: Option<&[String]>) -> Result<(), OAuthError> {
    let sound = named.is_none_or(|named| named.iter().any(|it| it == "code"));
    let message = "response_types must have code among them.";
    if sound { Ok(()) } else { Err(invalid_client_metadata(message)) }
}

fn check_texts(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    check_text("client_name", metadata.client_name.as_deref(), NAME_LETTERS)?;
    check_text("software_id", metadata.software_id.as_deref(), TEXT_LETTERS)?;
    check_text("software_version", metadata.software_version.as_deref(), TEXT_LETTERS)?;
    check_url("client_uri", metadata.client_uri.as_deref())?;
    check_url("logo_uri", metadata.logo_uri.as_deref())?;
    check_url("tos_uri", metadata.tos_uri.as_deref())?;
    check_url("policy_uri", metadata.policy_uri.as_deref())?;
    if metadata.contacts.len() > CONTACTS {
        return Err(invalid_client_metadata("contacts may have at most 5 entries."));
    }
    metadata
        .contacts
        .iter()
        .try_for_each(|contact| check_text("contacts", Some(contact), TEXT_LETTERS))
}

/// Characters that turn or hide text make one name look like another.
fn check_text(name: &str, text: Option<&str>, most: usize) -> Result<(), OAuthError> {
    let Some(text) = text else { return Ok(()) };
    let blank = text.trim().is_empty();
    if blank || text.chars().count() > most || text.chars().any(is_deceptive) {
        let message = format!("{name} must have 1 to {most} printable characters.");
        return Err(invalid_client_metadata(message));
    }
    Ok(())
}

const fn is_deceptive(letter: char) -> bool {
    let control = matches!(letter, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}');
    let marks = matches!(letter, '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}');
    let turns = matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    control || marks || turns
}

fn check_url(name: &str, text: Option<&str>) -> Result<(), OAuthError> {
    let Some(text) = text else { return Ok(()) };
    let strange = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '\\';
    let url = Url::parse(text).ok().filter(|url| {
        let plain = url.username().is_empty() && url.password().is_none();
        matches!(url.scheme(), "https" | "http") && url.has_host() && plain
    });
    if text.len() > URL_BYTES || text.contains(strange) || url.is_none() {
        return Err(invalid_client_metadata(format!("{name} must be an http or https URL.")));
    }
    Ok(())
}

/// The stored facts of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRecord {
    /// The `client_id`: ours, or the address of its document.
    pub id: String,
    /// How it came to be known.
    pub kind: ClientKind,
    /// What it says of itself.
    pub details: ClientDetails,
    /// The keyed hash of its secret, where it has one.
    pub secret: Option<[u8; 32]>,
    /// The keyed hash of what it manages its registration with.
    pub registration: Option<[u8; 32]>,
    /// When it came to be known.
    pub created_at: Timestamp,
    /// When it last said something else of itself.
    pub updated_at: Timestamp,
    /// When an owner last gave it access.
    pub used_at: Option<Timestamp>,
    /// Until when its document is believed.
    pub fresh_until: Option<Timestamp>,
    /// When it was deleted or given up; it stays until its grants have ended.
    pub ended_at: Option<Timestamp>,
}

/// What a client begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClient {
    /// The `client_id`.
    pub id: String,
    /// How it came to be known.
    pub kind: ClientKind,
    /// What it says of itself.
    pub details: ClientDetails,
    /// The keyed hash of its secret, where it has one.
    pub secret: Option<[u8; 32]>,
    /// The keyed hash of what it manages its registration with; none where it may not.
    pub registration: Option<[u8; 32]>,
    /// Until when its document is believed.
    pub fresh_until: Option<Timestamp>,
}

/// A program that asks owners for access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client(ClientRecord);

impl std::ops::Deref for Client {
    type Target = ClientRecord;

    fn deref(&self) -> &ClientRecord {
        &self.0
    }
}

impl Client {
    /// A client read back from storage.
    #[must_use]
    pub const fn restore(record: ClientRecord) -> Self {
        Self(record)
    }

    /// An id for a client that has none of its own.
    #[must_use]
    pub fn id_of(random: &[u8; 16]) -> String {
        format!("client_{}", BASE64URL_NOPAD.encode(random))
    }

    /// A new client, or what a document says now of one that may be known.
    #[must_use]
    pub fn register(new: NewClient, now: Timestamp) -> Self {
        Self(ClientRecord {
            id: new.id,
            kind: new.kind,
            details: new.details,
            secret: new.secret,
            registration: new.registration,
            created_at: now,
            updated_at: now,
            used_at: None,
            fresh_until: new.fresh_until,
            ended_at: None,
        })
    }

    /// When it goes if nobody uses it before; the operator's stay. What is known of a document
    /// goes as well, and is fetched anew.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        if self.ended_at.is_some() {
            return None;
        }
        let unused = || self.created_at.after(CLIENT_UNUSED);
        let end = self.used_at.map_or_else(unused, |used| used.after(CLIENT_IDLE));
        match self.kind {
            ClientKind::Registered | ClientKind::Document => Some(end),
            ClientKind::Operator => None,
        }
    }

    /// Whether its time is over, or it was ended.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ended_at.is_some() || self.expires_at().is_some_and(|end| end <= now)
    }

    /// Ends it: nobody is this client any more, and what owners gave it ends.
    pub const fn end(&mut self, now: Timestamp) -> Change {
        if self.0.ended_at.is_some() {
            return Change::AlreadyApplied;
        }
        self.0.ended_at = Some(now);
        Change::Applied
    }

    /// Whether its document has to be fetched again.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.kind == ClientKind::Document && self.fresh_until.is_none_or(|until| until <= now)
    }

    /// What its owners are shown: its own name, which proves nothing, or else its id.
    #[must_use]
    pub fn name(&self) -> &str {
        self.details.metadata.client_name.as_deref().unwrap_or(&self.id)
    }

    /// Whether whoever is answered there is the client: at its own web host, as its document or the
    /// operator says. What a client says of itself in a registration proves nothing; and at an
    /// address on the owner's own machine any program can be answered, whoever named it.
    #[must_use]
    pub fn is_proven_at(&self, uri: &RedirectUri) -> bool {
        let named = match self.kind {
            ClientKind::Operator => true,
            ClientKind::Registered => false,
            ClientKind::Document => {
                let own = Url::parse(&self.id).ok();
                own.as_ref().and_then(Url::host_str) == Some(uri.host().as_str())
            }
        };
        uri.kind() == RedirectKind::Web && named
    }

    /// The hosts that it may be answered at.
    #[must_use]
    pub fn redirect_hosts(&self) -> BTreeSet<String> {
        self.details.redirect_uris.iter().map(RedirectUri::host).collect()
    }

    /// Takes over from what was known before when it came to be known and was used.
    pub fn keep_use_of(&mut self, known: &Self) {
        self.0.created_at = known.created_at;
        self.0.used_at = known.used_at;
    }

    /// Takes over what it says of itself now (RFC 7592 section 2.2).
    pub fn update(&mut self, details: ClientDetails, now: Timestamp) {
        self.0.details = details;
        self.0.updated_at = now;
    }

    /// Notes that it was used, to the day.
    pub fn touch(&mut self, now: Timestamp) -> Change {
        if self.used_at.is_some_and(|used| now.since(used) < USE_NOTED) {
            return Change::AlreadyApplied;
        }
        self.0.used_at = Some(now);
        Change::Applied
    }
}
