//! Commands over a store that is asked for exactly what they need.

use mockall::{Sequence, predicate::eq};

use super::*;
use crate::{Scope, TokenKind, store::MockCredentialStore};

const MINE: AccountId = AccountId::new(1);
const KEY: CredentialId = CredentialId::new(10);
const SESSION: CredentialId = CredentialId::new(20);

const fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_seconds(second)
}

fn record(id: CredentialId, kind: CredentialKind) -> CredentialRecord {
    CredentialRecord {
        id,
        account: MINE,
        kind,
        token: TokenHash([0; 32]),
        name: "server".to_owned(),
        prefix: "ccm_live_a1b2".to_owned(),
        last4: "ffff".to_owned(),
        scopes: [Scope::CardRead, Scope::CardFund].into_iter().collect(),
        mode: None,
        generation: 0,
        allowed: AllowList::parse(&["10.0.0.0/8"]).unwrap(),
        metadata: Metadata::default(),
        created_at: at(0),
        expires_at: Some(at(1_000_000)),
        revoked_at: None,
        updated_at: at(0),
        version: 3,
    }
}

fn session() -> Credential {
    Credential::restore(record(SESSION, CredentialKind::Session))
}

fn key() -> Credential {
    Credential::restore(record(KEY, CredentialKind::ApiKey))
}

/// A store that knows one credential and takes no writes.
fn holding(credential: Credential) -> MockCredentialStore {
    let mut store = MockCredentialStore::new();
    let id = credential.id;
    store.expect_find_credential().with(eq(id)).times(1).return_once(move |_| Ok(Some(credential)));
    store
}

/// The same, and takes this many writes.
fn writable(credential: Credential, writes: usize) -> MockCredentialStore {
    let mut store = holding(credential);
    store.expect_save_credential().times(writes).returning(|_| Ok(()));
    store
}

/// Nothing but the credential speaks for its owner.
const fn by(acting: &Credential) -> (&Credential, Presence) {
    (acting, Presence::Session)
}

const STALE: Timestamp = at(601);

#[test]
fn sessions_and_keys_of_others_are_no_keys() {
    let other = Credential::restore(CredentialRecord {
        account: AccountId::new(2),
        ..record(KEY, CredentialKind::ApiKey)
    });
    for found in [Credential::restore(record(KEY, CredentialKind::Session)), other] {
        let refused = find_key(&mut holding(found), MINE, KEY);
        assert_eq!(refused, Err(KeyError::NotFound));
    }
    let mut store = MockCredentialStore::new();
    let broken = StoreError::Backend("planted".to_owned());
    let planted = broken.clone();
    store.expect_find_credential().return_once(move |_| Err(planted));
    assert_eq!(find_key(&mut store, MINE, KEY), Err(KeyError::Store(broken)));
}

#[test]
fn a_session_revokes_any_key_and_a_key_itself() {
    let (mut store, now) = (writable(key(), 1), at(5));
    assert_eq!(revoke_key(&mut store, &session(), KEY, now), Ok(Change::Applied));
    assert_eq!(revoke_key(&mut writable(key(), 1), &key(), KEY, now), Ok(Change::Applied));
    let other = CredentialRecord { id: SESSION, ..record(KEY, CredentialKind::ApiKey) };
    let refused = revoke_key(&mut holding(key()), &Credential::restore(other), KEY, now);
    assert_eq!(refused, Err(CredentialError::SessionRequired.into()));
    let mut revoked = key();
    assert_eq!(revoked.revoke(now), Change::Applied);
    let again = revoke_key(&mut holding(revoked), &session(), KEY, at(6));
    assert_eq!(again, Ok(Change::AlreadyApplied));
}

#[test]
fn narrowing_takes_any_session_and_widening_a_fresh_one() {
    let narrow = [
        KeyChange { scopes: Some([Scope::CardRead].into_iter().collect()), ..KeyChange::default() },
        KeyChange { allowed: AllowList::parse(&["10.1.1.1"]).ok(), ..KeyChange::default() },
        KeyChange { expires_at: Some(Some(at(900_000))), ..KeyChange::default() },
        KeyChange { mode: Some(Some(Book::Live)), ..KeyChange::default() },
        KeyChange { name: Some("other".to_owned()), ..KeyChange::default() },
    ];
    for change in narrow {
        let done = change_key(&mut writable(key(), 1), by(&session()), KEY, change, STALE);
        let (changed, outcome) = done.unwrap();
        assert_eq!((changed.version, changed.updated_at, outcome), (4, STALE, Change::Applied));
    }
    let wide = [
        KeyChange { scopes: Some(ScopeSet::all()), ..KeyChange::default() },
        KeyChange { allowed: Some(AllowList::default()), ..KeyChange::default() },
        KeyChange { allowed: AllowList::parse(&["11.0.0.1"]).ok(), ..KeyChange::default() },
        KeyChange { expires_at: Some(None), ..KeyChange::default() },
        KeyChange { expires_at: Some(Some(at(1_000_001))), ..KeyChange::default() },
    ];
    for change in wide {
        let refused = change_key(&mut holding(key()), by(&session()), KEY, change.clone(), STALE);
        assert_eq!(refused, Err(CredentialError::StepUpRequired.into()), "{change:?}");
        let mut store = writable(key(), 1);
        let done = change_key(&mut store, by(&session()), KEY, change.clone(), at(600));
        assert_eq!(done.unwrap().1, Change::Applied);
        let proven = (&session(), Presence::Proven);
        let done = change_key(&mut writable(key(), 1), proven, KEY, change, STALE);
        assert_eq!(done.unwrap().1, Change::Applied);
    }
}

