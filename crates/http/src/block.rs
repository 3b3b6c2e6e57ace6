//! Work that blocks, off the event loop.

use actix_web::web;
use cardium_app::CommandError;

/// Runs work on the pool of blocking threads.
///
/// # Errors
/// When it panicked, or the process is ending.
pub async fn block<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CommandError> {
    let lost = |_| CommandError::Internal("a blocking task was lost".to_owned());
    web::block(work).await.map_err(lost)
}
