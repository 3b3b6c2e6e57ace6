//! Files beside the database's rows: kept whole, and swept up where they belong to nothing.

use std::time::Duration;

use cardium_app::blobs::{ORPHAN_AGE, Swept, sweep};
use cardium_kernel::{BlobId, Clock};
use cardium_store::open_blobs;
use cardium_testkit::{Backend, World};

use crate::on_both;

on_both! {
    files_come_back_as_they_went;
    orphans_are_swept_up_after_a_day;
}

/// Makes a file belong to a dispute, behind the product's back.
fn attach(world: &World, blob: BlobId) {
    let id = match world.scratch.backend() {
        Backend::Sqlite => format!("x'{:032x}'", blob.value()),
        Backend::Postgres => format!("'\\x{:032x}'", blob.value()),
    };
    world.scratch.execute(&format!(
        "INSERT INTO dispute_evidence (id, dispute_id, account_id, kind, content, blob_id, \
         filename, content_type, size, sha256, created_at) \
         VALUES ({id}, {id}, {id}, 'other', NULL, {id}, 'a', 'text/plain', 1, {id}, 0)"
    ));
}

fn files_come_back_as_they_went(backend: Backend) {
    let world = World::new(backend);
    let folder = world.scratch.folder().join("blobs");
    let blobs = open_blobs(world.scratch.url(), &folder).expect("they open");
    for length in [1, 256 * 1_024, 256 * 1_024 + 1, 9 * 1_024 * 1_024] {
        let id = BlobId::new(world.mint());
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
        assert_eq!(blobs.get(id), Ok(None));
        blobs.put(id, &bytes).expect("it is kept");
        assert!(blobs.get(id) == Ok(Some(bytes)), "{length} bytes differ");
        blobs.delete(&[id]).expect("it goes");
        blobs.delete(&[id]).expect("it is gone already");
        assert_eq!(blobs.get(id), Ok(None));
    }
}

fn orphans_are_swept_up_after_a_day(backend: Backend) {
    let world = World::new(backend);
    let folder = world.scratch.folder().join("blobs");
    let blobs = open_blobs(world.scratch.url(), &folder).expect("they open");
    let [attached, orphan] = [(); 2].map(|()| {
        world.clock.advance(Duration::from_secs(1));
        BlobId::new(world.mint())
    });
    blobs.put(attached, b"mine").expect("it is kept");
    blobs.put(orphan, b"nobody's").expect("it is kept");
    attach(&world, attached);
    let slice = |after| sweep(&*blobs, &*world.reads, after, world.clock.now()).expect("it sweeps");
    assert_eq!(slice(None), Swept { last: None, seen: 0, removed: 0 });
    world.clock.advance(ORPHAN_AGE + Duration::from_secs(1));
    let fresh = BlobId::new(world.mint());
    blobs.put(fresh, b"on its way").expect("it is kept");
    assert_eq!(slice(None), Swept { last: Some(orphan), seen: 2, removed: 1 });
    assert_eq!(slice(Some(orphan)), Swept { last: Some(orphan), seen: 0, removed: 0 });
    assert_eq!(blobs.get(orphan), Ok(None));
    assert_eq!(blobs.get(attached), Ok(Some(b"mine".to_vec())));
    assert_eq!(blobs.get(fresh), Ok(Some(b"on its way".to_vec())));
}