#[test]
fn a_change_that_changes_nothing_writes_nothing() {
    let same = KeyChange { name: Some("server".to_owned()), ..KeyChange::default() };
    let done = change_key(&mut holding(key()), by(&session()), KEY, same, STALE);
    assert_eq!(done, Ok((key(), Change::AlreadyApplied)));
}

#[test]
fn a_sandbox_token_stays_in_the_sandbox() {
    let prefix = TokenKind::ApiKey(Some(Book::Sandbox)).prefix().to_owned();
    let mode = Some(Book::Sandbox);
    let record = CredentialRecord { prefix, mode, ..record(KEY, CredentialKind::ApiKey) };
    let key = Credential::restore(record);
    for mode in [None, Some(Book::Live)] {
        let change = KeyChange { mode: Some(mode), ..KeyChange::default() };
        let refused = change_key(&mut holding(key.clone()), by(&session()), KEY, change, at(0));
        assert_eq!(refused, Err(KeyError::SandboxOnly));
    }
    let change = KeyChange { mode: Some(Some(Book::Sandbox)), ..KeyChange::default() };
    assert!(change_key(&mut holding(key), by(&session()), KEY, change, at(0)).is_ok());
}

#[test]
fn notes_are_merged_or_cleared() {
    let merge = |name: &str, value: Option<&str>| KeyChange {
        metadata: NotesChange::Merge([(name.to_owned(), value.map(str::to_owned))].into()),
        ..KeyChange::default()
    };
    let done =
        change_key(&mut writable(key(), 1), by(&session()), KEY, merge("a", Some("1")), at(0));
    let (noted, _) = done.unwrap();
    assert_eq!(noted.metadata.entries().len(), 1);
    let clear = KeyChange { metadata: NotesChange::Clear, ..KeyChange::default() };
    for change in [merge("a", None), clear] {
        let done = change_key(&mut writable(noted.clone(), 1), by(&session()), KEY, change, at(0));
        assert_eq!(done.unwrap().0.metadata, Metadata::default());
    }
    let refused = change_key(&mut holding(key()), by(&session()), KEY, merge("", Some("1")), at(0));
    assert_eq!(refused, Err(KeyError::Metadata(MetadataError::Name)));
}

fn successor() -> Successor {
    Successor {
        id: CredentialId::new(11),
        token: TokenHash([9; 32]),
        prefix: "ccm_live_c3d4".to_owned(),
        last4: "eeee".to_owned(),
    }
}

#[test]
fn a_rolled_key_ends_with_its_overlap_and_its_successor_is_alike() {
    let (mut store, mut order) = (holding(key()), Sequence::new());
    let ends = |saved: &Credential| saved.id == KEY && saved.expires_at == Some(at(60));
    store.expect_save_credential().withf(ends).once().in_sequence(&mut order).returning(|_| Ok(()));
    let fresh = |saved: &Credential| saved.id == CredentialId::new(11) && saved.version == 1;
    store
        .expect_save_credential()
        .withf(fresh)
        .once()
        .in_sequence(&mut order)
        .returning(|_| Ok(()));
    let overlap = (successor(), Duration::from_secs(50));
    let new = roll_key(&mut store, by(&session()), KEY, overlap, at(10)).unwrap();
    let kept = (new.scopes, &new.allowed, &new.name, new.expires_at);
    assert_eq!(kept, (key().scopes, &key().allowed, &key().name, key().expires_at));
    assert_eq!((new.created_at, new.token), (at(10), TokenHash([9; 32])));
}

#[test]
fn an_overlap_never_prolongs_a_key() {
    let mut store = holding(key());
    let ends = |saved: &Credential| saved.id != KEY || saved.expires_at == Some(at(1_000_000));
    store.expect_save_credential().withf(ends).times(2).returning(|_| Ok(()));
    let late = at(999_999);
    let fresh = CredentialRecord {
        created_at: late,
        expires_at: None,
        ..record(SESSION, CredentialKind::Session)
    };
    let overlap = (successor(), OVERLAP_DEFAULT);
    assert!(roll_key(&mut store, by(&Credential::restore(fresh)), KEY, overlap, late).is_ok());
}

#[test]
fn keys_that_are_over_are_left_alone() {
    let mut revoked = key();
    assert_eq!(revoked.revoke(at(1)), Change::Applied);
    let expired =
        CredentialRecord { expires_at: Some(at(1)), ..record(KEY, CredentialKind::ApiKey) };
    for over in [revoked, Credential::restore(expired)] {
        let change = KeyChange::default();
        let refused = change_key(&mut holding(over.clone()), by(&session()), KEY, change, at(2));
        assert_eq!(refused, Err(KeyError::NotActive));
        let roll = (successor(), OVERLAP_DEFAULT);
        let refused = roll_key(&mut holding(over), by(&session()), KEY, roll, at(2));
        assert_eq!(refused, Err(KeyError::NotActive));
    }
}

#[test]
fn keys_change_no_keys_and_stale_sessions_roll_none() {
    let mut store = MockCredentialStore::new();
    let change = KeyChange::default();
    let refused = change_key(&mut store, by(&key()), KEY, change, at(0));
    assert_eq!(refused, Err(CredentialError::SessionRequired.into()));
    let roll = || (successor(), OVERLAP_DEFAULT);
    let refused = roll_key(&mut store, by(&key()), KEY, roll(), at(0));
    assert_eq!(refused, Err(CredentialError::SessionRequired.into()));
    let proven = (&key(), Presence::Proven);
    let refused = roll_key(&mut store, proven, KEY, roll(), at(0));
    assert_eq!(refused, Err(CredentialError::SessionRequired.into()));
    let refused = roll_key(&mut store, by(&session()), KEY, roll(), STALE);
    assert_eq!(refused, Err(CredentialError::StepUpRequired.into()));
}
