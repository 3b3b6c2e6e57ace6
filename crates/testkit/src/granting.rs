use std::{sync::Arc, time::Duration};

use cardium_app::{
    Actor, CommandError, Database, Edge, Lane, UseCase,
    access_tokens::{
        AccessClaims, FreshKey, KeyState, OauthKey, RotateKeys, Rotation, mint_access_token,
    },
    accounts::{LockAccount, Running, StepUp, UnlockAccount},
    grants::{AgreeGrant, RevokeGrant},
    perform,
    reads::Reads,
};
use cardium_auth::{
    CredentialKind, Scope, TokenHash,
    grants::{Mandate, NewGrant, Reach, Reveal},
};
use cardium_kernel::{AccountId, CredentialId, GrantId};
use cardium_vault::{Keys, jwt::SigningKey, keyed_hash};

use crate::{Tenant, World};

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a token lives, unless a test says otherwise.
const LIFETIME: Duration = Duration::from_secs(600);

/// Gives clients grants and tokens without asking anybody: what the pages and the token endpoint
/// do, for tests of what comes after. It works on the database as another process would.
pub struct Granting {
    /// The write path.
    pub database: Arc<dyn Database>,
    /// Queries.
    pub reads: Arc<dyn Reads>,
    /// Time and chance.
    pub edge: Edge,
    /// The keys of the deployment.
    pub keys: Arc<Keys>,
    /// Who issues tokens: the deployment's address, without a path.
    pub issuer: String,
}

impl World {
    /// Grants and tokens of this world, for an issuer.
    #[must_use]
    pub fn granting(&self, issuer: &str) -> Granting {
        Granting {
            database: Arc::clone(&self.database),
            reads: Arc::clone(&self.reads),
            edge: self.edge.clone(),
            keys: Arc::clone(&self.keys),
            issuer: issuer.to_owned(),
        }
    }
}

impl Granting {
    /// Whose session a token is.
    ///
    /// # Panics
    /// When it is nobody's.
    #[must_use]
    pub fn tenant(&self, session: &str) -> Tenant {
        let hash = TokenHash(keyed_hash(self.keys.hash(), "token", session.as_bytes()));
        let found = self.reads.find_credential(&hash).expect("the database answers");
        let (credential, _) = found.expect("somebody is signed in");
        Tenant { account: credential.account, session: credential.id }
    }

    /// Terms that a test changes before it has them agreed to: everything that these scopes let a
    /// client do, on all cards, without a bound.
    #[must_use]
    pub fn terms(&self, account: AccountId, scopes: &[Scope]) -> NewGrant {
        let id = GrantId::new(self.edge.mint());
        NewGrant {
            id,
            account,
            client_id: format!("client-{id}"),
            client_name: "A client".to_owned(),
            redirect_host: "localhost".to_owned(),
            scopes: scopes.iter().copied().collect(),
            cards: None,
            reveal: Reveal::Always,
            mandate: Mandate::default(),
        }
    }

    /// Has the owner agree to terms.
    ///
    /// # Panics
    /// When the command fails.
    pub async fn agree(&self, owner: Tenant, new: &NewGrant) {
        let agree = AgreeGrant { new: new.clone(), existing: None };
        self.run(owner.actor(), agree).await.expect("the owner agrees");
    }

    /// Has the owner take a grant back.
    ///
    /// # Panics
    /// When the command fails.
    pub async fn revoke(&self, owner: Tenant, grant: GrantId) {
        let revoke = RevokeGrant { grant };
        self.run(owner.actor(), revoke).await.expect("the owner takes it back");
    }

    /// Has the owner stop everything.
    ///
    /// # Panics
    /// When the command fails.
    pub async fn lock(&self, owner: Tenant) {
        let account = owner.account;
        let running = Running::find(&*self.reads, account).expect("the database answers");
        let lock = LockAccount { account, running };
        self.run(owner.actor(), lock).await.expect("everything is stopped");
    }

    /// Has the owner, who has just signed in, let things go on.
    ///
    /// # Panics
    /// When the command fails.
    pub async fn unlock(&self, owner: Tenant) {
        let unlock = UnlockAccount { step_up: StepUp::FreshSession };
        self.run(owner.actor(), unlock).await.expect("things go on");
    }

    /// What a genuine token of a grant says now.
    #[must_use]
    pub fn claims(&self, new: &NewGrant) -> AccessClaims {
        let now = self.edge.clock.now();
        AccessClaims {
            id: format!("tok_{:032x}", self.edge.mint()),
            account: new.account,
            grant: new.id,
            client_id: new.client_id.clone(),
            scopes: new.scopes,
            issued_at: now,
            expires_at: now.after(LIFETIME),
        }
    }

    /// A genuine token of a grant.
    pub async fn token(&self, new: &NewGrant) -> String {
        self.mint(&self.claims(new)).await
    }

    /// A genuine token of these claims.
    ///
    /// # Panics
    /// When it cannot be signed.
    pub async fn mint(&self, claims: &AccessClaims) -> String {
        let key = self.signing_key().await;
        mint_access_token(&key, &self.issuer, claims).expect("the library signs")
    }

    /// A grant of these scopes and a genuine token of it.
    pub async fn grant(&self, owner: Tenant, scopes: &[Scope]) -> (NewGrant, String) {
        let new = self.terms(owner.account, scopes);
        self.agree(owner, &new).await;
        let token = self.token(&new).await;
        (new, token)
    }

    /// The key that signs now; the first ones are made if no process did so yet.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn signing_key(&self) -> SigningKey {
        self.rotate(Rotation::Due).await;
        let keys = self.stored_keys();
        let active = keys.iter().find(|key| key.state == KeyState::Active);
        let active = active.expect("a rotation leaves a key that signs");
        active.open(self.keys.ring()).expect("the keys are the deployment's")
    }

    /// Lets the keys take turns, as another process or the operator would.
    ///
    /// # Panics
    /// When the command fails.
    pub async fn rotate(&self, why: Rotation) -> bool {
        let ring = self.keys.ring();
        let draw = || FreshKey::draw(ring, &self.edge.random(), &self.edge.random());
        let fresh = [draw().expect("a key is drawn"), draw().expect("a key is drawn")];
        let rotate = RotateKeys { why, fresh };
        self.run(Actor::System, rotate).await.expect("the keys take turns")
    }

    /// The keys as they are stored.
    ///
    /// # Panics
    /// When the database does not answer.
    #[must_use]
    pub fn stored_keys(&self) -> Vec<OauthKey> {
        self.reads.oauth_keys().expect("the database answers")
    }

    /// An actor that is the grant itself, for commands that are submitted without a door.
    #[must_use]
    pub fn actor(&self, new: &NewGrant, scope: Option<Scope>) -> Actor {
        let credential = CredentialId::new(new.id.value());
        Actor::Credential {
            account: new.account,
            credential,
            kind: CredentialKind::Grant,
            scope,
            reach: Reach::Beside,
        }
    }

    async fn run<U: UseCase>(&self, actor: Actor, use_case: U) -> Result<U::Output, CommandError> {
        let context = self.edge.context(actor, None);
        perform(&*self.database, (Lane::Api, PATIENCE), context, use_case).await
    }
}
