use std::time::Duration;

use cardium_app::{
    CommandError,
    access_tokens::{FreshKey, RotateKeys, Rotation, is_rotation_due},
};

use super::{Backend, Found, Round};

/// Lets the keys of access tokens take turns. Any number of processes may do so at once.
pub struct RotateOauthKeys {
    backend: Backend,
}

impl RotateOauthKeys {
    /// The worker.
    #[must_use]
    pub const fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for RotateOauthKeys {
    const NAME: &'static str = "oauth keys";
    /// Keys take turns every three months; the first ones are made when the first process starts.
    const PERIOD: Duration = Duration::from_secs(60);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let now = self.backend.edge.clock.now();
        let keys = self.backend.read(|reads| reads.oauth_keys()).await?;
        if is_rotation_due(&keys, now) {
            let rotated = self.backend.perform(rotation(&self.backend, Rotation::Due)?).await?;
            // Where another process was faster, it has said so.
            match (rotated, keys.is_empty()) {
                (true, true) => tracing::info!("the first keys of access tokens were made"),
                (true, false) => tracing::info!("the keys of access tokens took turns"),
                (false, _) => {}
            }
        }
        Ok(Found::Nothing)
    }
}

/// A rotation with keys that were just drawn.
///
/// # Errors
/// When no key can be made.
pub fn rotation(backend: &Backend, why: Rotation) -> Result<RotateKeys, CommandError> {
    let ring = backend.keys.ring();
    let draw = || FreshKey::draw(ring, &backend.edge.random(), &backend.edge.random());
    Ok(RotateKeys { why, fresh: [draw()?, draw()?] })
}
